#ifndef STDINETD_TESTS_SYSTEM_OUTPUT_H
#define STDINETD_TESTS_SYSTEM_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <winsock2.h>
#include <windows.h>

/* How long a test waits for what must happen before it says that it does not. Far longer than
   anything takes on a slow machine: only a failing test waits so long. */
#define PATIENCE_MS 20000

/* What a process writes, collected by a thread as it comes. */
struct output {
    HANDLE pipe, thread;
    CRITICAL_SECTION lock;
    CONDITION_VARIABLE grown, resumed;
    char *text; /* under lock; always ends in NUL */
    size_t length, size;
    bool ended;  /* whoever could write is gone */
    bool paused; /* nothing more is taken */
};

/* Returns the inheritable handle for the writer; the caller closes its own copy of it. */
HANDLE output_open(struct output *output);

/* Once every writer is gone. */
void output_close(struct output *output);

/* Leaves what is written where it is, so that the writer's next writes have to wait, and takes it
   again. A block that is being waited for is still taken. */
void output_pause(struct output *output);
void output_resume(struct output *output);

/* A pattern is text in which a blank stands for any number of blanks and '*' for anything within
 * one line. */
bool text_begins(const char *text, const char *pattern);
bool text_has(const char *text, const char *pattern);
size_t text_count(const char *text, const char *pattern); /* lines that have it */

/* Waits until the output has the pattern; false when it has ended without, or after timeout_ms. The
   second waits until that many lines have it, and looks at each line only once. */
bool output_wait(struct output *output, const char *pattern, DWORD timeout_ms);
bool output_wait_lines(struct output *output, const char *pattern, size_t lines, DWORD timeout_ms);

/* A copy of what has come so far; the caller frees it. */
char *output_copy(struct output *output);

#endif
