#include "server/connection.h"

#include "server/admission.h"
#include "server/connection_internal.h"
#include "server/connection_log.h"
#include "server/connection_start.h"
#include "server/connection_table.h"
#include "windows/clock.h"
#include "windows/console.h"
#include "windows/job.h"
#include "windows/text.h"

#include <stdlib.h>

enum {
    HURRIED_LINGER_MS = 500,
    RELAY_QUIET_MS = 5000, /* what linger is in a relay where it is 0 */
    MOST_REFUSED = 1000    /* that are told so at a time */
};

static const uint64_t try_again_ms[] = {10, 50, 250};

static struct server *server_of(const struct connection *connection)
{
    return connection->service->server;
}

/* Why it was not a plain exit; the first reason is the one that counts. */
static void give_reason(struct connection *connection, const char *reason)
{
    if (connection->reason == NULL)
        connection->reason = reason;
}

/* --- closed */

/* Nothing of it is under way any more. */
static void forget(struct connection *connection)
{
    struct running_service *service = connection->service;
    struct server *server = service->server;

    connection_table_remove(server->connections, connection);
    free(connection);
    service->connections--;
    running_service_look(service);
    server_check_stopped(server);
}

static void close_connection(struct connection *connection)
{
    if (!connection->refused)
        connection_log_close(connection);
    forget(connection);
}

static void part_ended(struct connection *connection)
{
    if (--connection->open_parts == 0)
        close_connection(connection);
}

static void on_errors_ended(struct error_stream *stream)
{
    struct connection *connection = CONTAINER(stream, struct connection, errors);

    connection->error_pipe = NULL;
    part_ended(connection);
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
        give_reason(connection, "client reset");
    else if (end == LINGER_TIMEOUT)
        give_reason(connection, "client did not close");
    part_ended(connection);
}

/* Takes the exit code and closes what belonged to the handler. */
static void release_child(struct connection *connection)
{
    if (connection->handler_exited) {
        GetExitCodeProcess(connection->child.process, &connection->exit_code);
        if (connection->exit_code == ERROR_NOT_ENOUGH_QUOTA &&
            connection->service->settings->cpu_time_max != UNLIMITED)
            give_reason(connection, "cpu_time_max"); /* Windows ended the job with that code */
    }
    if (connection->child.process != NULL)
        CloseHandle(connection->child.process);
    if (connection->child.job != NULL)
        CloseHandle(connection->child.job);
    connection->child.process = connection->child.job = NULL;
}

/* The client has had all that there is for it. */
static void begin_lingering(struct connection *connection)
{
    struct server *server = server_of(connection);
    uint64_t quiet_ms = connection->service->settings->linger;

    if (quiet_ms == 0) {
        closesocket(connection->socket);
        return;
    }
    connection->open_parts++;
    linger_begin(&connection->linger, &server->loop, connection->socket, quiet_ms, on_linger_ended);
    if (server->phase >= PHASE_ENDING)
        linger_hurry(&connection->linger, HURRIED_LINGER_MS);
}

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
        give_reason(connection, "client did not read");
        closesocket(connection->socket);
    } else {
        begin_lingering(connection);
    }
    part_ended(connection);
}

/* What the handler wrote is still on its way to the client. */
static void finish_relay(struct connection *connection)
{
    uint64_t linger_ms = connection->service->settings->linger;

    connection->open_parts++;
    relay_finish(connection->relay, linger_ms > 0 ? linger_ms : RELAY_QUIET_MS);
    if (server_of(connection)->phase >= PHASE_ENDING)
        relay_hurry(connection->relay, HURRIED_LINGER_MS);
}

/* The handler is gone, or never came. First what the client waits for, then our own order. */
static void end_serving(struct connection *connection)
{
    struct server *server = server_of(connection);

    connection->state = CONNECTION_LINGERING;
    connection->served_ms = server->loop.now_ms - connection->began_ms;
    if (connection->relay != NULL)
        finish_relay(connection);
    else
        begin_lingering(connection);
    timer_cancel(&server->loop, &connection->timer);
    release_child(connection);
    if (connection->error_pipe != NULL)
        error_stream_finish(&connection->errors);
    if (connection->refused)
        server->refused--;
    else
        admission_leave(connection);
    part_ended(connection); /* itself */
}

void connection_ended(struct connection *connection, const char *reason)
{
    if (reason != NULL)
        give_reason(connection, reason);
    end_serving(connection);
}

/* --- serving */

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
        give_reason(connection, "memory_max was reached");
    else if (message == JOB_OBJECT_MSG_ACTIVE_PROCESS_LIMIT)
        give_reason(connection, "process_max was reached");
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
    if (connection_is_internal(connection)) {
        connection_look_internally(connection, message, pid);
        return;
    }
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
        end_serving(connection);
    else if (!exited_before && connection->service->settings->end == END_HANDLER)
        end_what_is_left(connection, left);
}

/* Asks the handler to end, and ends its job stop_ms later; at once where it cannot be asked. */
static void end_handler(struct connection *connection, uint64_t stop_ms)
{
    struct error ignored;

    if (connection_is_internal(connection))
        conversation_end(&connection->conversation, NULL);
    else if (stop_ms > 0 && connection->service->handler.console == CONSOLE_SHARED &&
             !connection->handler_exited && console_break_group(connection->child.pid, &ignored)) {
        connection->must_end = true;
        timer_set(&server_of(connection)->loop, &connection->timer, stop_ms);
    } else {
        TerminateJobObject(connection->child.job, 1);
    }
}

