#ifndef STDINETD_SERVER_WORKER_WIRE_H
#define STDINETD_SERVER_WORKER_WIRE_H

#include "core/config.h"
#include "core/worker_message.h"
#include "server/loop.h"
#include "server/worker_page.h"
#include "windows/socket.h"

/* The pipes to and from a worker, and a thread for each: one makes sockets the worker's and writes
   orders, one reads reports; both there or in the page. So the loop waits for neither, and what is
   done for one connection goes on beside what is done for the next. The threads change nothing but
   what is theirs here. */

enum wire_order_state {
    WIRE_WAITS,
    WIRE_TOLD,  /* the worker may know of it */
    WIRE_FAILED /* the socket could not be made the worker's, for that Windows error */
};

/* Starts as {0} but for what the owner fills in, who keeps all of it until it is told, has failed
   or is taken back. */
struct wire_order {
    struct wire_order *next;
    enum worker_order_kind kind;
    uint64_t connection; /* its number */
    SOCKET socket;
    const struct address *peer, *local;
    volatile LONG state;
    DWORD failure;
};

struct worker_wire {
    struct loop *loop;
    void (*heard)(struct worker_wire *wire); /* on the loop: there is something to take */
    struct operation news;
    HANDLE writer, reader; /* threads; NULL where there is none */
    HANDLE written, read;  /* events of their reads and writes */
    uint64_t connections;  /* that the worker has at a time, at most */
    struct worker_page page;
    volatile LONG hears_late;  /* worker_wire_hear_late */
    volatile LONG looks_later; /* the reader, not waiting for what it may hear late */

    /* fixed before the first order: how sockets are transferred, whether with nodelay, whether the
       worker may shut them down, and to whom */
    enum transfer transfer;
    bool nodelay, may_shut_down;
    HANDLE process;
    DWORD pid;

    bool has_looked, inherits_nodelay; /* the writer's, from the first socket on */

    SRWLOCK transferring; /* held while the parts of an order are used */
    SRWLOCK lock;         /* everything below */
    CONDITION_VARIABLE changed;
    HANDLE input, output; /* our ends; each thread closes its own */
    struct wire_order *first, **end_of_orders;
    struct wire_order first_of_all; /* that it has the page */
    struct wire_order last;         /* that it is to end */
    bool has_failures;              /* among those that were taken */
    bool is_stopping;               /* nothing more is written … */
    bool is_closing;                /* … and nothing is taken */
    bool writer_ended, reader_ended;
    bool is_posted; /* news */
    uint8_t reports[64 * WORKER_REPORT_SIZE];
    size_t used; /* bytes of them, of whole reports */
};

/* Takes both ends over, which are overlapped. Starts as {0} but for loop, heard, connections, input
   and output. Where it fails, worker_wire_is_over and worker_wire_close are called all the same. */
bool worker_wire_open(struct worker_wire *wire, struct error *error);

void worker_wire_put(struct worker_wire *wire, struct wire_order *order);

/* It is not used any more, whatever has become of it. */
void worker_wire_take_back(struct worker_wire *wire, struct wire_order *order);

enum wire_order_state wire_order_state(struct wire_order *order);

/* Whether orders have failed since it was last asked. */
bool worker_wire_take_failures(struct worker_wire *wire);

/* It is ready: at most once, before the first connection. */
void worker_wire_put_page(struct worker_wire *wire);

/* It is to end: at most once, and no connection afterwards. */
void worker_wire_put_end(struct worker_wire *wire);

/* Whether orders can still be written. */
bool worker_wire_is_open(struct worker_wire *wire);

/* Whether nobody is kept waiting where it is heard some milliseconds later what the worker says
   while it says much: many reports are one piece of news for the loop then. */
void worker_wire_hear_late(struct worker_wire *wire, bool may);

/* Takes the reports that have come, up to size bytes; returns how many. */
size_t worker_wire_take(struct worker_wire *wire, uint8_t *reports, size_t size);

/* Nothing more is written, and the worker finds the end of its standard input. */
void worker_wire_stop(struct worker_wire *wire);

/* Nor is anything more read, where it has not ended by itself. */
void worker_wire_cut(struct worker_wire *wire);

/* All that the worker has said was taken or is there to be taken. */
bool worker_wire_has_ended(struct worker_wire *wire);

/* … and both threads are through and no news under way, so that it may be closed. heard is called
   when it may have become so. */
bool worker_wire_is_over(struct worker_wire *wire);

/* Ends what is left of it first, where it is not over. */
void worker_wire_close(struct worker_wire *wire);

#endif
