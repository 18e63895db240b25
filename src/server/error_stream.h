#ifndef STDINETD_SERVER_ERROR_STREAM_H
#define STDINETD_SERVER_ERROR_STREAM_H

#include "server/loop.h"

/* A handler's stderr on its way to the log: the server's end of a pipe, read through the completion
   port, line by line. */

enum { ERROR_STREAM_LINE = 4096 }; /* a longer line becomes several */

/* Starts as {0} but for loop, owner, line, ended; the last three may change at any time. */
struct error_stream {
    struct loop *loop;
    void *owner;
    /* One line without its end, borrowed for the call. Returns false to be asked for less: the next
       read waits a little, which slows the handler down and costs no memory. */
    bool (*line)(struct error_stream *stream, const char *text);
    void (*ended)(struct error_stream *stream); /* nothing is under way any more: it may be freed */

    HANDLE pipe;
    struct operation read;
    struct timer timer;
    bool reading, finishing, over;
    uint64_t finish_by_ms;
    size_t used;
    char buffer[ERROR_STREAM_LINE + 1];
};

/* Takes our end of the pipe over and reads until the last writer has closed its end. ended is never
   called from inside. */
void error_stream_begin(struct error_stream *stream, HANDLE pipe);

/* The handler is gone: what it wrote is still read, but a writer that is still there is not waited
 * for. */
void error_stream_finish(struct error_stream *stream);

#endif
