#ifndef STDINETD_SERVER_RELAY_H
#define STDINETD_SERVER_RELAY_H

#include "server/loop.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Copies between a client's socket and its other end, which is the two pipes that are a handler's
   standard input and output, or the socket of a connection to another server (the peer), through
   the completion port: no thread, and a ring of fixed size each way, which is filled and emptied at
   the same time. Who does not read stops who writes. The end of either way is handed on when all in
   front of it has been: the client's end of sending is the handler's end of input, and the
   handler's end of output the client's. Where both ways of a peer have ended, or it has reset its
   connection, that is told; the owner finishes the relay then. */

/* Most services answer more than they are asked, and large pieces cost fewer calls. */
enum { RELAY_CLIENT_RING = 64 * 1024, RELAY_HANDLER_RING = 128 * 1024 };

enum relay_event {
    RELAY_CLIENT_LOST, /* it has reset the connection; nothing is copied any more */
    RELAY_PEER_LOST,   /* so has the peer; what it sent before is still copied */
    RELAY_PEER_DONE,   /* both ways have ended */
    RELAY_IDLE         /* nothing has passed for idle_ms */
};

/* How a relay came to its end. */
enum relay_end {
    RELAY_DONE, /* the client has all that the handler wrote, and its end */
    RELAY_LOST, /* the client has reset the connection */
    RELAY_LEFT  /* the client took nothing any more */
};

struct relay;

/* How a read or a write has begun. */
enum begun {
    BEGUN_NOT, /* it has failed at once, and no packet comes */
    BEGUN_PENDING,
    BEGUN_DONE /* at once, and no packet comes */
};

/* One way. */
struct flow {
    struct relay *relay;
    enum begun (*begin_read)(struct flow *flow, DWORD *bytes);
    enum begun (*begin_write)(struct flow *flow, DWORD *bytes);
    void (*end_target)(struct relay *relay);
    SOCKET from, to; /* INVALID_SOCKET where that is a pipe */
    struct operation read, write;
    bool reading, writing;
    bool ended;    /* nothing more comes … */
    bool closed;   /* … and the other side knows */
    bool dropping; /* nobody takes it: what comes is thrown away */
    char *ring;
    DWORD size, first, used; /* of the ring; what is being written counts as used */
    DWORD asked;             /* of the write under way */
    uint64_t bytes;          /* that have passed */
};

/* Starts as relay_new makes it. The socket stays the owner's, who leaves it alone until ended; it
   must be overlapped. The pipes are our ends, overlapped too, and closed by the relay, as the peer
   is, where has_peer. */
struct relay {
    struct loop *loop;
    void *owner;
    SOCKET socket;
    HANDLE input, output; /* of the handler; or … */
    SOCKET peer;          /* … if has_peer */
    bool has_peer;
    uint64_t idle_ms;                                           /* or UNLIMITED */
    void (*event)(struct relay *relay, enum relay_event event); /* each at most once */
    void (*ended)(struct relay *relay, enum relay_end end);     /* it may be freed */

    struct flow from_client, from_handler;
    char client_ring[RELAY_CLIENT_RING], handler_ring[RELAY_HANDLER_RING];
    bool has_no_packets; /* of what is done at once */
    struct operation again;
    bool again_is_posted;
    DWORD turns; /* packets seen */
    struct timer timer;
    uint64_t last_ms; /* when something passed */
    bool is_idle;     /* and that has been said */
    bool lost, lost_is_said;
    bool peer_lost, peer_is_said;
    bool finishing; /* the handler is gone */
    bool stopped;   /* nothing new is begun; ended is called when nothing is under way any more */
    enum relay_end end;
    uint64_t quiet_ms, close_by_ms;
};

/* NULL for want of memory. Freed with free, before relay_begin or once ended has been called. */
struct relay *relay_new(void);

/* The loop's from now on. Neither event nor ended is ever called from inside. */
void relay_begin(struct relay *relay);

/* The handler and all that it started are gone. What it wrote still goes to the client, as long as
   something passes at least every quiet_ms, and 30 s in all; then ended is called. */
void relay_finish(struct relay *relay, uint64_t quiet_ms);

/* For the sweep: whether something is done and its packet has not been seen, which may be because
   it is still on its way. */
bool relay_is_overdue(struct relay *relay);

/* No packet has come since turns was read, not even behind one that was posted then: what is
   overdue is taken for lost, and made up for. */
void relay_mend(struct relay *relay, DWORD turns);

/* Shortens what is left of that time to at most ms. */
void relay_hurry(struct relay *relay, uint64_t ms);

#endif
