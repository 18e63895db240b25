#include "server/connection_finish.h"

#include "server/admission.h"
#include "server/connection_log.h"
#include "server/connection_spare.h"
#include "server/connection_table.h"
#include "windows/handle.h"

#include <stdlib.h>

enum {
    HURRIED_LINGER_MS = 500,
    RELAY_QUIET_MS = 5000 /* what linger is in a relay where it is 0 */
};

void connection_give_reason(struct connection *connection, const char *reason)
{
    if (connection->reason == NULL)
        connection->reason = reason;
}

/* --- closed */

void connection_forget(struct connection *connection)
{
    struct running_service *service = connection->service;
    struct server *server = service->server;

    connection_table_remove(server->connections, connection);
    free(connection);
    service->connections--;
    running_service_look(service);
    server_check_stopped(server);
}

void connection_close(struct connection *connection)
{
    if (!connection->refused)
        connection_log_close(connection);
    connection_forget(connection);
}

void connection_part_ended(struct connection *connection)
{
    if (--connection->open_parts == 0)
        connection_close(connection);
}

/* --- lingering */

static void on_linger_ended(struct lingering *linger, enum linger_end end)
{
    static const char *const ends[] = {[LINGER_CLOSED] = "the client closed",
                                       [LINGER_RESET] = "the client reset the connection",
                                       [LINGER_TIMEOUT] = "the client did not close in time"};
    struct connection *connection = CONTAINER(linger, struct connection, linger);
    uint64_t ended_ms = connection->began_ms + connection->served_ms;

    connection_log_debug(connection, "close", "lingered for %.3f s: %s",
                         (double)(linger->loop->now_ms - ended_ms) / 1000.0, ends[end]);
    if (end == LINGER_RESET)
        connection_give_reason(connection, "client reset");
    else if (end == LINGER_TIMEOUT)
        connection_give_reason(connection, "client did not close");
    connection_part_ended(connection);
}

/* Takes the exit code and closes what belonged to the handler. */
static void release_child(struct connection *connection)
{
    if (connection->handler_exited) {
        GetExitCodeProcess(connection->child.process, &connection->exit_code);
        if (connection->exit_code == ERROR_NOT_ENOUGH_QUOTA &&
            connection->service->settings->cpu_time_max != UNLIMITED)
            connection_give_reason(connection,
                                   "cpu_time_max"); /* Windows ended the job with that code */
    }
    handle_close(&connection->child.process);
    handle_close(&connection->child.job);
}

void connection_linger(struct connection *connection)
{
    struct server *server = connection_server(connection);
    uint64_t quiet_ms = connection->service->settings->linger;

    if (quiet_ms == 0) {
        closesocket(connection->socket);
        return;
    }
    connection->open_parts++;
    linger_begin(&connection->linger, &server->loop, server->closer, connection->socket,
                 connection->service->pool != NULL, quiet_ms, on_linger_ended);
    if (server->phase >= PHASE_ENDING)
        linger_hurry(&connection->linger, HURRIED_LINGER_MS);
}

/* What the handler wrote is still on its way to the client. */
static void finish_relay(struct connection *connection)
{
    uint64_t linger_ms = connection->service->settings->linger;

    connection->open_parts++;
    relay_finish(connection->relay, linger_ms > 0 ? linger_ms : RELAY_QUIET_MS);
    if (connection_server(connection)->phase >= PHASE_ENDING)
        relay_hurry(connection->relay, HURRIED_LINGER_MS);
}

/* First what the client waits for, then our own order. */
void connection_ended(struct connection *connection, const char *reason)
{
    struct server *server = connection_server(connection);

    if (reason != NULL)
        connection_give_reason(connection, reason);
    connection->state = CONNECTION_LINGERING;
    connection->served_ms = server->loop.now_ms - connection->began_ms;
    connection_drop_spare(connection);
    if (connection->relay != NULL)
        finish_relay(connection);
    else
        connection_linger(connection);
    timer_cancel(&server->loop, &connection->timer);
    release_child(connection);
    if (connection->error_pipe != NULL)
        error_stream_finish(connection->stream);
    if (connection->refused)
        server->refused--;
    else
        admission_leave(connection);
    connection_part_ended(connection); /* itself */
}

void connection_hurry(struct connection *connection)
{
    if (connection->relay != NULL)
        relay_hurry(connection->relay, HURRIED_LINGER_MS);
    else if (connection->linger.loop != NULL) /* else it does not, and its stderr is read */
        linger_hurry(&connection->linger, HURRIED_LINGER_MS);
}
