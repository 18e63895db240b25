#ifndef STDINETD_WINDOWS_LOG_H
#define STDINETD_WINDOWS_LOG_H

#include "core/error.h"
#include "core/record.h"

#include <stdbool.h>

/* The log. Records become text at once and wait in a bounded queue; a thread of its own writes them
   to stderr, so that a console with selected text or a slow pipe stops nobody else. When the queue
   is full records are dropped, and a record says how many as soon as there is room. */
struct log;

/* NULL with *error set on failure. */
struct log *log_open(enum level level, struct error *error);

/* Writes one record if its level is wanted. From any thread; never blocks on the output. */
void log_write(struct log *log, const struct record *record);

/* Whether more than half of the queue is full: whoever can wait should. */
bool log_is_busy(struct log *log);

/* Waits until all is written, but not longer than wait_ms, and frees the log. */
void log_close(struct log *log, unsigned wait_ms);

#endif
