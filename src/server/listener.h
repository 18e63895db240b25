#ifndef STDINETD_SERVER_LISTENER_H
#define STDINETD_SERVER_LISTENER_H

#include "core/config.h"
#include "server/listener_place.h"
#include "server/loop.h"

#include <mswsock.h>

/* One listening address of a service. */

/* A connection just accepted: the socket is the taker's. It is blocking, and non-overlapped, fit to
   be a program's standard input; or overlapped where the service wants it so. */
struct arrival {
    SOCKET socket;
    struct address peer, local;
};

struct listener {
    struct listener *next, *next_idle; /* the owner's lists */
    void *owner;
    void (*arrived)(struct listener *listener, const struct arrival *arrival);
    void (*closed)(struct listener *listener); /* after listener_close: it may be freed */
    /* Asked for one more connection by itself and could not: call listener_ask again later. */
    void (*starved)(struct listener *listener, const struct error *error);

    struct loop *loop;
    const struct accept_method *method;
    SOCKET socket;
    int family;
    struct address address;       /* as bound: port 0 has become a real one */
    char text[ADDRESS_TEXT_SIZE]; /* the address, "*" for all */
    bool accepts_overlapped;      /* as service_wants_overlapped has it */
    bool asking;                  /* one more connection has been asked for */
    bool closing;
    uint64_t arrivals; /* how many there have been … */
    uint64_t
        arrivals_seen; /* … and one more when listener_mend last saw it overdue; 0: it was not */

    bool take_waiting; /* while closing */
    struct operation accepting;
    struct operation last; /* behind every packet of accepting */

    SOCKET accept_socket; /* acceptex: what the next connection will be */
    char addresses[2 * (sizeof(struct sockaddr_storage) + 16)];
    LPFN_ACCEPTEX accept_ex;
    LPFN_GETACCEPTEXSOCKADDRS get_addresses;

    HANDLE event, wait; /* accept: tells of connections that wait */
};

/* The two ways to accept; the functions are those of this header, for one way. */
struct accept_method {
    bool overlapped; /* the listening socket must be, whatever it accepts */
    bool (*prepare)(struct listener *listener, struct error *error);
    bool (*ask)(struct listener *listener, struct error *error);
    bool (*has_connection)(const struct listener *listener); /* … although no packet said so */
    void (*revive)(struct listener *listener); /* makes up for a packet that was lost */
    void (*close)(
        struct listener *listener); /* again while asking: looks whether that is in vain */
};

extern const struct accept_method accept_by_acceptex;
extern const struct accept_method accept_by_accept;

/* Whether the server itself does the I/O of the service's connections. */
bool service_wants_overlapped(const struct service *service);

/* Opens one listening socket. *listener must be {0} but for owner, arrived, closed, starved. On
   failure error says which address and which call, its number is what WSAGetLastError() says, and
   nothing stays open. */
bool listener_open(struct listener *listener, struct loop *loop, const struct listener_place *place,
                   const struct service *service, enum accept_with accept_with,
                   struct error *error);

/* Asks for one connection: arrived is called once, later, from the loop. Does nothing while one is
   already asked for. Returns false with *error set where Windows has no resources; ask again later.
 */
bool listener_ask(struct listener *listener, struct error *error);

/* For the sweep, once a second for each listener that is asking. Where somebody waits in the
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
