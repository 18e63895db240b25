#ifndef STDINETD_WINDOWS_LOG_H
#define STDINETD_WINDOWS_LOG_H

#include "core/error.h"
#include "core/record.h"

#include <stdbool.h>

/* The log. Records become text at once and wait in a bounded queue; a thread of its own writes them
   to stderr or to a file, so that a console with selected text, a slow pipe or a full disk stops
   nobody else. When the queue is full records are dropped, and a record says how many as soon as
   there is room. */
struct log;

struct log_settings {
    enum level level;
    bool json;
    const char *file; /* an absolute path, or NULL: stderr */
    uint64_t size;    /* of the file, at which it is renamed */
    uint64_t keep;    /* old files */
};

/* NULL with *error set on failure. A file that cannot be opened is none: the log says so on stderr
   and tries again. */
struct log *log_open(const struct log_settings *settings, struct error *error);

/* Changes level, size and keep from the next record on; the rest stays. From the thread that opened
   it. */
void log_change(struct log *log, const struct log_settings *settings);

/* Writes one record if its level is wanted. From any thread; never blocks on the output. */
void log_write(struct log *log, const struct record *record);

/* Whether more than half of the queue is full: whoever can wait should. */
bool log_is_busy(struct log *log);

/* Waits until all is written, but not longer than wait_ms without progress and ten times that in
   all, and frees the log. */
void log_close(struct log *log, unsigned wait_ms);

#endif
