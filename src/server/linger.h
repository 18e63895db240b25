#ifndef STDINETD_SERVER_LINGER_H
#define STDINETD_SERVER_LINGER_H

#include "server/closer.h"
#include "server/loop.h"

/* The orderly end of a connection whose handler is gone: our end of sending, then read and drop
   what the client still sends until it closes. Closing at once would make Windows reset the
   connection when unread input is left, and the client would lose the end of the output. */

enum linger_end {
    LINGER_CLOSED, /* the client closed: everything arrived */
    LINGER_RESET,  /* the client reset the connection */
    LINGER_TIMEOUT /* the client neither closed nor sent for the time allowed */
};

/* Starts as {0} but for closing.is_shut_down. The loop's from linger_begin until ended is called,
 * which may free it. */
struct lingering {
    struct loop *loop;
    SOCKET socket;
    uint64_t quiet_ms; /* how long the client may be silent */
    uint64_t quiet_until_ms, close_by_ms;
    HANDLE event, wait;
    struct operation readable; /* from the event, or because there is more to read */
    struct operation last;     /* behind every packet of readable */
    struct timer timer;
    struct closing closing; /* at the beginning, while … */
    bool is_with_closer;
    bool has_packets; /* one of readable may be under way */
    bool over;
    enum linger_end end;
    void (*ended)(struct lingering *linger, enum linger_end end);
};

/* Takes the socket over and closes it before ended is called, which never happens from inside. No
   other process may be using the socket, which may be non-overlapped; can_wait where it is not, and
   at no completion port. 30 s is the longest it takes whatever the client does. */
void linger_begin(struct lingering *linger, struct loop *loop, struct closer *closer, SOCKET socket,
                  bool can_wait, uint64_t quiet_ms,
                  void (*ended)(struct lingering *linger, enum linger_end end));

/* Shortens what is left of the time to at most ms. */
void linger_hurry(struct lingering *linger, uint64_t ms);

#endif