/* --- launching */

static void on_relay_event(struct relay *relay, enum relay_event event)
{
    connection_end(relay->owner, UNLIMITED, event == RELAY_IDLE ? "idle_time" : "client reset");
}

static void begin_relay(struct connection *connection)
{
    connection->relay->loop = &server_of(connection)->loop;
    connection->relay->owner = connection;
    connection->relay->socket = connection->socket;
    connection->relay->idle_ms = connection->service->settings->idle_time;
    connection->relay->event = on_relay_event;
    connection->relay->ended = on_relay_ended;
    relay_begin(connection->relay);
}

void connection_failed(struct connection *connection)
{
    connection_log(connection, LEVEL_ERROR, "fail", connection->failure.error.text);
    connection->reason = "launch failed";
    connection->service->tally->failed++;
    server_of(connection)->total.failed++;
}

static void fail_launch(struct connection *connection)
{
    struct server *server = server_of(connection);

    if (connection->failure.temporary && !connection->must_end &&
        connection->tries < ARRAYSIZE(try_again_ms)) {
        uint64_t pause_ms = try_again_ms[connection->tries++];

        connection_log_debug(connection, "fail", "%s Trying again in %llu ms.",
                             connection->failure.error.text, (unsigned long long)pause_ms);
        timer_set(&server->loop, &connection->timer, pause_ms);
        return;
    }
    connection_failed(connection);
    end_serving(connection);
}

/* Each line of its stderr is a record; a log with enough to do slows the handler down. */
static bool on_error_line(struct error_stream *stream, const char *text)
{
    struct connection *connection = CONTAINER(stream, struct connection, errors);

    connection_log(connection, LEVEL_INFO, "stderr", text);
    return !log_is_busy(server_of(connection)->log);
}

void connection_limit_time(struct connection *connection)
{
    struct loop *loop = &server_of(connection)->loop;
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

/* Back on the loop. */
static void launch_done(struct spawn_task *task)
{
    struct connection *connection = CONTAINER(task, struct connection, task);

    if (!connection->launched) {
        fail_launch(connection);
        return;
    }
    connection_begun(connection, NULL);
    if (connection->relay != NULL)
        begin_relay(connection);
    if (connection->error_pipe != NULL) {
        connection->open_parts++;
        connection->errors.loop = &server_of(connection)->loop;
        connection->errors.line = on_error_line;
        connection->errors.ended = on_errors_ended;
        error_stream_begin(&connection->errors, connection->error_pipe);
    }
    if (connection->must_end)
        end_handler(connection, 0);
    else
        connection_limit_time(connection);
    if (connection->has_early_message)
        connection_job_message(connection, 0, 0); /* it may have ended already */
}

static void submit(struct connection *connection)
{
    if (connection->tries == 0)
        connection->launch_began_ticks = clock_ticks();
    spawner_submit(server_of(connection)->spawner, &connection->task);
}

static void begin_serving(struct connection *connection)
{
    if (connection_is_internal(connection)) {
        connection_serve_internally(connection);
        return;
    }
    connection->state = CONNECTION_LAUNCHING;
    submit(connection);
}

static void on_greeted(struct banner_sending *greeting, bool whole)
{
    struct connection *connection = CONTAINER(greeting, struct connection, greeting);

    if (!whole && !connection->refused)
        give_reason(connection, "client did not take the banner");
    if (!whole || connection->refused)
        end_serving(connection);
    else
        begin_serving(connection);
}

static void greet(struct connection *connection, const struct banner *banner)
{
    connection->state = CONNECTION_GREETING;
    banner_send(&connection->greeting, &server_of(connection)->loop, connection->socket, banner,
                on_greeted);
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

    if (connection->state == CONNECTION_LAUNCHING && connection->must_end)
        end_serving(connection); /* between two tries */
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
    closesocket(connection->socket);
    connection->reason = reason;
    connection->served_ms = server_of(connection)->loop.now_ms - connection->began_ms;
    close_connection(connection);
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
        give_reason(connection, reason);
        end_serving(connection);
        break;
    case CONNECTION_LAUNCHING:
        connection->must_end = true;
        give_reason(connection, reason);
        break;
    case CONNECTION_SERVING:
        give_reason(connection, reason);
        end_handler(connection, stop_ms < longest_ms ? stop_ms : longest_ms);
        break;
    case CONNECTION_LINGERING:
        if (connection->relay != NULL)
            relay_hurry(connection->relay, HURRIED_LINGER_MS);
        else if (connection->linger.loop != NULL) /* else it does not, and its stderr is read */
            linger_hurry(&connection->linger, HURRIED_LINGER_MS);
        break;
    }
}

/* Whoever is too many to be told why is not told. */
void connection_refuse(struct connection *connection)
{
    struct server *server = server_of(connection);

    if (connection->service->banner_fail.text == NULL || server->refused == MOST_REFUSED) {
        closesocket(connection->socket);
        forget(connection);
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
        return;
    }
    connection->service = service;
    connection->socket = arrival->socket;
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
