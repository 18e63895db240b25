#ifndef STDINETD_SERVER_LISTENER_H
#define STDINETD_SERVER_LISTENER_H

#include "core/config.h"
#include "server/listener_place.h"
#include "server/loop.h"

#include <mswsock.h>

/* One listening address of a service. */

enum { LISTENER_ASKS_AT_MOST = 8 }; /* connections at a time */

struct spare;

/* A connection just accepted: the socket is the taker's. It is blocking, and either non-overlapped,
   fit to be a program's standard input, or overlapped, for the server's own I/O. */
struct arrival {
    SOCKET socket;
    struct spare *spare; /* that holds it too; NULL: none */
    struct address peer, local;
};

struct listener {
    struct listener *next, *next_idle; /* the owner's lists */
    void *owner;
    void (*arrived)(struct listener *listener, const struct arrival *arrival);
    void (*closed)(struct listener *listener); /* after listener_close: it may be freed */
    /* Asked for one more connection by itself and could not: call listener_ask again later. */
    void (*starved)(struct listener *listener, const struct error *error);
    /* May be NULL. A spare whose socket, which stays its own until it has arrived, can be the next
       connection, or NULL; and one for which nobody came. */
    struct spare *(*offer)(struct listener *listener, SOCKET *socket);
    void (*unused)(struct spare *spare);

    struct loop *loop;
    const struct accept_method *method;
    SOCKET socket;
    bool overlapped; /* what the accepted sockets are */
    int family;
    struct address address;       /* as bound: port 0 has become a real one */
    char text[ADDRESS_TEXT_SIZE]; /* the address, "*" for all */
    size_t asked;                 /* connections that have been asked for and have not come */
    bool closing;
    uint64_t arrived_ms; /* by the loop's clock, when the last one did */
    uint64_t arrivals;   /* how many there have been … */
    uint64_t
        arrivals_seen; /* … and one more when listener_mend last saw it overdue; 0: it was not */

    bool take_waiting;     /* while closing */
    struct operation last; /* behind every other packet */

    struct accept_request *requests; /* acceptex: each for one connection; grow, and stay */
    LPFN_ACCEPTEX accept_ex;
    LPFN_GETACCEPTEXSOCKADDRS get_addresses;

    HANDLE event, wait; /* accept: tells of connections that wait */
    struct operation accepting;
};

/* The two ways to accept; the functions are those of this header, for one way. */
struct accept_method {
    bool overlapped; /* whether the listening socket must be, whatever the accepted ones are */
    size_t most;     /* connections that can be asked for at a time */
    bool (*prepare)(struct listener *listener, struct error *error);
    bool (*ask)(struct listener *listener, struct error *error);
    bool (*has_spare)(const struct listener *listener);
    bool (*mend)(struct listener *listener);   /* who has come, although no packet said so */
    void (*revive)(struct listener *listener); /* has who waits in the backlog taken from there */
    void (*withdraw)(struct listener *listener);
    void (*close)(struct listener *listener); /* again while some are asked for: looks whether that
                                                 is in vain */
    void (*free)(struct listener *listener);  /* after the last packet; may be NULL */
};

extern const struct accept_method accept_by_acceptex;
extern const struct accept_method accept_by_accept;

/* Opens one listening socket. *listener must be {0} but for owner, arrived, closed, starved,
   overlapped. On
   failure error says which address and which call, its number is what WSAGetLastError() says, and
   nothing stays open. */
bool listener_open(struct listener *listener, struct loop *loop, const struct listener_place *place,
                   const struct service *service, enum accept_with accept_with,
                   struct error *error);

/* Asks for a connection: arrived is called, later, from the loop. Does nothing while one is asked
   for already. Returns false with *error set where Windows has no resources; ask again later. */
bool listener_ask(struct listener *listener, struct error *error);

/* Where one is asked for: asks for as many as can be at a time, so that who comes need not wait
   until the loop has dealt with the one before. Quietly leaves it at fewer. */
void listener_ask_more(struct listener *listener);

/* Where connections have been asked for with sockets that are to be others now: has one asked for
   anew, which offers. Connections that have come already arrive all the same. */
void listener_ask_anew(struct listener *listener);

/* Whether what is asked for can be a spare's. */
bool listener_has_spare(const struct listener *listener);

/* Whether the sockets that are accepted are to have nodelay, where they inherit it at all. */
void listener_set_nodelay(const struct listener *listener, bool on);

/* For the sweep, once a second for each listener that has asked. Where somebody waits in the
   backlog all the same, or a connection has come that nobody spoke of, the second time without an
   arrival in between the packet is taken for lost and made up for. Returns whether it was. */
bool listener_mend(struct listener *listener, bool somebody_waits);

/* Stops listening. With take_waiting, whoever is in the backlog already arrives first. closed is
   called when the listener may be freed, never from inside. */
void listener_close(struct listener *listener, bool take_waiting);

/* For the two ways: closes the socket and has closed called once every packet has come round. */
void listener_finish(struct listener *listener);

/* Whether somebody waits in the backlog. */
bool listener_has_waiting(const struct listener *listener);

#endif
