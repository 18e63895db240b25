#ifndef STDINETD_TESTS_SYSTEM_LOG_H
#define STDINETD_TESTS_SYSTEM_LOG_H

#include "process.h"

#include "core/printf_like.h"

#include <stdbool.h>

/* A server whose log is a file in the test's own folder, and that file. */

/* As server_start, with log_file = name. faults is NULL, or what server_start_with_faults takes.
   Returns when every service listens, wherever that is said. */
struct process *log_server(const char *name, const char *faults, const char *ini, ...)
    PRINTF_LIKE(3, 4);

/* The address of a service, from the file or from stderr. */
enum { LOG_ADDRESS_SIZE = 100 };
void log_address(struct process *server, const char *name, const char *service,
                 char address[LOG_ADDRESS_SIZE]);

/* A client of a service. */
SOCKET log_connect(struct process *server, const char *name, const char *service);

/* A dialogue with upper.exe. */
void log_dialogue_at(const char *address);
void log_dialogue(struct process *server, const char *name, const char *service);

/* Ctrl-C, and waits for exit code 0. */
void log_stop(struct process *server);

/* What is in the file, "" where there is none; the caller frees it. */
char *log_read(const char *name);

/* The same of NAME.oldest to NAME.1 and NAME, one behind the other. */
char *log_read_all(const char *name, unsigned oldest);

bool log_exists(const char *name);

/* Lines of it that have the pattern. */
size_t log_count(const char *name, const char *pattern);

/* Waits until that many have. */
void log_expect(const char *name, const char *pattern, size_t lines);

/* Opens it as another program would, which shares it in this way. */
HANDLE log_hold(const char *name, DWORD access, DWORD sharing);

/* Fails the test where a line of the file is no whole record of the text form. */
void log_expect_whole_lines(const char *name);

#endif
