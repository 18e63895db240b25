/* What the server and a worker say to each other. */
#include "server/worker.h"

#include "server/admission.h"
#include "server/connection.h"
#include "server/connection_table.h"
#include "server/connection_worker.h"
#include "server/worker_pool.h"
#include "windows/text.h"

#include <inttypes.h>

/* --- orders */

/* The end of a connection can be heard of late where its client knows and nobody else waits for
   it. */
static void choose_patience(struct worker *worker)
{
    const struct running_service *service = worker->pool->service;

    worker_wire_hear_late(&worker->wire, worker->tells_ends &&
                                             worker->connections.count * 2 <=
                                                 service->settings->worker_connections &&
                                             admission_is_wide_open(service));
}

void worker_give(struct worker *worker, struct connection *connection)
{
    struct assignment *assignment = &connection->assignment;

    assignment->worker = worker;
    assignment->given_ms = worker_server(worker)->loop.now_ms;
    assignment->order = (struct wire_order){.kind = ORDER_CONNECTION,
                                            .connection = connection->number,
                                            .socket = connection->socket,
                                            .peer = &connection->peer,
                                            .local = &connection->local};
    connection_list_put(&worker->connections, connection);
    worker->requests++;
    choose_patience(worker);
    worker_wire_put(&worker->wire, &assignment->order);
}

void worker_cancel(struct worker *worker, struct connection *connection)
{
    connection->assignment.order.kind = ORDER_CANCEL;
    worker_wire_put(&worker->wire, &connection->assignment.order);
}

void worker_forget(struct worker *worker, struct connection *connection)
{
    struct wire_order *order = &connection->assignment.order;

    if (wire_order_state(order) == WIRE_WAITS)
        worker_wire_take_back(&worker->wire, order);
    connection_list_take(&worker->connections, connection);
    connection->assignment.worker = NULL;
    choose_patience(worker);
    if (worker->connections.count > 0)
        return;
    worker->idle_ms = worker_server(worker)->loop.now_ms;
    if (worker->state == WORKER_ENDING)
        worker_end(worker, UNLIMITED);
}

/* A connection that could not be made the worker's, or NULL. */
static struct connection *find_failed(const struct worker *worker)
{
    struct connection *connection = worker->connections.first;

    while (connection != NULL && wire_order_state(&connection->assignment.order) != WIRE_FAILED)
        connection = connection->assignment.next;
    return connection;
}

/* A worker that is gone gives them back when that is known. */
static void fail_orders(struct worker *worker)
{
    struct connection *connection;
    struct error error;

    while ((connection = find_failed(worker)) != NULL &&
           WaitForSingleObject(worker->child.process, 0) != WAIT_OBJECT_0) {
        error_code(&error, connection->assignment.order.failure, "%s the worker with pid %lu",
                   worker->wire.transfer == TRANSFER_WSADUPLICATESOCKET ? "WSADuplicateSocket for"
                                                                        : "DuplicateHandle into",
                   worker->pid);
        connection_fail_worker(connection, error.text);
    }
}

/* --- reports */

/* A launcher's child may be the one that serves, but nobody from elsewhere. */
static bool take_process(struct worker *worker, DWORD pid)
{
    BOOL is_ours = FALSE;

    if (pid == worker->child.pid)
        return true;
    worker->process = OpenProcess(PROCESS_DUP_HANDLE | PROCESS_QUERY_INFORMATION, FALSE, pid);
    if (worker->process == NULL || !IsProcessInJob(worker->process, worker->child.job, &is_ours) ||
        !is_ours)
        return false;
    worker->pid = worker->wire.pid = pid;
    worker->wire.process = worker->process;
    return true;
}

