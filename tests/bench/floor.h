#ifndef STDINETD_BENCH_FLOOR_H
#define STDINETD_BENCH_FLOOR_H

#include "core/error.h"

#include <winsock2.h>
#include <windows.h>

/* This program as a yardstick: the smallest server that does one thing. Each runs until it is
   ended, or returns an exit code after saying on stderr what went wrong. */

/* The program that answers, and its one argument. */
struct floor_handler {
    const wchar_t *program;
    const wchar_t *mode;
};

/* accept and CreateProcess in a loop of 4 threads: socket and handle list, no job, no lingering, no
   environment of the handler's own. */
int floor_spawn(const struct floor_handler *handler);

/* The same with CREATE_NO_WINDOW, as most programs start what a user should not see. */
int floor_spawn_no_window(const struct floor_handler *handler);

/* accept and handler_bytes in one process. */
int floor_bytes(const struct floor_handler *handler);

/* accept and the answer of handler_line in one process. */
int floor_line(const struct floor_handler *handler);

/* For the floors: a non-overlapped socket that listens on a free port of 127.0.0.1, after
   announcing it as stdinetd's log does. INVALID_SOCKET after saying what went wrong. */
SOCKET floor_listen(void);

/* Says on stderr what went wrong. Returns the exit code. */
int floor_fail(const struct error *error);

#endif
