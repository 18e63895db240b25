#ifndef STDINETD_BENCH_PROCESS_H
#define STDINETD_BENCH_PROCESS_H

#include "core/error.h"
#include "core/text_list.h"

#include <winsock2.h>
#include <windows.h>

/* A program that the bench has started, with all that it starts itself: they are in one job that
   ends with the bench, however the bench ends. Starts as {0}. */
struct process {
    HANDLE process;
    HANDLE job;
    DWORD pid;
};

/* A file for one run: it vanishes when the last handle to it is closed, at the latest with the
   bench. Starts as {0}. */
struct temporary_file {
    char *path;
    HANDLE handle; /* inheritable, for writing */
};

bool temporary_file_open(struct temporary_file *file, struct error *error);
bool temporary_file_write(const struct temporary_file *file, const char *text, struct error *error);
void temporary_file_close(struct temporary_file *file);

/* Everything that was written to it until now; the caller frees it. NULL with *error set on
 * failure.
 */
char *temporary_file_read(const struct temporary_file *file, struct error *error);

/* Starts a program with no input, and output as its stdout and stderr. */
bool process_start(struct process *process, const char *program, const struct text_list *arguments,
                   HANDLE output, struct error *error);

/* Ends it and all that it started, if they are still there, and waits until they are gone. */
void process_end(struct process *process);

#endif