static void on_ready(struct worker *worker, const struct worker_report *report)
{
    if (worker->is_ready)
        worker_kill(worker, "said twice that it is ready");
    else if (report->version != WORKER_PROTOCOL)
        worker_kill(worker,
                    "speaks version %" PRIu32 " of the protocol, and this server version %d",
                    report->version, WORKER_PROTOCOL);
    else if (!take_process(worker, report->pid))
        worker_kill(worker,
                    "says that process %" PRIu32 " is to get the sockets, which is none of its own",
                    report->pid);
    else
        worker->is_ready = true;
    if (worker->state != WORKER_STARTING)
        return;
    worker_log(worker, LEVEL_DEBUG, "open", "worker: ready");
    worker_wire_put_page(&worker->wire);
    worker->state = WORKER_SERVING;
    worker->idle_ms = worker_server(worker)->loop.now_ms;
    worker_pool_look(worker->pool);
}

/* Whether the worker may know of the connection. */
static bool was_told(struct assignment *assignment)
{
    return assignment->order.kind == ORDER_CANCEL ||
           wire_order_state(&assignment->order) == WIRE_TOLD;
}

/* The connection that a report speaks of, where it can. */
static struct connection *connection_of(struct worker *worker, const struct worker_report *report)
{
    struct connection *connection =
        connection_table_find(worker_server(worker)->connections, report->connection);

    if (connection == NULL || !connection_has_workers(connection) ||
        connection->assignment.worker != worker || !was_told(&connection->assignment) ||
        connection->assignment.is_accepted != (report->kind == REPORT_DONE))
        return NULL;
    return connection;
}

static void on_done(struct worker *worker, struct connection *connection,
                    const struct worker_report *report)
{
    worker->tells_ends = report->has_shut_down && worker->wire.may_shut_down;
    connection_leave_worker(connection, worker->tells_ends);
}

static void on_report(struct worker *worker, const struct worker_report *report)
{
    static const char *const words[] = {[REPORT_ACCEPTED] = "accepted",
                                        [REPORT_REJECTED] = "rejected",
                                        [REPORT_DONE] = "done with"};

    if (report->kind == REPORT_READY) {
        on_ready(worker, report);
        return;
    }
    struct connection *connection = connection_of(worker, report);
    if (connection == NULL)
        worker_kill(worker,
                    "said that it has %s connection %" PRIu64
                    ", which it has not been given, or not any more",
                    words[report->kind], report->connection);
    else if (report->kind == REPORT_ACCEPTED)
        connection_accept_worker(connection);
    else if (report->kind == REPORT_REJECTED)
        connection_reject_worker(connection, report->code);
    else
        on_done(worker, connection, report);
}

static void handle_reports(struct worker *worker, const uint8_t *bytes, size_t size)
{
    struct worker_report report;
    struct error error;

    for (size_t from = 0; !worker->has_fault && from < size; from += WORKER_REPORT_SIZE) {
        if (worker_report_read(&report, bytes + from, &error))
            on_report(worker, &report);
        else
            worker_kill(worker,
                        "wrote %s (what a worker writes to standard output must be the "
                        "protocol)",
                        error.text);
    }
}

/* After a fault nothing that it says is believed any more. */
void worker_hear(struct worker *worker)
{
    uint8_t bytes[64 * WORKER_REPORT_SIZE];
    size_t size;

    while ((size = worker_wire_take(&worker->wire, bytes, sizeof bytes)) > 0)
        handle_reports(worker, bytes, size);
    if (worker_wire_take_failures(&worker->wire))
        fail_orders(worker);
    if (worker_wire_has_ended(&worker->wire))
        worker_output_ended(worker);
}

static void on_heard(struct worker_wire *wire)
{
    struct worker *worker = CONTAINER(wire, struct worker, wire);

    worker_hear(worker);
    worker_look_gone(worker);
}

void worker_begin_talk(struct worker *worker)
{
    const struct service *settings = worker->pool->service->settings;
    struct error error;

    worker->wire.loop = &worker_server(worker)->loop;
    worker->wire.heard = on_heard;
    worker->wire.connections = settings->worker_connections;
    worker->wire.transfer = (enum transfer)settings->transfer;
    worker->wire.nodelay = settings->nodelay;
    worker->wire.may_shut_down = !admission_needs_every_end(settings);
    worker->wire.process = worker->child.process;
    worker->wire.pid = worker->pid;
    if (!worker_wire_open(&worker->wire, &error))
        worker_kill(worker, "%s", error.text);
}
