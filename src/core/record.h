#ifndef STDINETD_CORE_RECORD_H
#define STDINETD_CORE_RECORD_H

#include <stddef.h>
#include <stdint.h>

enum level { LEVEL_ERROR, LEVEL_WARNING, LEVEL_INFO, LEVEL_DEBUG };

/* One log record. Texts are borrowed for the call; "" or NULL and 0 mean that a field is absent. */
struct record {
    enum level level;
    const char *verb;    /* listen, open, close, refuse, fail, stderr, stop */
    const char *service; /* "upper" */
    uint64_t connection; /* 1 and up; unique in one run of the server */
    const char *peer;    /* "127.0.0.1:51820", or the address of a listener */
    uint32_t pid;
    const char *detail; /* the rest of the line, a sentence */
};

/* The record as one line of text with '\n' at its end, always within size (at least 16):
     open    upper#1   127.0.0.1:51820  pid 4312
   A tab in any field becomes a blank, another control character or a broken byte '?', so that one
   record is always one line. Returns the number of bytes without the closing NUL. */
size_t record_text(const struct record *record, char *line, size_t size);

#endif
