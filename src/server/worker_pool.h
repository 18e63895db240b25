#ifndef STDINETD_SERVER_WORKER_POOL_H
#define STDINETD_SERVER_WORKER_POOL_H

#include "core/status.h"
#include "server/worker.h"

struct running_service;
struct server;
struct service;

/* The workers of one running service: as many as its settings say, more while connections wait and
   fewer again when they are idle. Each connection goes to the one that has the least to do. */

struct worker_pool {
    struct running_service *service;
    struct worker *workers;         /* the oldest first */
    struct connection_list waiting; /* for one that has room */
    uint64_t requests;              /* connections that were accepted, since the pool began */
    unsigned crashes;               /* one after the other without a connection served to its end */
    uint64_t pause_until_ms;        /* before which no more are started */
    struct timer timer;             /* until then */
    bool ending;                    /* none is kept that is not needed */
};

/* How many connections the workers of these settings can have at a time; UNLIMITED where there are
   no workers. */
uint64_t worker_pool_room(const struct service *settings);

/* The service must be served; its pool is gone with worker_pool_free. */
struct worker_pool *worker_pool_new(struct running_service *service);

/* May be NULL. Where workers are left, they end with the process of the server. */
void worker_pool_free(struct worker_pool *pool);

/* Hands over a connection, at once or as soon as a worker has room: after those that wait already,
   or as the first of them. */
void worker_pool_dispatch(struct worker_pool *pool, struct connection *connection, bool first);

/* A connection that waits goes elsewhere. */
void worker_pool_forget(struct worker_pool *pool, struct connection *connection);

/* Whether starting workers fails again and again and there is none. */
bool worker_pool_is_hopeless(const struct worker_pool *pool);

/* There may be room, or something to start. */
void worker_pool_look(struct worker_pool *pool);

/* For status; the caller frees the items. The pool may be NULL. */
void worker_pool_describe(const struct worker_pool *pool, struct status_workers *taken);

/* Whether it has workers. May be NULL. */
bool worker_pool_is_open(const struct worker_pool *pool);

/* The service is retired, or the server stops: its workers end as soon as everybody who has come is
   with one. May be NULL. */
void worker_pool_retire(struct worker_pool *pool);

/* For the workers: one has ended, or could not be started, although nobody asked it to; text says
   what is done about it. One has served a connection to its end. One is gone: it is freed. */
void worker_pool_crashed(struct worker *worker, char *text, size_t size);
void worker_pool_served(struct worker_pool *pool);
void worker_pool_remove(struct worker *worker);

/* For the sweep, once a second. */
void worker_pool_sweep(struct worker_pool *pool);

/* Asks each worker to end, within the stop_time of the service but at most longest_ms; 0 ends them
   at once. */
void worker_pool_end(struct worker_pool *pool, uint64_t longest_ms);

#endif
