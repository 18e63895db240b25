#include "server/accepting.h"

#include "core/memory.h"
#include "server/admission.h"
#include "server/connection.h"
#include "server/reload.h"
#include "server/spare.h"

#include <stdio.h>
#include <stdlib.h>

enum { CROWDED_MS = 20 }; /* between two arrivals at a listener, where many come */

static void visit_listeners(struct running_service *service, void *context,
                            void (*visit)(struct listener *listener, void *context))
{
    for (; service != NULL; service = service->next)
        for (size_t i = 0; i < service->place_count; i++)
            if (service->listening[i].listener != NULL)
                visit(service->listening[i].listener, context);
}

void accepting_for_each(struct server *server, void *context,
                        void (*visit)(struct listener *listener, void *context))
{
    visit_listeners(server->services, context, visit);
    visit_listeners(server->retired, context, visit);
}

/* --- those that have not asked for a connection */

static void set_idle(struct listener *listener)
{
    struct running_service *service = listener->owner;

    if (listener->closing)
        return;
    listener->next_idle = service->server->idle_listeners;
    service->server->idle_listeners = listener;
}

static void leave_idle(struct listener *listener)
{
    struct running_service *service = listener->owner;
    struct listener **place = &service->server->idle_listeners;

    while (*place != NULL && *place != listener)
        place = &(*place)->next_idle;
    if (*place != NULL)
        *place = listener->next_idle;
    listener->next_idle = NULL;
}

/* --- what a listener tells */

static void log_listener(const struct listener *listener, enum level level, const char *verb,
                         const char *detail)
{
    const struct running_service *service = listener->owner;
    struct record record = {.level = level,
                            .verb = verb,
                            .service = service->settings->name,
                            .peer = listener->text,
                            .detail = detail};

    server_log(service->server, &record);
}

/* The sweep asks again. */
static void on_starved(struct listener *listener, const struct error *error)
{
    char detail[sizeof error->text + 40];

    snprintf(detail, sizeof detail, "%s (it will be tried every second)", error->text);
    log_listener(listener, LEVEL_WARNING, "fail", detail);
    set_idle(listener);
}

/* --- spares */

static struct spare *on_offer(struct listener *listener, SOCKET *socket)
{
    struct spare *spare = spares_post(listener->owner, listener->family);

    if (spare != NULL)
        *socket = spare->socket;
    return spare;
}

/* Whoever has come has the socket. Where the listener has got another service in between, the spare
   is the old one's and of no use. */
static struct spare *take_spare(const struct running_service *service,
                                const struct arrival *arrival)
{
    struct spare *spare = arrival->spare;

    if (spare == NULL)
        return NULL;
    spare_arrived(spare);
    if (spare->service == service && service->server->phase < PHASE_ENDING)
        return spare;
    spare_end(spare);
    return NULL;
}

/* --- */

/* Whether one comes soon after the other, and several may be asked for. Not where spares hold
   sockets: a connection must not get a socket of nobody's while one of theirs is behind it. */
static bool is_crowded(const struct listener *listener, uint64_t before_ms)
{
    const struct running_service *service = listener->owner;

    return service->server->loop.now_ms - before_ms <= CROWDED_MS &&
           (service->settings->prestart == 0 || service->spares.kind != SPARE_HOLDS_SOCKET) &&
           admission_is_wide_open(service);
}

/* The next connection, where there is room for it. */
static void ask(struct listener *listener, uint64_t before_ms)
{
    const struct running_service *service = listener->owner;
    struct error error;

    if (service->server->phase != PHASE_RUNNING)
        return;
    if (!admission_is_open(service)) {
        if (listener->asked == 0)
            set_idle(listener);
    } else if (!listener_ask(listener, &error)) {
        on_starved(listener, &error);
    } else if (is_crowded(listener, before_ms)) {
        listener_ask_more(listener);
    }
}

