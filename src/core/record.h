#ifndef STDINETD_CORE_RECORD_H
#define STDINETD_CORE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum level { LEVEL_ERROR, LEVEL_WARNING, LEVEL_INFO, LEVEL_DEBUG };

/* One log record. Texts are borrowed for the call; "" or NULL and 0 mean that a field is absent. */
struct record {
    enum level level;
    const char *verb;    /* listen, open, close, refuse, fail, stderr, stop, log */
    const char *service; /* "upper" */
    uint64_t connection; /* 1 and up; unique in one run of the server */
    const char *peer;    /* "127.0.0.1:51820", or the address of a listener */
    uint32_t pid;
    const char *detail; /* the rest of the line, a sentence */

    /* What programs want to know without reading detail, where the same stands for people: only
       JSON has these as fields of their own. */
    const char *reason; /* a keyword or few words: "max_time", "client reset" */
    bool has_exit_code;
    uint32_t exit_code;
    bool has_duration;
    uint64_t duration_ms;
    uint64_t count; /* of how many events this is the summary; 0: of none */
};

/* "error", "warning", "info", "debug". */
const char *level_name(enum level level);

/* A time in milliseconds since 1970, without leap seconds, as "2026-11-24T13:05:07.123Z"; what is
   later than the year 9999 is shown as its last millisecond. */
enum { RECORD_TIME_SIZE = sizeof "2026-11-24T13:05:07.123Z" };
void record_time(uint64_t time_ms, char text[RECORD_TIME_SIZE]);

/* The record as one line of text with '\n' at its end, always within size (at least 16):
     open    upper#1   127.0.0.1:51820  pid 4312
   A tab in any field becomes a blank, another control character or a broken byte '?', so that one
   record is always one line. Returns the number of bytes without the closing NUL. */
size_t record_text(const struct record *record, char *line, size_t size);

/* The same line behind its time and level, within size (at least 64):
     2026-11-24T13:05:07.123Z  info     open    upper#1   127.0.0.1:51820  pid 4312 */
size_t record_stamped_text(const struct record *record, uint64_t time_ms, char *line, size_t size);

/* The record as one JSON object (RFC 8259) with '\n' behind it, always within size (at least 64).
   Its members are, in this order, time, level, verb, service, connection, peer, pid, reason,
   exit_code, duration_ms, count, detail; absent fields are left out. A broken byte becomes U+FFFD,
   and what some programs take for the end of a line is escaped. Where size is too little, detail is
   cut between two characters; any other member is there whole or not at all. Returns the number of
   bytes without the closing NUL. */
size_t record_json(const struct record *record, uint64_t time_ms, char *line, size_t size);

#endif
