#ifndef STDINETD_WINDOWS_LOG_FILE_H
#define STDINETD_WINDOWS_LOG_FILE_H

#include "core/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <winsock2.h>
#include <windows.h>

/* A file that whole lines are appended to, and the old ones beside it: NAME.1 is the newest. What
   is to become of lines that it cannot take is for others to decide. One thread. */
struct log_file {
    char *path;
    uint64_t size; /* at which it should be renamed */
    uint64_t keep; /* old files */
    HANDLE handle; /* NULL while it is not open */
    uint64_t length;
};

/* Copies path, which is absolute, and opens nothing yet. */
void log_file_init(struct log_file *file, const char *path, uint64_t size, uint64_t keep);
void log_file_free(struct log_file *file);

/* Opens the file, where it is not open, or makes it. */
bool log_file_open(struct log_file *file, struct error *error);
void log_file_close(struct log_file *file);

/* Whether somebody has deleted the open file: what is written to it goes nowhere. */
bool log_file_is_deleted(const struct log_file *file);

/* How many bytes of these lines, whole ones, the open file still takes. That is its first line at
   least where nothing is in the file, and may be 0 where something is. */
size_t log_file_room(const struct log_file *file, const char *lines, size_t length);

/* Appends them to the open file. Returns how many bytes of whole lines are in it now; fewer than
   length with *error saying why. */
size_t log_file_append(struct log_file *file, const char *lines, size_t length,
                       struct error *error);

/* Makes an old file of the open one and closes it, or with keep = 0 empties it. On failure it is
   still open and where it was. */
bool log_file_retire(struct log_file *file, struct error *error);

#endif
