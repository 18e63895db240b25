#include "server/sweep.h"

#include "server/admission.h"
#include "server/connection_table.h"

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
    connection_job_message(connection, 0, 0);
}

/* The listeners that have asked for a connection, with the sockets to poll; at most count of them.
 */
static size_t collect_asking(const struct server *server, struct listener **listeners,
                             WSAPOLLFD *polls, size_t count)
{
    size_t used = 0;

    for (struct running_service *service = server->services; service != NULL;
         service = service->next)
        for (struct listener *listener = service->listeners; listener != NULL && used < count;
             listener = listener->next) {
            if (!listener->asking || listener->closing)
                continue;
            listeners[used] = listener;
            polls[used] = (WSAPOLLFD){.fd = listener->socket, .events = POLLRDNORM};
            used++;
        }
    return used;
}

/* Asks again for those whose request was lost: somebody waits, and nobody arrives. */
static size_t mend_listeners(struct server *server)
{
    size_t mended = 0;
    WSAPOLLFD *polls = calloc(server->listeners_open, sizeof *polls);
    struct listener **listeners = calloc(server->listeners_open, sizeof(struct listener *));

    if (polls != NULL && listeners != NULL) {
        size_t count = collect_asking(server, listeners, polls, server->listeners_open);

        bool polled = count > 0 && WSAPoll(polls, (ULONG)count, 0) >= 0;

        for (size_t i = 0; polled && i < count; i++)
            if (!(polls[i].revents & POLLRDNORM))
                listeners[i]->arrivals_seen = 0;
            else if (listener_mend(listeners[i]))
                mended++;
    }
    free(polls);
    free((void *)listeners);
    return mended;
}

/* A client that was reset in the backlog of a closing listener never arrives. */
static void look_at_closing(struct server *server)
{
    for (struct running_service *service = server->services; service != NULL;
         service = service->next)
        for (struct listener *listener = service->listeners; listener != NULL;
             listener = listener->next)
            if (listener->closing && listener->asking)
                listener_close(listener, true);
}

static void on_sweep(struct timer *timer)
{
    struct server *server = CONTAINER(timer, struct server, sweep);

    timer_set(&server->loop, timer, SWEEP_MS);
    spawner_collect(server->spawner);
    connection_table_for_each(server->connections, NULL, look_at);
    if (server->phase != PHASE_RUNNING)
        look_at_closing(server);
    log_mended(server, admission_ask(server),
               "had stopped accepting for want of resources, and accept again");
    log_mended(server, mend_listeners(server), "had lost a wake-up, and accept again");
}

void sweep_start(struct server *server)
{
    server->sweep.fire = on_sweep;
    timer_set(&server->loop, &server->sweep, SWEEP_MS);
}
