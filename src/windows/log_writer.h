#ifndef STDINETD_WINDOWS_LOG_WRITER_H
#define STDINETD_WINDOWS_LOG_WRITER_H

#include "core/record.h"
#include "windows/log_file.h"
#include "windows/standard_error.h"

/* Where finished lines go: to stderr, or to a file, and to stderr as long as there is trouble with
   the file. A spell of trouble is said once, on stderr; when it is over the file says how many
   records it lacks. One thread, but for log_writer_format. */
struct log_writer {
    bool json;
    struct standard_error output;
    bool has_file;
    struct log_file file;

    bool troubled;        /* the file takes nothing */
    struct error trouble; /* why, as it began */
    uint64_t elsewhere;   /* records that went to stderr since then */
    bool is_held;         /* it takes all, but cannot be renamed */
    uint64_t try_ms;      /* when either is tried again, by GetTickCount64 */
};

/* path may be NULL: stderr. Nothing is written or opened yet. */
void log_writer_init(struct log_writer *writer, bool json, const char *path, uint64_t size,
                     uint64_t keep);
void log_writer_free(struct log_writer *writer);

/* The file's new size and old files; nothing where there is none. */
void log_writer_limit(struct log_writer *writer, uint64_t size, uint64_t keep);

/* The record as it goes out, within size bytes (at least 64). Any thread. */
size_t log_writer_format(const struct log_writer *writer, const struct record *record, char *line,
                         size_t size);

/* Says on stderr where the log goes, where that is a file, and opens it. */
void log_writer_begin(struct log_writer *writer);

/* Whole lines, each ending in '\n'. */
void log_writer_write(struct log_writer *writer, const char *lines, size_t length);

/* How long the file may be left alone: INFINITE where there is no trouble. Then
   log_writer_try_again, also at the very end. */
DWORD log_writer_patience_ms(const struct log_writer *writer);
void log_writer_try_again(struct log_writer *writer);

#endif
