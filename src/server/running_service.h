#ifndef STDINETD_SERVER_RUNNING_SERVICE_H
#define STDINETD_SERVER_RUNNING_SERVICE_H

#include "core/config.h"
#include "core/histogram.h"
#include "core/refusals.h"
#include "server/banner.h"
#include "server/handler.h"
#include "server/listener.h"
#include "server/loop.h"
#include "server/spare_stock.h"

struct server;
struct worker_pool;

/* What is counted of a service under its name. It outlives the settings that a reload replaces, so
   that limits hold for old and new connections together. */
struct tally {
    struct tally *next;
    struct server *server;
    struct running_service *current; /* that is not retired; NULL: it is removed */
    char *name;
    uint32_t number;  /* what sources and refusals are counted under; never used again */
    size_t users;     /* running services with this name; gone with the last */
    uint64_t live;    /* launching or serving: what instances counts */
    uint64_t waiting; /* accepted, but there is no room yet, or rate does not let them go on */
    uint64_t started, failed, refused[REFUSALS]; /* since the server began */
    uint64_t prestart_hits, prestart_misses; /* connections for whom there was a spare, or none */
    uint64_t bytes_in, bytes_out;            /* of relays that have ended */
    struct histogram launch_times;
    struct refusal_totals refusal_totals;
    struct rate rate;    /* the option, of the newest settings */
    uint64_t rate_state; /* its state */
    bool rate_paused;    /* nobody is let in before rate_timer */
    struct timer rate_timer;
    struct status_service *picture; /* of it, while one is taken of the server */
};

/* One service while it is served: one state of its settings. */
struct running_service {
    struct running_service *next;
    struct server *server;
    struct service *settings;
    struct tally *tally;      /* NULL until it is served */
    struct handler handler;   /* {0} where it starts no programs */
    struct worker_pool *pool; /* where it has workers, once it is served */
    bool is_piped;      /* its handlers get pipes, which the server copies to and from the socket */
    bool is_overlapped; /* its sockets are, because the server does their I/O itself */
    struct banner banner, banner_fail;
    struct spare_stock spares; /* where prestart is not 0 */
    struct listening {
        struct listener_place place;
        struct listener *listener;         /* NULL: not open, or no more */
        bool is_taken_over, is_in_the_way; /* a reload's */
    } * listening;
    size_t place_count;
    bool is_retired;        /* a reload has removed or replaced it; who came before goes on */
    uint64_t connections;   /* in whatever state */
    uint64_t live, waiting; /* of those of the tally, by these settings … */
    uint64_t room;          /* … and how many the workers can have; UNLIMITED without workers */
};

/* Puts where the service stands in front of what is wrong with it. Returns false. */
bool service_blame(const struct service *settings, struct error *error);

/* What the service asks of a connection's socket; any thread, and before a handler has it:
   afterwards it is the handler's alone. */
void service_set_socket_options(const struct service *settings, SOCKET socket);

/* Everything that serving takes but for listeners: banners are read, host names of bind looked up,
   so it may block. settings become the new service's. Touches nothing of the server and so may run
   on any thread. environment as for handler_init, base is the folder of relative paths. NULL with
   *error set where something is missing. */
struct running_service *running_service_new(struct server *server, struct service *settings,
                                            const char *base, const char *environment,
                                            struct error *error);

/* The same for every service of a config, which is left without them, in its order. Where one
   cannot be, none is made. */
bool running_services_new(struct server *server, struct config *config,
                          struct running_service **first, struct error *error);

/* The service is served from now on: it counts under its name. */
void running_service_begin(struct running_service *service);

/* No place is open any more, or none was. */
void running_service_free(struct running_service *service);
void running_services_free(struct running_service *first);

/* The reload is over for it: its listeners close once their backlogs are empty, and when the last
   connection has ended it is gone. It must be in no list of the server's. */
void running_service_retire(struct running_service *service);

/* Whether somebody is still to come, who is in no worker's hands. */
bool running_service_is_expecting(const struct running_service *service);

/* A connection, a listener or the last worker of it is gone; so is the service where it is retired
   and that was the last. */
void running_service_look(struct running_service *service);

#endif
