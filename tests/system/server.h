#ifndef STDINETD_TESTS_SYSTEM_SERVER_H
#define STDINETD_TESTS_SYSTEM_SERVER_H

#include "process.h"

#include "core/printf_like.h"

#include <stddef.h>

/* A stdinetd.exe that serves. */

/* "stdinetd run" with this ini text, a printf format. It begins inside of [server], where base (the
   build folder) and accept_with (from the environment variable ACCEPT_WITH) stand already; ports
   should be 0. Returns when every service listens. */
struct process *server_start(const char *ini, ...) PRINTF_LIKE(1, 2);

/* Writes test.ini anew for the same server, to be reloaded. */
void server_rewrite(const char *ini, ...) PRINTF_LIKE(1, 2);

/* The name that the control pipe of the last one has, and one for another. */
const char *server_name(void);
const char *server_new_name(void);

/* Begins "stdinetd COMMAND --name NAME" for the last one. */
struct process *server_command(const char *command);

/* The same to its end, which must be 0, with this pattern on stdout. */
void server_expect_answer(const char *command, const char *pattern);

/* Begins it again until it ends so: a client may know a thing a moment before the loop does. */
void server_await_answer(const char *command, const char *pattern);

/* The same server with Windows calls that fail: see tests/faults/faults.h. */
struct process *server_start_with_faults(const char *faults, const char *ini, ...)
    PRINTF_LIKE(2, 3);

/* "stdinetd ARGUMENTS", a printf format, for what server_start cannot say. Returns when something
 * listens. */
struct process *server_start_with(const char *arguments, ...) PRINTF_LIKE(1, 2);

/* Where a service listens, from its listen line: "127.0.0.1:51234". A service has as many as it has
   addresses and ports; index counts them in the order of the log. The text is good until the next
   call. */
const char *server_address(struct process *server, const char *service, size_t index);

/* The handler of a connection ("upper#1"), from its open line; NULL where it has ended already. See
   process_open. */
HANDLE server_handler(struct process *server, const char *connection);

/* Waits for a line of the log that has this pattern (see output.h), a printf format; fails the test
 * where none comes. */
void server_expect(struct process *server, const char *pattern, ...) PRINTF_LIKE(2, 3);

/* Lines with this pattern until now. */
size_t server_count(struct process *server, const char *pattern);

/* What a user does to the server's console. */
enum console_event { PRESS_CTRL_C, PRESS_CTRL_BREAK, CLOSE_CONSOLE };
void server_console(struct process *server, enum console_event event);

#endif
