#include "server/stop.h"

#include "server/accepting.h"
#include "server/connection_table.h"
#include "server/worker_pools.h"
#include "windows/console.h"
#include "windows/text.h"

#include <stdio.h>

enum {
    BREAK_STOP_MS = 2000,   /* after Ctrl-Break: the longest stop_time */
    LAST_MS = 1000,         /* from there to the end of the server, whatever is still open */
    CONSOLE_CLOSE_MS = 4500 /* Windows ends the process after 5 s */
};

/* The one server of this process, for the console's thread. */
static struct server *console_server;

static void log_stop(struct server *server, const char *detail)
{
    struct record record = {.level = LEVEL_INFO, .verb = "stop", .detail = detail};

    server_log(server, &record);
}

static void tell_host(struct server *server)
{
    if (server->host != NULL)
        server->host->stopping(server->host);
}

static const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

static void close_one(struct listener *listener, void *context)
{
    const bool *take_waiting = context;

    accepting_end(listener, *take_waiting);
}

static void close_listeners(struct server *server, bool take_waiting)
{
    accepting_for_each(server, &take_waiting, close_one);
}

void server_check_stopped(struct server *server)
{
    if (server->phase == PHASE_RUNNING || server->listeners_open > 0 || server->spares > 0 ||
        connection_table_count(server->connections) > 0)
        return;
    if (worker_pools_are_open(server))
        worker_pools_end(server, UNLIMITED); /* each calls here when it is gone */
    else
        loop_end(&server->loop);
}

static const char stopped[] = "ended by the stop of the server";

static void end_one(struct connection *connection, void *context)
{
    const uint64_t *longest_ms = context;

    if (connection->state != CONNECTION_LINGERING && !connection->refused)
        connection_server(connection)->cut_short = true;
    connection_end(connection, *longest_ms, stopped);
}

/* Enters a phase, closes the listeners and ends every connection. */
static void end_connections(struct server *server, enum phase phase, uint64_t longest_ms,
                            const char *what)
{
    char detail[120];
    size_t count = connection_table_count(server->connections);

    server->phase = phase;
    snprintf(detail, sizeof detail, "%zu connection%s %s", count, plural(count), what);
    log_stop(server, detail);
    spares_close_all(server);
    close_listeners(server, false);
    worker_pools_end(server, longest_ms);
    connection_table_for_each(server->connections, &longest_ms, end_one);
    server_check_stopped(server);
}

static void kill_all(struct server *server)
{
    timer_set(&server->loop, &server->stop_timer, LAST_MS);
    end_connections(server, PHASE_KILLING, 0, "ended at once");
}

static uint64_t longest_of(const struct running_service *service, uint64_t longest)
{
    for (; service != NULL; service = service->next)
        if (service->settings->stop_time > longest)
            longest = service->settings->stop_time;
    return longest;
}

static uint64_t longest_stop_time(const struct server *server)
{
    return longest_of(server->retired, longest_of(server->services, 0));
}

static void end_all(struct server *server, uint64_t longest_ms)
{
    uint64_t stop_ms = longest_stop_time(server);

    if (stop_ms > longest_ms)
        stop_ms = longest_ms;
    timer_set(&server->loop, &server->stop_timer, stop_ms);
    tell_host(server);
    end_connections(server, PHASE_ENDING, longest_ms, "asked to end");
}

static void drain(struct server *server)
{
    char detail[120];
    uint64_t open = server->live + server->waiting;

    server->phase = PHASE_DRAINING;
    if (open == 0)
        snprintf(detail, sizeof detail, "no connection open");
    else
        snprintf(detail, sizeof detail,
                 "%llu connection%s open, waiting up to %llu s (%s ends %s now)",
                 (unsigned long long)open, plural(open),
                 (unsigned long long)(server->config.drain + 999) / 1000,
                 server->host == NULL ? "Ctrl-C again" : "'stdinetd stop --now'",
                 open == 1 ? "it" : "them");
    log_stop(server, detail);
    timer_set(&server->loop, &server->stop_timer, server->config.drain);
    tell_host(server);
    spares_close_all(server);
    close_listeners(server, true);
    worker_pools_retire(server); /* a connection may be kept open for want of nothing but this */
    server_check_stopped(server);
}

static void on_stop_timer(struct timer *timer)
{
    struct server *server = CONTAINER(timer, struct server, stop_timer);

    if (server->phase == PHASE_DRAINING) {
        end_all(server, UNLIMITED);
    } else if (server->phase == PHASE_ENDING) {
        kill_all(server);
    } else {
        server->cut_short = true;
        loop_end(&server->loop);
    }
}

void stop_begin(struct server *server, bool now)
{
    if (now && server->phase < PHASE_ENDING)
        end_all(server, UNLIMITED);
    else if (!now && server->phase == PHASE_RUNNING)
        drain(server);
}

void stop_look(struct server *server)
{
    if (server->breaks > 0 && server->phase < PHASE_ENDING)
        end_all(server, BREAK_STOP_MS);
    else if (server->interrupts > 0 && server->phase == PHASE_RUNNING)
        drain(server);
    if (server->interrupts > 1 && server->phase < PHASE_KILLING)
        kill_all(server);
}

static void on_console_event(struct operation *operation, DWORD bytes)
{
    (void)bytes;
    stop_look(CONTAINER(operation, struct server, console_event));
}

/* On a thread of the console's. After CTRL_CLOSE_EVENT the process is ended once this returns. */
static BOOL WINAPI console_handler(DWORD event)
{
    struct server *server = console_server;

    if (server == NULL)
        return FALSE;
    if (server->host != NULL)
        return TRUE; /* a handler that shares the console may have sent it */
    if (event == CTRL_C_EVENT)
        InterlockedIncrement(&server->interrupts);
    else
        InterlockedIncrement(&server->breaks);
    loop_post(&server->loop, &server->console_event);
    if (event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT)
        WaitForSingleObject(server->finished, CONSOLE_CLOSE_MS);
    return TRUE;
}

void stop_request(struct server *server)
{
    InterlockedIncrement(&server->interrupts);
    loop_post(&server->loop, &server->console_event);
}

bool stop_prepare(struct server *server, struct error *error)
{
    server->console_event.complete = on_console_event;
    server->stop_timer.fire = on_stop_timer;
    server->finished = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (server->finished == NULL)
        return error_windows(error, "CreateEvent");
    console_server = server;
    return console_on_event(console_handler, error);
}

void stop_finish(struct server *server)
{
    console_server = NULL;
    if (server->host != NULL)
        server->host->finished(server->host);
    if (server->finished != NULL)
        SetEvent(server->finished);
}
