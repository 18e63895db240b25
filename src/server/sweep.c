#include "server/sweep.h"

#include "server/accepting.h"
#include "server/admission.h"
#include "server/connection_mend.h"
#include "server/connection_serving.h"
#include "server/connection_table.h"
#include "server/connection_worker.h"
#include "server/control.h"
#include "server/reload.h"
#include "server/stop.h"
#include "server/worker_pools.h"

#include <stdio.h>
#include <stdlib.h>

enum { SWEEP_MS = 1000 };

static void log_mended(struct server *server, size_t count, const char *what)
{
    char detail[160];
    struct record record = {.level = LEVEL_WARNING, .verb = "fail", .detail = detail};

    if (count == 0)
        return;
    snprintf(detail, sizeof detail, "%zu listener%s %s", count, count == 1 ? "" : "s", what);
    server_log(server, &record);
}

static void look_at(struct connection *connection, void *context)
{
    (void)context;
    connection_look_for_lost(connection);
    connection_keep_alive(connection);
    connection_job_message(connection, 0, 0); /* it may be gone afterwards */
}

/* The listeners that have asked for a connection, with the sockets to poll. */
struct asking {
    struct listener **listeners;
    WSAPOLLFD *polls;
    size_t count;
};

static void collect_asking(struct listener *listener, void *context)
{
    struct asking *asking = context;

    if (listener->asked == 0 || listener->closing)
        return;
    asking->listeners[asking->count] = listener;
    asking->polls[asking->count] = (WSAPOLLFD){.fd = listener->socket, .events = POLLRDNORM};
    asking->count++;
}

/* Asks again for those whose request was lost: somebody waits, and nobody arrives. */
static size_t mend_listeners(struct server *server)
{
    size_t mended = 0;
    struct asking asking = {.listeners = calloc(server->listeners_open, sizeof(struct listener *)),
                            .polls = calloc(server->listeners_open, sizeof(WSAPOLLFD))};

    if (asking.listeners != NULL && asking.polls != NULL)
        accepting_for_each(server, &asking, collect_asking);
    if (asking.count > 0 && WSAPoll(asking.polls, (ULONG)asking.count, 0) >= 0) {
        for (size_t i = 0; i < asking.count; i++)
            if (listener_mend(asking.listeners[i], (asking.polls[i].revents & POLLRDNORM) != 0))
                mended++;
    }
    free(asking.polls);
    free((void *)asking.listeners);
    return mended;
}

/* A client that was reset in the backlog of a closing listener never arrives. Where many came and
   nobody does any more, a socket for the next one is enough. */
static void look_at_listener(struct listener *listener, void *context)
{
    const struct server *server = context;

    if (listener->closing && listener->asked > 0)
        listener_close(listener, true);
    else if (listener->asked > 1 && server->loop.now_ms - listener->arrived_ms > SWEEP_MS)
        listener_ask_anew(listener);
}

static void on_sweep(struct timer *timer)
{
    struct server *server = CONTAINER(timer, struct server, sweep);

    timer_set(&server->loop, timer, SWEEP_MS);
    stop_look(server);
    if (server->host != NULL && server->phase != PHASE_RUNNING)
        server->host->progress(server->host);
    spawner_collect(server->spawner);
    closer_collect(server->closer);
    if (server->look_ups != NULL)
        spawner_collect(server->look_ups);
    control_look(server->control);
    admission_report(server, server->loop.now_ms);
    connection_table_for_each(server->connections, NULL, look_at);
    worker_pools_sweep(server);
    accepting_for_each(server, server, look_at_listener);
    accepting_try_again(server);
    reload_look(server);
    spares_look(server);
    log_mended(server, admission_ask(server),
               "had stopped accepting for want of resources, and accept again");
    log_mended(server, mend_listeners(server), "had lost a wake-up, and accept again");
}

void sweep_start(struct server *server)
{
    server->sweep.fire = on_sweep;
    timer_set(&server->loop, &server->sweep, SWEEP_MS);
}
