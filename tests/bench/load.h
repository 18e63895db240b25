#ifndef STDINETD_BENCH_LOAD_H
#define STDINETD_BENCH_LOAD_H

#include "side.h"

/* The client side. No answer within this time is an error, never a slow connection. */
enum { LOAD_PATIENCE_MS = 30000 };

struct load_result {
    uint64_t answered;
    uint64_t lost; /* of a side that may lose; any other loss is an error */
    double seconds;
    double latency_median_ms, latency_95_ms; /* from connect to the end of the answer */
};

/* Has clients (1 to 64) connect again and again for so many seconds, each one connection at a
   time, and checks every answer, which must be HANDLER_ANSWER and then the end, or of a web server
   its page. */
bool load_run(struct side *side, unsigned clients, double seconds, struct load_result *result,
              struct error *error);

/* One connection to the handler "bytes" that asks for so many blocks and checks them. *seconds is
   the time from the first block to the last, so that the start of the handler does not count. */
bool load_bytes(const struct side *side, uint64_t blocks, double *seconds, struct error *error);

/* One client after another for so many seconds, each with a pause behind it in which a server can
   make ready for the next: connects, says ask, and takes the answer to its end. *median_ms is the
   time from connect to the first byte. */
bool load_first_byte(const struct side *side, const char *ask, double seconds, double *median_ms,
                     struct error *error);

/* What a server needs for open connections to the handler "hold". */
struct live_result {
    unsigned threads_before, threads_live;
    uint64_t private_before, private_live; /* bytes */
};

/* Opens so many connections, waits until every handler has answered, looks at the server, and
   closes them. */
bool load_live(const struct side *side, size_t count, struct live_result *result,
               struct error *error);

/* Seconds of one monotonic clock. */
double clock_seconds(void);

/* For the loads: one answer, read to its end. Says in *error what is wrong with it. */
bool load_read_answer(SOCKET connection, bool to_the_end, struct error *error);

#endif
