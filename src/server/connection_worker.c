#include "server/connection_worker.h"

#include "server/connection_finish.h"
#include "server/connection_log.h"
#include "server/connection_serving.h"
#include "server/worker_pool.h"
#include "windows/clock.h"
#include "windows/text.h"

enum { MOST_REJECTIONS = 3, SHORT_MS = 1000 };

bool connection_has_workers(const struct connection *connection)
{
    return connection->service->pool != NULL;
}

void connection_await_worker(struct connection *connection)
{
    connection->state = CONNECTION_LAUNCHING;
    connection->launch_began_ticks = clock_ticks();
    worker_pool_dispatch(connection->service->pool, connection, false);
}

/* It is in no list of a pool or a worker any more. */
static void leave_lists(struct connection *connection)
{
    struct assignment *assignment = &connection->assignment;

    if (assignment->worker != NULL)
        worker_forget(assignment->worker, connection);
    else if (assignment->list != NULL)
        worker_pool_forget(connection->service->pool, connection);
}

/* --- it cannot be served */

/* Not at once: admission may be in the middle of letting it in. */
void connection_fail_worker(struct connection *connection, const char *sentence)
{
    leave_lists(connection);
    error_set(&connection->failure.error, "%s", sentence);
    timer_set(&connection_server(connection)->loop, &connection->timer, 0);
}

static void fail_now(struct connection *connection)
{
    double seconds =
        (double)(connection_server(connection)->loop.now_ms - connection->began_ms) / 1000.0;

    bool is_hopeless = worker_pool_is_hopeless(connection->service->pool);

    leave_lists(connection);
    if (connection->failure.error.text[0] == '\0' && is_hopeless)
        error_set(&connection->failure.error,
                  "there is no worker to take it: each ends as soon as it has started");
    else if (connection->failure.error.text[0] == '\0')
        error_set(&connection->failure.error, "no worker could take it in %.3f s", seconds);
    connection_failed(connection);
    connection_ended(connection, NULL);
}

void connection_end_awaiting(struct connection *connection, const char *reason)
{
    connection->must_end = true;
    connection_give_reason(connection, reason);
    if (connection->assignment.worker != NULL)
        return; /* which has it, or is gone, soon */
    leave_lists(connection);
    connection_ended(connection, NULL);
}

/* It waits in front of those that came later. */
static void await_another(struct connection *connection)
{
    leave_lists(connection);
    if (connection->must_end || connection_server(connection)->phase >= PHASE_ENDING)
        connection_ended(connection, "worker ended");
    else
        worker_pool_dispatch(connection->service->pool, connection, true);
}

void connection_reject_worker(struct connection *connection, DWORD code)
{
    struct error error;

    error_code(&error, code, "the worker with pid %lu could not take the socket",
               connection->assignment.worker->pid);
    if (++connection->assignment.rejections == MOST_REJECTIONS) {
        connection_fail_worker(connection, error.text);
        return;
    }
    connection_log_debug(connection, "fail", "%s Another one is tried.", error.text);
    await_another(connection);
}

/* --- it is served */

void connection_accept_worker(struct connection *connection)
{
    struct assignment *assignment = &connection->assignment;

    assignment->is_accepted = true;
    connection->launched = true;
    connection->child.pid = assignment->worker->pid;
    connection->service->pool->requests++;
    connection_begun(connection, NULL);
    if (connection->must_end)
        connection_end_worker(connection);
    else
        connection_limit_time(connection);
}

void connection_leave_worker(struct connection *connection, bool has_shut_down)
{
    connection->linger.closing.is_shut_down = has_shut_down;
    leave_lists(connection);
    worker_pool_served(connection->service->pool);
    connection_ended(connection, NULL);
}

void connection_lose_worker(struct connection *connection)
{
    if (!connection->assignment.is_accepted) {
        connection_log_debug(connection, "fail",
                             "Its worker ended before it had accepted it. "
                             "Another one is tried.");
        await_another(connection);
        return;
    }
    leave_lists(connection);
    connection_ended(connection, "worker ended");
}

/* Not at its beginning: it says nothing before a time of silence (RFC 1122, 4.2.3.6), and most
   connections are over by then. What the worker has set itself stays. */
void connection_keep_alive(struct connection *connection)
{
    uint64_t keepalive_ms = connection->service->settings->keepalive;

    if (!connection_has_workers(connection) ||
        (connection->state != CONNECTION_LAUNCHING && connection->state != CONNECTION_SERVING) ||
        connection->assignment.keeps_alive || keepalive_ms == 0 ||
        connection_server(connection)->loop.now_ms - connection->began_ms < SHORT_MS)
        return;
    connection->assignment.keeps_alive = socket_keeps_alive(connection->socket) ||
                                         socket_set_keepalive(connection->socket, keepalive_ms);
}

/* The worker's reads find the end and its writes fail, and it is told why. */
void connection_end_worker(struct connection *connection)
{
    struct server *server = connection_server(connection);

    if (server->phase >= PHASE_ENDING || connection->assignment.worker == NULL)
        return;
    connection->must_end = true;
    shutdown(connection->socket, SD_BOTH);
    worker_cancel(connection->assignment.worker, connection);
    timer_set(&server->loop, &connection->timer, connection->service->settings->stop_time);
}

void connection_worker_timer(struct connection *connection)
{
    if (connection->state == CONNECTION_LAUNCHING)
        fail_now(connection);
    else if (connection->state == CONNECTION_SERVING && connection->must_end)
        worker_kill(connection->assignment.worker,
                    "did not let go of connection %llu within stop_time of the end of its max_time",
                    (unsigned long long)connection->number);
    else if (connection->state == CONNECTION_SERVING)
        connection_end(connection, UNLIMITED, "max_time");
}
