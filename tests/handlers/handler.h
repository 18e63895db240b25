#ifndef STDINETD_TESTS_HANDLERS_HANDLER_H
#define STDINETD_TESTS_HANDLERS_HANDLER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <windows.h>
#include <cmocka.h>

/* A handler with pipes for its standard input and output: it cannot tell them from a connection.
   Whatever does not work as it should, or takes too long, fails the test. */
struct handler;

/* line: "guess.exe 1", a program of the build's handlers folder with its arguments; its current
   folder is site_folder(). A job ends it together with the test. */
struct handler *handler_start(const char *line);

void handler_say(struct handler *handler, const char *text);
void handler_say_bytes(struct handler *handler, const void *bytes, size_t size);
bool handler_try_to_say(struct handler *handler, const char *text); /* false: it does not listen */
void handler_close_input(struct handler *handler); /* the client has no more to say */

/* The next output has to be text, now, while the handler waits for input. */
void handler_expect(struct handler *handler, const char *text);

/* The next count bytes of output, with a NUL behind them. */
void handler_take(struct handler *handler, char *text, size_t count);

/* Everything up to the end of output, with a NUL behind it; good until handler_end. */
const char *handler_rest(struct handler *handler, size_t *size);

void handler_close_output(struct handler *handler); /* the client is gone */

/* Waits for its end and returns the exit code. */
DWORD handler_end(struct handler *handler);

#endif
