#ifndef STDINETD_SERVER_CLOSER_H
#define STDINETD_SERVER_CLOSER_H

#include "server/loop.h"
#include "windows/socket.h"

/* A thread that closes connections which have nothing more to say. It tells the client so (the end
   of our sending), looks a few times whether the client has closed too, as most do within
   milliseconds, and closes the socket. Those that take longer are handed back as they are. So the
   loop makes none of these calls, and no event is needed for most connections. */

struct closer;

enum closing_end {
    CLOSING_LEFT,   /* the client may still send; the socket does not block any more */
    CLOSING_CLOSED, /* the client has closed, and the socket is closed */
    CLOSING_RESET   /* the client has reset the connection, and the socket is closed */
};

/* Starts as {0} but for socket, can_wait, is_shut_down and done. The closer's from closer_submit
   until done is called on the loop, which may free it. */
struct closing {
    struct closing *next;
    SOCKET socket;
    bool can_wait;     /* the socket is overlapped, and at no completion port */
    bool is_shut_down; /* the client knows already */
    void (*done)(struct closing *closing);
    enum closing_end end;
    bool has_read; /* the client sent something, which was dropped */
    unsigned looks;
    uint64_t look_ms;   /* when the next one is due */
    OVERLAPPED reading; /* can_wait: from the first look on, while … */
    bool is_reading;
};

/* NULL with *error set on failure. */
struct closer *closer_start(struct loop *loop, struct error *error);

/* No other process may be using the socket, and no other thread uses it until it is done. */
void closer_submit(struct closer *closer, struct closing *closing);

/* Calls done for those that are through, for which otherwise a packet comes a few milliseconds
   later. */
void closer_collect(struct closer *closer);

/* What is with it is dropped. */
void closer_stop(struct closer *closer);

/* Reads and drops a bounded amount from a socket that does not block. Returns false when the client
   has come to its end, which is in *end; *more says whether there may be more to read at once. */
bool closer_drain(SOCKET socket, bool *has_read, bool *more, enum closing_end *end);

#endif
