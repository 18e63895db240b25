#ifndef STDINETD_SERVER_SERVER_H
#define STDINETD_SERVER_SERVER_H

#include "core/config.h"
#include "core/error.h"
#include "core/histogram.h"
#include "core/refusals.h"
#include "core/source_table.h"
#include "server/banner.h"
#include "server/handler.h"
#include "server/listener.h"
#include "server/loop.h"
#include "server/spawner.h"
#include "windows/log.h"

struct connection;
struct control;
struct server;

/* One service while it is served. */
struct running_service {
    struct running_service *next;
    struct server *server;
    const struct service *settings;
    uint32_t number; /* its place among the services */
    struct handler handler;
    struct banner banner, banner_fail;
    struct listener *listeners;
    uint64_t live;    /* launching or serving: what instances counts */
    uint64_t waiting; /* accepted, but there is no room yet, or rate does not let them go on */
    uint64_t started, failed, refused[REFUSALS]; /* since the server began */
    struct histogram launch_times;
    uint64_t rate;    /* state of the option rate */
    bool rate_paused; /* nobody is let in before rate_timer */
    struct timer rate_timer;
};

/* How far the server is on its way out. */
enum phase {
    PHASE_RUNNING,
    PHASE_DRAINING, /* nobody new comes in; who is in may finish */
    PHASE_ENDING,   /* handlers have been asked to end (CTRL_BREAK) */
    PHASE_KILLING   /* their jobs have been ended */
};

/* Whoever runs the server where that is no console: the service manager. Called on the loop's
   thread, or before the loop begins on the one of server_run. */
struct server_host {
    void (*progress)(struct server_host *host); /* it is getting on with its start or stop */
    void (*started)(struct server_host *host, struct server *server); /* every listener is up */
    void (*stopping)(struct server_host *host, uint64_t longest_ms);  /* a stop has begun */
    void (*finished)(struct server_host *host);                       /* the server is no more */
};

struct server {
    struct loop loop; /* first: a job's message leads back to its server */
    const struct config *config;
    struct server_host *host; /* NULL: a console */
    struct log *log;
    struct spawner *spawner;
    HANDLE null_output; /* NUL, inheritable: the handlers' stderr where stderr = null */

    struct running_service *services;
    struct connection_table *connections;
    uint64_t live, waiting; /* the sums over all services */
    uint64_t refused;       /* connections that are told so and linger */
    struct connection *first_waiting, **end_of_waiting;
    struct source_table *sources; /* who is there, by address; NULL where no service asks */
    struct refusals *refusals;

    struct listener *idle_listeners; /* those that have not asked for a connection */

    enum phase phase;
    bool cut_short; /* some handler was ended before it was done */
    size_t listeners_open;
    struct control *control;
    struct timer sweep, stop_timer;
    struct operation console_event;
    volatile LONG interrupts, breaks; /* counted by the console's thread */
    HANDLE finished;                  /* set when everything is closed */
};

/* Serves until it is told to stop. With a host, which may be NULL, the events of the console mean
   nothing: handlers that share it could send them. Returns the exit code: 0 after a complete drain,
   1 where it could not begin (*error says why, nothing is left open) or where handlers had to be
   cut short. */
int server_run(const struct config *config, struct server_host *host, struct error *error);

/* For the parts of the server: one record to the log, and a look whether a stop is complete. */
void server_log(struct server *server, const struct record *record);
void server_check_stopped(struct server *server);

/* Every listener, service by service; visit must not add or free one. */
void server_for_each_listener(struct server *server, void *context,
                              void (*visit)(struct listener *listener, void *context));

#endif
