#ifndef STDINETD_SERVER_WORKER_H
#define STDINETD_SERVER_WORKER_H

#include "server/connection_list.h"
#include "server/error_stream.h"
#include "server/launch.h"
#include "server/loop.h"
#include "server/spawner.h"
#include "server/worker_wire.h"

struct connection;
struct server;
struct worker_pool;

/* One process of a pool. What it says comes through its standard output and is read until the end,
   also when the process is gone already: a connection whose acceptance stands there was accepted.
   It is gone when its job is empty, so that nobody has a socket any more, and what it said has been
   read. */

/* Sets the keys of its job's messages apart from the numbers of connections. */
#define WORKER_KEY ((uint64_t)1 << 63)

enum worker_state {
    WORKER_LAUNCHING, /* with the spawner */
    WORKER_STARTING,  /* it runs, and has not said that it is ready */
    WORKER_SERVING,
    WORKER_ENDING, /* it is to finish what it has and gets nothing new */
    WORKER_DYING,  /* it has ended, or is being ended; what it said is still read */
    WORKER_GONE    /* and only its stderr is read */
};

/* Starts as {0} but for next, pool, number, task. */
struct worker {
    struct worker *next; /* in its pool */
    struct worker_pool *pool;
    uint64_t number; /* with WORKER_KEY */
    enum worker_state state;

    struct spawn_task task; /* launching: fills in what follows */
    struct launch_failure failure;
    bool launched;
    bool has_early_message; /* its job had something to say while it was launching */
    struct child child;
    HANDLE error_pipe; /* our end; NULL where closed */

    HANDLE process; /* that gets the sockets, where the child has only started it; else NULL */
    DWORD pid;      /* of that process, or of the child */

    struct connection_list connections; /* that it has, or is to have */
    uint64_t requests;                  /* how many connections it has been given */
    uint64_t began_ms;                  /* when it was launched */
    uint64_t idle_ms;                   /* since when it has had no connection */
    struct timer timer; /* stop_time; dying: what else may still hold its job or its pipe */
    struct worker_wire wire;
    bool is_ready;   /* it has said so */
    bool tells_ends; /* to its clients, as the last connection has shown */
    bool was_asked;  /* to end */
    bool was_killed; /* by the server … */
    bool has_fault;  /* … or because of what failure.error says */
    struct error_stream errors;
};

struct server *worker_server(const struct worker *worker);

/* On a spawn thread: one try to start the process of the worker whose task it is. */
void worker_start(struct spawn_task *task);

/* Back on the loop, where it was launched: it is listened to from now on. */
void worker_listen(struct worker *worker);

/* Gives it a connection that is in no list. */
void worker_give(struct worker *worker, struct connection *connection);

/* Tells it to let go of a connection that it has accepted. */
void worker_cancel(struct worker *worker, struct connection *connection);

/* A connection of its list has ended, or goes elsewhere. */
void worker_forget(struct worker *worker, struct connection *connection);

/* Asks it to finish what it has and to exit. Within stop_ms, or it is ended by force; UNLIMITED
   leaves it the time that its connections take, and its stop_time after the last. */
void worker_end(struct worker *worker, uint64_t stop_ms);

/* Ends it by force, because of what it did: a sentence for the log; or, where that is NULL, because
   the server ends. */
void worker_kill(struct worker *worker, const char *format, ...) PRINTF_LIKE(2, 3);

/* A message of its job, or none (message 0: for the sweep). The worker may be gone afterwards. */
void worker_job_message(struct worker *worker, DWORD message, DWORD pid);

/* --- between worker.c and worker_talk.c */

/* Reads what it says; worker_look_gone is called whenever something has come to an end. */
void worker_begin_talk(struct worker *worker);

/* Takes what it has said, and what could not be said to it. */
void worker_hear(struct worker *worker);

/* It has closed its output, or been closed. Then, as everywhere: the last thing that is done. */
void worker_output_ended(struct worker *worker);
void worker_look_gone(struct worker *worker);

void worker_log(const struct worker *worker, enum level level, const char *verb,
                const char *detail);

#endif