static void on_arrival(struct listener *listener, const struct arrival *arrival)
{
    struct running_service *service = listener->owner;
    struct arrival taken = *arrival;
    uint64_t before_ms = listener->arrived_ms;

    listener->arrived_ms = service->server->loop.now_ms;
    taken.spare = take_spare(service, arrival);
    if (service->server->phase >= PHASE_ENDING) {
        closesocket(arrival->socket);
        return;
    }
    connection_begin(service, &taken);
    ask(listener, before_ms);
}

static void on_closed(struct listener *listener)
{
    struct running_service *service = listener->owner;
    struct server *server = service->server;

    /* while it runs, who looks into the log wants to know; at its end, everything closes */
    log_listener(listener, server->phase == PHASE_RUNNING ? LEVEL_INFO : LEVEL_DEBUG, "stop",
                 "listens no more");
    for (size_t i = 0; i < service->place_count; i++)
        if (service->listening[i].listener == listener)
            service->listening[i].listener = NULL;
    free(listener);
    server->listeners_open--;
    running_service_look(service);
    reload_look(server);
    server_check_stopped(server);
}

/* --- open and close */

bool accepting_open(struct running_service *service, size_t place, struct error *error)
{
    struct server *server = service->server;
    struct listener *listener = memory_zeroed(1, sizeof *listener);

    listener->owner = service;
    listener->arrived = on_arrival;
    listener->closed = on_closed;
    listener->starved = on_starved;
    listener->offer = on_offer;
    listener->unused = spare_end;
    listener->overlapped = service->is_overlapped;
    if (!listener_open(listener, &server->loop, &service->listening[place].place, service->settings,
                       (enum accept_with)server->config.accept_with, error)) {
        int code = WSAGetLastError();

        free(listener);
        WSASetLastError(code);
        return service_blame(service->settings, error);
    }
    service->listening[place].listener = listener;
    server->listeners_open++;
    return true;
}

/* What stdio = auto has come to, where that is no socket because of the program. */
static void tell_with_pipes(const struct listener *listener, const char *what)
{
    const struct service *settings = ((const struct running_service *)listener->owner)->settings;
    char detail[160];

    if (settings->stdio == STDIO_AUTO && settings->needs_pipe != NULL) {
        snprintf(detail, sizeof detail, "%s; stdio is pipe, for %s takes no socket", what,
                 settings->needs_pipe);
        what = detail;
    }
    log_listener(listener, LEVEL_INFO, "listen", what);
}

/* Each hint once: the first listener of its kind says what could be otherwise. */
void accepting_tell(const struct listener *listener)
{
    const struct running_service *service = listener->owner;
    struct server *server = service->server;
    bool local = listener->address.is_loopback;
    const char *detail = local ? "this machine only" : "the network";

    if (local && !server->hinted_local)
        detail = "this machine only (bind=* serves the network)";
    else if (!local && !server->hinted_network)
        detail = "the network (the firewall must allow stdinetd.exe)";
    *(local ? &server->hinted_local : &server->hinted_network) = true;
    tell_with_pipes(listener, detail);
}

void accepting_begin(struct listener *listener)
{
    accepting_tell(listener);
    set_idle(listener);
}

void accepting_end(struct listener *listener, bool take_waiting)
{
    leave_idle(listener);
    listener_close(listener, take_waiting);
}

static void on_discarded(struct listener *listener)
{
    free(listener);
}

void accepting_discard(struct running_service *service, size_t place)
{
    struct listener *listener = service->listening[place].listener;

    service->listening[place].listener = NULL;
    service->server->listeners_open--;
    listener->closed = on_discarded;
    listener_close(listener, false);
}

void accepting_try_again(struct server *server)
{
    struct error ignored;
    bool opened = false;

    if (server->phase != PHASE_RUNNING || reload_is_under_way(server))
        return;
    for (struct running_service *service = server->services; service != NULL;
         service = service->next)
        for (size_t i = 0; i < service->place_count; i++)
            if (service->listening[i].listener == NULL && accepting_open(service, i, &ignored)) {
                accepting_begin(service->listening[i].listener);
                opened = true;
            }
    if (opened)
        admission_ask(server);
}
