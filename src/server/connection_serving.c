#include "server/connection_serving.h"

#include "server/connection_finish.h"
#include "server/connection_internal.h"
#include "server/connection_log.h"
#include "server/connection_redirect.h"
#include "server/connection_worker.h"
#include "windows/clock.h"
#include "windows/console.h"
#include "windows/job.h"
#include "windows/text.h"

#include <stdlib.h>

/* Whether the handler itself has ended. A message can get lost, so the process is asked too. */
static bool handler_is_gone(const struct connection *connection, DWORD message, DWORD pid)
{
    bool exit_message =
        message == JOB_OBJECT_MSG_EXIT_PROCESS || message == JOB_OBJECT_MSG_ABNORMAL_EXIT_PROCESS;

    return (exit_message && pid == connection->child.pid) ||
           WaitForSingleObject(connection->child.process, 0) == WAIT_OBJECT_0;
}

/* What the job says of a limit. It does not end the handler: the request beyond it failed. */
static void note_limit(struct connection *connection, DWORD message)
{
    if (message == JOB_OBJECT_MSG_JOB_MEMORY_LIMIT)
        connection_give_reason(connection, "memory_max was reached");
    else if (message == JOB_OBJECT_MSG_ACTIVE_PROCESS_LIMIT)
        connection_give_reason(connection, "process_max was reached");
}

/* What the handler left running. */
static void end_what_is_left(const struct connection *connection, DWORD count)
{
    connection_log_debug(connection, "close",
                         "the handler is gone, what it left running is ended: %lu", count);
    TerminateJobObject(connection->child.job, 1);
}

void connection_job_message(struct connection *connection, DWORD message, DWORD pid)
{
    if (connection_has_workers(connection) || connection_is_redirect(connection) ||
        connection_is_internal(connection))
        return; /* its job is its worker's, or there is none */
    note_limit(connection, message);
    if (message == JOB_OBJECT_MSG_NEW_PROCESS)
        return;
    if (connection->state == CONNECTION_LAUNCHING)
        connection->has_early_message = true;
    if (connection->state != CONNECTION_SERVING)
        return;
    bool exited_before = connection->handler_exited;
    connection->handler_exited = exited_before || handler_is_gone(connection, message, pid);
    if (!connection->handler_exited)
        return;
    DWORD left = job_process_count(connection->child.job);
    if (left == 0)
        connection_ended(connection, NULL);
    else if (!exited_before && connection->service->settings->end == END_HANDLER)
        end_what_is_left(connection, left);
}

void connection_end_handler(struct connection *connection, uint64_t stop_ms)
{
    struct error ignored;

    if (connection_is_internal(connection))
        conversation_end(&connection->conversation, NULL);
    else if (connection_has_workers(connection))
        connection_end_worker(connection);
    else if (connection_is_redirect(connection))
        connection_ended(connection, NULL);
    else if (stop_ms > 0 && connection->service->handler.console == CONSOLE_SHARED &&
             !connection->handler_exited && console_break_group(connection->child.pid, &ignored)) {
        connection->must_end = true;
        timer_set(&connection_server(connection)->loop, &connection->timer, stop_ms);
    } else {
        TerminateJobObject(connection->child.job, 1);
    }
}

/* --- its pipes */

static void on_relay_ended(struct relay *relay, enum relay_end end)
{
    struct connection *connection = relay->owner;

    connection->bytes_in = relay->from_client.bytes;
    connection->bytes_out = relay->from_handler.bytes;
    connection->service->tally->bytes_in += relay->from_client.bytes;
    connection->service->tally->bytes_out += relay->from_handler.bytes;
    connection->relay = NULL;
    free(relay);
    if (end == RELAY_LEFT) {
        connection_give_reason(connection, "client did not read");
        closesocket(connection->socket);
    } else {
        connection_linger(connection);
    }
    connection_part_ended(connection);
}

static void on_relay_event(struct relay *relay, enum relay_event event)
{
    static const char *const reasons[] = {[RELAY_CLIENT_LOST] = "client reset",
                                          [RELAY_PEER_LOST] = "redirect reset",
                                          [RELAY_PEER_DONE] = NULL,
                                          [RELAY_IDLE] = "idle_time"};

    connection_end(relay->owner, UNLIMITED, reasons[event]);
}

void connection_begin_relay(struct connection *connection)
{
    connection->relay->loop = &connection_server(connection)->loop;
    connection->relay->owner = connection;
    connection->relay->socket = connection->socket;
    connection->relay->idle_ms = connection->service->settings->idle_time;
    connection->relay->event = on_relay_event;
    connection->relay->ended = on_relay_ended;
    relay_begin(connection->relay);
}

/* Each line of its stderr is a record; a log with enough to do slows the handler down. */
static bool on_error_line(struct error_stream *stream, const char *text)
{
    struct connection *connection = stream->owner;

    connection_log(connection, LEVEL_INFO, "stderr", text);
    return !log_is_busy(connection_server(connection)->log);
}

static void on_errors_ended(struct error_stream *stream)
{
    struct connection *connection = stream->owner;

    connection->error_pipe = NULL;
    if (stream != &connection->errors)
        free(stream);
    connection_part_ended(connection);
}

void connection_take_errors(struct connection *connection, struct error_stream *stream)
{
    connection->open_parts++;
    connection->stream = stream;
    stream->owner = connection;
    stream->line = on_error_line;
    stream->ended = on_errors_ended;
}

static void begin_errors(struct connection *connection)
{
    connection->errors.loop = &connection_server(connection)->loop;
    connection_take_errors(connection, &connection->errors);
    error_stream_begin(&connection->errors, connection->error_pipe);
}

/* --- its beginning */

void connection_failed(struct connection *connection)
{
    connection_log(connection, LEVEL_ERROR, "fail", connection->failure.error.text);
    connection->reason = connection_is_redirect(connection) ? "connect failed" : "launch failed";
    connection->service->tally->failed++;
    connection_server(connection)->total.failed++;
}

void connection_limit_time(struct connection *connection)
{
    struct loop *loop = &connection_server(connection)->loop;
    uint64_t max_time = connection->service->settings->max_time;
    uint64_t used = loop->now_ms - connection->began_ms;

    if (max_time != UNLIMITED)
        timer_set(loop, &connection->timer, max_time > used ? max_time - used : 0);
}

void connection_begun(struct connection *connection, const char *detail)
{
    struct tally *tally = connection->service->tally;

    connection->state = CONNECTION_SERVING;
    histogram_add(&tally->launch_times, clock_us_since(connection->launch_began_ticks));
    tally->started++;
    tally->server->total.started++;
    connection_log(connection, LEVEL_INFO, "open", detail);
}

void connection_serve(struct connection *connection)
{
    connection_begun(connection, NULL);
    if (connection->relay != NULL)
        connection_begin_relay(connection);
    if (connection->error_pipe != NULL && connection->stream == NULL)
        begin_errors(connection);
    if (connection->must_end)
        connection_end_handler(connection, 0);
    else
        connection_limit_time(connection);
    if (connection->service->settings->prestart > 0)
        spares_refill(connection->service);
    if (connection->has_early_message)
        connection_job_message(connection, 0, 0); /* it may have ended already */
}
