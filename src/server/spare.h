#ifndef STDINETD_SERVER_SPARE_H
#define STDINETD_SERVER_SPARE_H

#include "server/error_stream.h"
#include "server/handler_start.h"
#include "server/spare_stock.h"
#include "server/spawner.h"

/* One process that is started before its connection comes. */

enum spare_state {
    SPARE_STARTING, /* the spawner's */
    SPARE_READY,    /* in the stock */
    SPARE_POSTED,   /* with a listener */
    SPARE_TAKEN,    /* a connection's */
    SPARE_ENDING    /* it is no more, but its stderr is still read */
};

struct spare {
    struct spare *next; /* in the stock */
    struct running_service *service;
    enum spare_state state;
    uint64_t ready_ms;  /* since when it waits */
    int family;         /* of its socket */
    SOCKET socket;      /* that it holds; INVALID_SOCKET where it does not, or no more */
    struct child child; /* whose job reports to nobody yet */
    struct handler_pipes pipes;
    struct error_stream *errors; /* of one that runs: what it has to say before its connection */

    struct spawn_task task; /* starting; fills in what it finds */
    bool launched;
    struct launch_failure failure;
};

/* On a spawn thread: starts it, and fills in launched, socket, child, pipes; or failure. */
void spare_start(struct spawn_task *task);

#endif
