#ifndef STDINETD_SERVER_SPARE_STOCK_H
#define STDINETD_SERVER_SPARE_STOCK_H

#include "core/error.h"
#include "server/loop.h"

#include <stdbool.h>
#include <stddef.h>

struct running_service;
struct server;
struct spare;

/* The spares of a service: processes that are started before their connections come (prestart).

   One is started on a spawn thread when no connection waits for one of those, and then waits: in
   the stock, or, where it holds the socket of the next connection, with the listener whose
   AcceptEx has been given that socket. */

enum spare_kind {
    SPARE_HOLDS_SOCKET, /* that AcceptEx will connect: nothing is left to do but ResumeThread */
    SPARE_HAS_SLOTS,    /* which get the connected socket afterwards */
    SPARE_HAS_PIPES     /* stdio = pipe */
};

/* Starts as {0}. */
struct spare_stock {
    enum spare_kind kind;
    bool running;        /* they run while they wait */
    struct spare *first; /* those that are ready, in the order in which they became so */
    size_t there[2];     /* that are started, ready, or with listeners: IPv4, IPv6 … */
    size_t waiting;      /* … those of them that are started no more */
    size_t open;         /* all of which something is left, also those that end */
    struct timer timer;  /* when those that are missing are started */
    unsigned failures;   /* that came one after another */
    bool delayed;        /* the timer waits because of one */
    bool is_closed;      /* no more are wanted */
};

/* Which kind it has; settings, is_piped and listening of the service are known. Any thread, one at
   a time. */
void spares_prepare(struct running_service *service);

/* Has those started that are missing, soon, but for what a failure delays. */
void spares_refill(struct running_service *service);

/* The same for every service at once; and for the sweep: those that have ended by themselves are
   replaced. */
void spares_look(struct server *server);

/* No more are wanted: those that wait are ended. Those that listeners have stay until the listeners
   give them back. Of all services, too. */
void spares_close(struct running_service *service);
void spares_close_all(struct server *server);

/* One whose socket the next connection at a listener of that family is going to be; NULL where none
   is ready. It comes back by spare_end, or by spare_arrived. */
struct spare *spares_post(struct running_service *service, int family);

/* One for a connection that has come; NULL where none is ready, or is only by its listener. */
struct spare *spares_take(struct running_service *service);

/* The connection has come to which its socket belongs now. */
void spare_arrived(struct spare *spare);

/* Nobody wants it: it is ended. */
void spare_end(struct spare *spare);

/* It has ended by itself: the next one takes the longer the oftener that happens. */
void spare_lost(struct spare *spare);

/* The connection has taken all that it had. */
void spare_forget(struct spare *spare);

#endif
