#ifndef STDINETD_WINDOWS_EVENT_LOG_H
#define STDINETD_WINDOWS_EVENT_LOG_H

#include "core/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <winsock2.h>
#include <windows.h>

/* The Event Log "Application". A source is whose name stands there; its sentences are the message
   table of a program. */

/* Makes a source known, so that its numbers are shown as sentences. Needs an administrator. */
bool event_log_add_source(const char *source, const char *program, struct error *error);
/* That there is none is fine. */
bool event_log_remove_source(const char *source, struct error *error);

/* One entry: its message, whose severity is that of the entry, with these texts for %1, %2 …, at
   most 4. Where the log does not take it nothing can be done. */
void event_log_report(const char *source, DWORD message, const char *const *texts, size_t count);

#endif
