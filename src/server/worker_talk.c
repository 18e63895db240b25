/* What the server and a worker say to each other. */
#include "server/worker.h"

#include "server/connection.h"
#include "server/connection_table.h"
#include "server/connection_worker.h"
#include "server/worker_pool.h"
#include "windows/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* --- orders */

static void put_order(struct worker *worker, struct connection *connection)
{
    connection->assignment.next_order = NULL;
    if (worker->first_order == NULL)
        worker->end_of_orders = &worker->first_order;
    *worker->end_of_orders = connection;
    worker->end_of_orders = &connection->assignment.next_order;
    worker_write(worker);
}

static struct connection *take_order(struct worker *worker)
{
    struct connection *connection = worker->first_order;

    if (connection != NULL)
        worker->first_order = connection->assignment.next_order;
    return connection;
}

static void remove_order(struct worker *worker, const struct connection *connection)
{
    struct connection **place = &worker->first_order;

    while (*place != NULL && *place != connection)
        place = &(*place)->assignment.next_order;
    if (*place == NULL)
        return;
    *place = connection->assignment.next_order;
    if (worker->end_of_orders == &connection->assignment.next_order)
        worker->end_of_orders = place;
}

static struct worker_address address_for(const struct address *address)
{
    const char *zone = strchr(address->ip, '%');

    return (struct worker_address){.ip = address->number,
                                   .port = address->port,
                                   .scope = zone == NULL ? 0 : strtoul(zone + 1, NULL, 10)};
}

/* Makes the socket the worker's too: by a structure that is made for its process, or at once. */
static bool transfer(const struct worker *worker, SOCKET socket, struct worker_order *order,
                     WSAPROTOCOL_INFOW *info, struct error *error)
{
    HANDLE process = worker->process != NULL ? worker->process : worker->child.process;
    HANDLE handle = NULL;

    if (worker->pool->service->settings->transfer == TRANSFER_WSADUPLICATESOCKET) {
        order->transfer = ORDER_BY_PROTOCOL_INFO;
        order->protocol_info = info;
        return WSADuplicateSocketW(socket, worker->pid, info) == 0 ||
               error_winsock(error, "WSADuplicateSocket for the worker with pid %lu", worker->pid);
    }
    order->transfer = ORDER_BY_HANDLE;
    if (!DuplicateHandle(GetCurrentProcess(), (HANDLE)socket, process, &handle, 0, FALSE,
                         DUPLICATE_SAME_ACCESS))
        return error_windows(error, "DuplicateHandle into the worker with pid %lu", worker->pid);
    order->handle = (uint64_t)(uintptr_t)handle;
    return true;
}

/* False where it cannot be had by this worker. One that is gone gives it back when that is known.
 */
static bool write_connection(struct worker *worker, struct connection *connection)
{
    struct worker_order order = {.kind = ORDER_CONNECTION,
                                 .connection = connection->number,
                                 .peer = address_for(&connection->peer),
                                 .local = address_for(&connection->local)};
    WSAPROTOCOL_INFOW info;
    struct error error;

    if (!transfer(worker, connection->socket, &order, &info, &error)) {
        if (WaitForSingleObject(worker->child.process, 0) != WAIT_OBJECT_0)
            connection_fail_worker(connection, error.text);
        return false;
    }
    worker_order_write(&order, worker->order);
    connection->assignment.was_told = true;
    connection->assignment.told_ms = worker_server(worker)->loop.now_ms;
    return true;
}

/* Whether there is one in worker->order now. */
static bool next_order(struct worker *worker)
{
    struct worker_order order = {.kind = ORDER_CANCEL};
    struct connection *connection;

    while ((connection = take_order(worker)) != NULL) {
        if (!connection->assignment.was_told) {
            if (write_connection(worker, connection))
                return true;
            continue;
        }
        order.connection = connection->number;
        worker_order_write(&order, worker->order);
        return true;
    }
    if (!worker->end_due)
        return false;
    worker->end_due = false;
    order.kind = ORDER_END;
    worker_order_write(&order, worker->order);
    return true;
}

/* Most go at once, and where nothing else is told of that a packet is saved. A worker that is gone
   is noticed by its output. */
