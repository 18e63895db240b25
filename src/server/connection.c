#include "server/connection.h"

#include "server/admission.h"
#include "server/connection_finish.h"
#include "server/connection_internal.h"
#include "server/connection_log.h"
#include "server/connection_redirect.h"
#include "server/connection_serving.h"
#include "server/connection_spare.h"
#include "server/connection_start.h"
#include "server/connection_table.h"
#include "server/connection_worker.h"
#include "windows/clock.h"
#include "windows/text.h"

#include <stdlib.h>

enum { MOST_REFUSED = 1000 /* that are told so at a time */ };

static const uint64_t try_again_ms[] = {10, 50, 250};

struct server *connection_server(const struct connection *connection)
{
    return connection->service->server;
}

/* --- launching */

static void fail_launch(struct connection *connection)
{
    struct server *server = connection_server(connection);

    if (connection->failure.temporary && !connection->must_end &&
        connection->tries < ARRAYSIZE(try_again_ms)) {
        uint64_t pause_ms = try_again_ms[connection->tries++];

        connection_log_debug(connection, "fail", "%s Trying again in %llu ms.",
                             connection->failure.error.text, (unsigned long long)pause_ms);
        timer_set(&server->loop, &connection->timer, pause_ms);
        return;
    }
    connection_failed(connection);
    connection_ended(connection, NULL);
}

/* Back on the loop. */
static void launch_done(struct spawn_task *task)
{
    struct connection *connection = CONTAINER(task, struct connection, task);

    if (connection->launched)
        connection_serve(connection);
    else
        fail_launch(connection);
}

static void submit(struct connection *connection)
{
    if (connection->tries == 0)
        connection->launch_began_ticks = clock_ticks();
    spawner_submit(connection_server(connection)->spawner, &connection->task);
}

static void begin_serving(struct connection *connection)
{
    if (connection_is_internal(connection)) {
        connection_serve_internally(connection);
        return;
    }
    if (connection_has_workers(connection)) {
        connection_await_worker(connection);
        return;
    }
    if (connection_is_redirect(connection)) {
        connection_redirect(connection);
        return;
    }
    connection->state = CONNECTION_LAUNCHING;
    if (!connection_serve_by_spare(connection))
        submit(connection);
}

static void on_greeted(struct banner_sending *greeting, bool whole)
{
    struct connection *connection = CONTAINER(greeting, struct connection, greeting);

    if (connection->refused)
        connection_ended(connection, NULL);
    else if (!whole)
        connection_ended(connection, "client did not take the banner");
    else
        begin_serving(connection);
}

static void greet(struct connection *connection, const struct banner *banner)
{
    connection->state = CONNECTION_GREETING;
    banner_send(&connection->greeting, &connection_server(connection)->loop, connection->socket,
                banner, on_greeted);
}

void connection_launch(struct connection *connection)
{
    connection->open_parts = 1;
    if (connection->service->banner.text != NULL)
        greet(connection, &connection->service->banner);
    else
        begin_serving(connection);
}

/* --- all states */

static void on_timer(struct timer *timer)
{
    struct connection *connection = CONTAINER(timer, struct connection, timer);

    if (connection_has_workers(connection))
        connection_worker_timer(connection);
    else if (connection->state == CONNECTION_LAUNCHING && connection_is_redirect(connection))
        connection_redirect_is_late(connection);
    else if (connection->state == CONNECTION_LAUNCHING && connection->must_end)
        connection_ended(connection, NULL); /* between two tries */
    else if (connection->state == CONNECTION_LAUNCHING)
        submit(connection);
    else if (connection->state == CONNECTION_SERVING && connection->must_end)
        TerminateJobObject(connection->child.job, 1);
    else if (connection->state == CONNECTION_SERVING)
        connection_end(connection, UNLIMITED, "max_time");
}

static void give_up_waiting(struct connection *connection, const char *reason)
{
    admission_forget(connection);
    connection_drop_spare(connection);
    closesocket(connection->socket);
    connection->reason = reason;
    connection->served_ms = connection_server(connection)->loop.now_ms - connection->began_ms;
    connection_close(connection);
}

void connection_end(struct connection *connection, uint64_t longest_ms, const char *reason)
{
    uint64_t stop_ms = connection->service->settings->stop_time;

    switch (connection->state) {
    case CONNECTION_WAITING:
        give_up_waiting(connection, reason);
        break;
    case CONNECTION_GREETING:
        banner_cancel(&connection->greeting);
        connection_ended(connection, reason);
        break;
    case CONNECTION_LAUNCHING:
        if (connection_has_workers(connection)) {
            connection_end_awaiting(connection, reason);
            break;
        }
        if (connection_is_redirect(connection)) {
            connection_redirect_cancel(connection, reason);
            break;
        }
        connection->must_end = true;
        connection_give_reason(connection, reason);
        break;
    case CONNECTION_SERVING:
        connection_give_reason(connection, reason);
        connection_end_handler(connection, stop_ms < longest_ms ? stop_ms : longest_ms);
        break;
    case CONNECTION_LINGERING:
        connection_hurry(connection);
        break;
    }
}

/* Whoever is too many to be told why is not told. */
void connection_refuse(struct connection *connection)
{
    struct server *server = connection_server(connection);

    connection_drop_spare(connection);
    if (connection->service->banner_fail.text == NULL || server->refused == MOST_REFUSED) {
        closesocket(connection->socket);
        connection_forget(connection);
        return;
    }
    server->refused++;
    connection->refused = true;
    connection->open_parts = 1;
    greet(connection, &connection->service->banner_fail);
}

void connection_begin(struct running_service *service, const struct arrival *arrival)
{
    struct server *server = service->server;
    struct connection *connection = calloc(1, sizeof *connection);

    if (connection == NULL) {
        char peer_text[ADDRESS_TEXT_SIZE];
        struct record record = {.level = LEVEL_ERROR,
                                .verb = "fail",
                                .service = service->settings->name,
                                .peer = peer_text,
                                .detail = "no memory for one more connection"};
        address_text(&arrival->peer, peer_text);
        server_log(server, &record);
        closesocket(arrival->socket);
        if (arrival->spare != NULL)
            spare_end(arrival->spare);
        return;
    }
    connection->service = service;
    connection->socket = arrival->socket;
    connection->spare = arrival->spare;
    connection->peer = arrival->peer;
    connection->local = arrival->local;
    address_text(&connection->peer, connection->peer_text);
    connection->began_ms = server->loop.now_ms;
    connection->timer.fire = on_timer;
    connection->task.run = connection_start;
    connection->task.done = launch_done;
    service->connections++;
    connection_table_add(server->connections, connection);
    admission_arrive(connection);
}
