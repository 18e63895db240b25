#ifndef STDINETD_SERVER_CONNECTION_H
#define STDINETD_SERVER_CONNECTION_H

#include "server/connection_list.h"
#include "server/error_stream.h"
#include "server/internal.h"
#include "server/launch.h"
#include "server/linger.h"
#include "server/relay.h"
#include "server/server.h"
#include "server/worker_wire.h"

/* Of a connection that a worker is to serve. */
struct assignment {
    struct worker *worker;        /* NULL: it waits for one */
    struct connection_list *list; /* of the pool or of the worker, in which it stands; or NULL */
    struct connection *next, *previous; /* there */
    struct wire_order order;            /* to the worker, of it */
    bool is_accepted;
    bool keeps_alive;
    uint64_t given_ms; /* to the worker */
    unsigned rejections;
};

/* Of a connection that is redirected, until it is served. */
struct redirecting {
    ADDRINFOW *addresses;        /* of the target; freed then */
    const ADDRINFOW *next;       /* to be tried */
    const ADDRINFOW *tried;      /* last */
    SOCKET peer;                 /* of that try; the relay's in the end */
    struct operation connecting; /* of that try, while … */
    bool is_connecting;
    bool is_late;
};

/* One connection's life:

     waiting -> greeting -> launching -> serving -> lingering -> closed
        \-> refused (greeting -> lingering where there is a banner_fail)

   While it serves with stdio = socket, the server keeps its copy of the socket and makes no Winsock
   call on it: I/O on a non-overlapped socket is serialized per file object, so a call would wait
   for the handler's own read. With stdio = pipe the socket is overlapped and the relay's; what the
   handler wrote is still on its way when it is gone, and only then does it linger. A connection of
   an internal service is never launching: it serves at once. One that a worker serves is launching
   until that has accepted it, and the server leaves its copy of the socket alone from then on. */

enum connection_state {
    CONNECTION_WAITING,   /* accepted; admission decides when it goes on */
    CONNECTION_GREETING,  /* a banner is being sent */
    CONNECTION_LAUNCHING, /* with the spawner, or between two tries */
    CONNECTION_SERVING, /* its handler runs, or what the handler started; or the internal service */
    CONNECTION_LINGERING /* the handler is gone, the client may still read */
};

struct connection {
    uint64_t number; /* 1 and up; also the key of its job's messages */
    struct running_service *service;
    enum connection_state state;
    SOCKET socket;
    struct address peer, local;
    char peer_text[ADDRESS_TEXT_SIZE];
    uint64_t began_ms;  /* when it was accepted */
    uint64_t served_ms; /* from then to the end of the handler */

    struct source *source; /* it counts there; NULL where no limit of its service does */
    bool refused;          /* and has had its record */
    struct banner_sending greeting;

    struct spawn_task task;     /* launching: what the spawn thread is given … */
    int64_t launch_began_ticks; /* of the performance counter */
    struct launch_failure failure;
    struct spare *spare; /* that holds its socket too; until it is launched */
    HANDLE error_pipe;   /* our end, where stderr = log */
    struct relay *relay; /* where stdio is a pipe; from the launch until it has ended */
    bool launched;       /* … and what it found; of an internal service, that it has begun */
    unsigned tries;
    struct child child;

    bool has_early_message; /* its job had something to say while it was launching */
    bool handler_exited;
    DWORD exit_code;
    const char *reason;  /* why it was not a plain exit; NULL where it was */
    bool must_end;       /* it has been asked to end, perhaps while launching */
    struct timer timer;  /* launching: the next try; serving: max_time, then stop_time */
    unsigned open_parts; /* itself until its handler is gone, its relay from then on, its lingering,
                            and the stream of its stderr */
    struct lingering linger;
    struct error_stream *stream;  /* errors, or one that began with a spare and is freed then */
    uint64_t bytes_in, bytes_out; /* of a relay that has ended */
    union {
        struct error_stream errors;
        struct conversation conversation; /* of an internal service, which has no stderr */
        struct assignment assignment;     /* of one with workers, whose stderr is their own */
        struct redirecting redirecting;   /* of one that is redirected */
    };

    struct connection *next_in_bucket;
    struct connection *next_waiting;
};

struct server *connection_server(const struct connection *connection);

/* Takes an accepted socket over and has admission decide on it. */
void connection_begin(struct running_service *service, const struct arrival *arrival);

/* What admission decides. A refusal has had its record. */
void connection_launch(struct connection *connection);
void connection_refuse(struct connection *connection);

/* Asks the handler to end (CTRL_BREAK where it shares the console) and ends its job after the
   service's stop_time or longest_ms, whichever is less; 0 ends it at once. reason is a constant for
   the log. What waits is closed, what lingers is hurried. */
void connection_end(struct connection *connection, uint64_t longest_ms, const char *reason);

#endif