void worker_write(struct worker *worker)
{
    while (!worker->writing && !worker->write_failed && worker->input != NULL &&
           next_order(worker)) {
        worker->write.overlapped = (OVERLAPPED){0};
        bool done = WriteFile(worker->input, worker->order, sizeof worker->order, NULL,
                              &worker->write.overlapped);
        worker->write_failed = !done && GetLastError() != ERROR_IO_PENDING;
        worker->writing = !worker->write_failed && !(done && worker->has_no_packets);
    }
}

static void on_written(struct operation *operation, DWORD bytes)
{
    struct worker *worker = CONTAINER(operation, struct worker, write);

    worker->writing = false;
    worker->write_failed = bytes != sizeof worker->order;
    worker_write(worker);
    worker_look_gone(worker);
}

void worker_give(struct worker *worker, struct connection *connection)
{
    connection->assignment.worker = worker;
    connection_list_put(&worker->connections, connection);
    worker->requests++;
    put_order(worker, connection);
}

void worker_cancel(struct worker *worker, struct connection *connection)
{
    put_order(worker, connection);
}

void worker_forget(struct worker *worker, struct connection *connection)
{
    remove_order(worker, connection);
    connection_list_take(&worker->connections, connection);
    connection->assignment.worker = NULL;
    if (worker->connections.count > 0)
        return;
    worker->idle_ms = worker_server(worker)->loop.now_ms;
    if (worker->state == WORKER_ENDING)
        worker_end(worker, UNLIMITED);
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
    worker->pid = pid;
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
    worker->state = WORKER_SERVING;
    worker->idle_ms = worker_server(worker)->loop.now_ms;
    worker_pool_look(worker->pool);
}

/* The connection that a report speaks of, where it can. */
static struct connection *connection_of(struct worker *worker, const struct worker_report *report)
{
    struct connection *connection =
        connection_table_find(worker_server(worker)->connections, report->connection);

    if (connection == NULL || !connection_has_workers(connection) ||
        connection->assignment.worker != worker || !connection->assignment.was_told ||
        connection->assignment.is_accepted != (report->kind == REPORT_DONE))
        return NULL;
    return connection;
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
        connection_leave_worker(connection);
}

static void handle_reports(struct worker *worker)
{
    struct worker_report report;
    struct error error;
    size_t from = 0;

    for (; !worker->has_fault && worker->used - from >= WORKER_REPORT_SIZE;
         from += WORKER_REPORT_SIZE) {
        if (worker_report_read(&report, worker->reports + from, &error))
            on_report(worker, &report);
        else
            worker_kill(worker,
                        "wrote %s (what a worker writes to standard output must be the "
                        "protocol)",
                        error.text);
    }
    worker->used -= from;
    memmove(worker->reports, worker->reports + from, worker->used);
}

static void read_more(struct worker *worker)
{
    worker->read.overlapped = (OVERLAPPED){0};
    worker->reading =
        ReadFile(worker->output, worker->reports + worker->used,
                 (DWORD)(sizeof worker->reports - worker->used), NULL, &worker->read.overlapped) ||
        GetLastError() == ERROR_IO_PENDING;
    if (!worker->reading)
        worker_output_ended(worker);
}

static void on_read(struct operation *operation, DWORD bytes)
{
    struct worker *worker = CONTAINER(operation, struct worker, read);

    worker->reading = false;
    if (bytes == 0 && operation->overlapped.Internal != 0) { /* every writer has closed */
        worker_output_ended(worker);
    } else {
        worker->used += bytes;
        handle_reports(worker);
        if (worker->has_fault)
            worker->used = 0; /* nothing that it says is believed any more */
        read_more(worker);
    }
    worker_look_gone(worker);
}

void worker_begin_talk(struct worker *worker)
{
    struct loop *loop = &worker_server(worker)->loop;
    struct error error;

    worker->read.complete = on_read;
    worker->write.complete = on_written;
    if (!loop_associate(loop, worker->input, &error) ||
        !loop_associate(loop, worker->output, &error)) {
        worker_kill(worker, "%s", error.text);
        return;
    }
    worker->has_no_packets =
        SetFileCompletionNotificationModes(worker->input, FILE_SKIP_COMPLETION_PORT_ON_SUCCESS);
    read_more(worker);
}

void worker_end_talk(struct worker *worker)
{
    if (worker->input == NULL)
        return;
    CancelIoEx(worker->input, NULL);
    CloseHandle(worker->input);
    worker->input = NULL;
}
