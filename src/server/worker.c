#include "server/worker.h"

#include "server/connection.h"
#include "server/connection_worker.h"
#include "server/worker_pool.h"
#include "windows/handle.h"
#include "windows/job.h"
#include "windows/text.h"

#include <stdarg.h>
#include <stdio.h>

enum {
    READY_MS = 30000,  /* from its start to its first word; some runtimes are slow */
    ACCEPT_MS = 10000, /* from an order to the acceptance of a connection */
    REST_MS = 1000     /* once it has ended: for what else holds its job or its pipe */
};

struct server *worker_server(const struct worker *worker)
{
    return worker->pool->service->server;
}

void worker_log(const struct worker *worker, enum level level, const char *verb, const char *detail)
{
    struct record record = {.level = level,
                            .verb = verb,
                            .service = worker->pool->service->settings->name,
                            .pid = worker->pid,
                            .detail = detail};

    server_log(worker_server(worker), &record);
}

/* --- its end */

static void begin_dying(struct worker *worker)
{
    worker->state = WORKER_DYING;
    worker_wire_stop(&worker->wire);
    timer_set(&worker_server(worker)->loop, &worker->timer, REST_MS);
}

void worker_kill(struct worker *worker, const char *format, ...)
{
    va_list values;

    if (worker->state == WORKER_LAUNCHING)
        worker->was_killed = true;
    if (worker->state == WORKER_LAUNCHING || worker->state >= WORKER_DYING)
        return;
    worker->was_killed = true;
    worker->has_fault = format != NULL;
    if (format != NULL) {
        va_start(values, format);
        vsnprintf(worker->failure.error.text, sizeof worker->failure.error.text, format, values);
        va_end(values);
    }
    TerminateJobObject(worker->child.job, 1);
    begin_dying(worker);
}

/* It closes its output when it exits, which Windows may tell of a little later. */
void worker_output_ended(struct worker *worker)
{
    if (worker->state < WORKER_DYING)
        begin_dying(worker);
}

static bool process_is_gone(const struct worker *worker)
{
    return WaitForSingleObject(worker->child.process, 0) == WAIT_OBJECT_0;
}

static void on_errors_ended(struct error_stream *stream)
{
    struct worker *worker = CONTAINER(stream, struct worker, errors);

    worker->error_pipe = NULL;
    if (worker->state == WORKER_GONE)
        worker_pool_remove(worker);
}

/* "exit 0xC0000005 after 3.200 s, with 2 connections", or what was wrong and the same. */
static void describe_end(const struct worker *worker, char *text, size_t size)
{
    double seconds = (double)(worker_server(worker)->loop.now_ms - worker->began_ms) / 1000.0;
    unsigned long long count = worker->connections.count;
    const char *plural = count == 1 ? "" : "s";
    DWORD code = 0;

    GetExitCodeProcess(worker->child.process, &code);
    if (worker->has_fault)
        snprintf(text, size, "worker: %s; ended after %.3f s, with %llu connection%s",
                 worker->failure.error.text, seconds, count, plural);
    else
        snprintf(text, size,
                 code >= 0x80000000 ? "worker: exit 0x%08lX after %.3f s, with %llu connection%s"
                                    : "worker: exit %lu after %.3f s, with %llu connection%s",
                 code, seconds, count, plural);
}

/* It is a failure where it has done wrong, has ended by itself, or leaves connections behind. */
static void log_end(struct worker *worker)
{
    char end[sizeof worker->failure.error.text + 120];
    char next[80] = "";
    char detail[sizeof end + sizeof next];
    bool expected = !worker->has_fault &&
                    (worker->was_killed || (worker->was_asked && worker->connections.count == 0));

    describe_end(worker, end, sizeof end);
    if (!expected && !worker->was_asked)
        worker_pool_crashed(worker, next, sizeof next);
    snprintf(detail, sizeof detail, "%s%s", end, next);
    worker_log(worker, expected ? LEVEL_DEBUG : LEVEL_WARNING, expected ? "close" : "fail", detail);
}

/* Nobody has a socket of it any more, and all that it said is known. */
static void finish(struct worker *worker)
{
    worker->state = WORKER_GONE;
    timer_cancel(&worker_server(worker)->loop, &worker->timer);
    log_end(worker);
    while (worker->connections.last != NULL) /* the oldest will wait first */
        connection_lose_worker(worker->connections.last);
    worker_wire_close(&worker->wire);
    handle_close(&worker->child.job);
    handle_close(&worker->child.process);
    handle_close(&worker->process);
    worker_pool_look(worker->pool);
    if (worker->error_pipe != NULL)
        error_stream_finish(&worker->errors);
    else
        worker_pool_remove(worker);
}

void worker_look_gone(struct worker *worker)
{
    if (worker->state != WORKER_DYING)
        return;
    DWORD left = job_process_count(worker->child.job);
    if (left > 0 && process_is_gone(worker))
        TerminateJobObject(worker->child.job, 1);
    if (left == 0 && worker_wire_is_over(&worker->wire))
        finish(worker);
}

/* --- time */

/* stop_time is over; or something holds on to its job or its pipe. */
static void on_timer(struct timer *timer)
{
    struct worker *worker = CONTAINER(timer, struct worker, timer);

    if (worker->state < WORKER_DYING) {
        worker_kill(worker, "did not end within stop_time");
        return;
    }
    timer_set(&worker_server(worker)->loop, timer, REST_MS);
    if (job_process_count(worker->child.job) > 0)
        TerminateJobObject(worker->child.job, 1);
    else
        worker_wire_cut(&worker->wire);
    worker_look_gone(worker);
}

static void limit_end(struct worker *worker, uint64_t stop_ms)
{
    struct loop *loop = &worker_server(worker)->loop;

    if (!worker->timer.is_set || worker->timer.due_ms > loop->now_ms + stop_ms)
        timer_set(loop, &worker->timer, stop_ms);
}

void worker_end(struct worker *worker, uint64_t stop_ms)
{
    worker->was_asked = true;
    if (worker->state == WORKER_LAUNCHING || worker->state >= WORKER_DYING)
        return;
    if (worker->state != WORKER_ENDING) {
        worker->state = WORKER_ENDING;
        worker_wire_put_end(&worker->wire);
    }
    if (stop_ms != UNLIMITED)
        limit_end(worker, stop_ms);
    else if (worker->connections.count == 0)
        limit_end(worker, worker->pool->service->settings->stop_time);
}

static void look_at_time(struct worker *worker)
{
    uint64_t now = worker_server(worker)->loop.now_ms;

    if (worker->state == WORKER_STARTING && now - worker->began_ms > READY_MS) {
        worker_kill(worker, "did not say that it is ready within %d s", READY_MS / 1000);
        return;
    }
    for (const struct connection *connection = worker->connections.first; connection != NULL;
         connection = connection->assignment.next) {
        const struct assignment *assignment = &connection->assignment;

        if (!assignment->is_accepted && now - assignment->given_ms > ACCEPT_MS) {
            worker_kill(worker,
                        "did not accept connection %llu within %d s (can it have as many at a time "
                        "as worker_connections says?)",
                        (unsigned long long)connection->number, ACCEPT_MS / 1000);
            return;
        }
    }
}

/* --- its life */

static bool on_error_line(struct error_stream *stream, const char *text)
{
    struct worker *worker = CONTAINER(stream, struct worker, errors);

    worker_log(worker, LEVEL_INFO, "stderr", text);
    return !log_is_busy(worker_server(worker)->log);
}

void worker_listen(struct worker *worker)
{
    struct loop *loop = &worker_server(worker)->loop;

    worker->state = WORKER_STARTING;
    worker->pid = worker->child.pid;
    worker->began_ms = worker->idle_ms = loop->now_ms;
    worker->timer.fire = on_timer;
    worker_log(worker, LEVEL_DEBUG, "open", "worker: started");
    if (worker->error_pipe != NULL) {
        worker->errors.loop = loop;
        worker->errors.line = on_error_line;
        worker->errors.ended = on_errors_ended;
        error_stream_begin(&worker->errors, worker->error_pipe);
    }
    worker_begin_talk(worker);
    if (worker->was_killed)
        worker_kill(worker, NULL);
    else if (worker->was_asked)
        worker_end(worker, worker->pool->service->settings->stop_time);
    if (worker->has_early_message)
        worker_job_message(worker, 0, 0); /* it may have ended already */
    else
        worker_look_gone(worker);
}

void worker_job_message(struct worker *worker, DWORD message, DWORD pid)
{
    bool exit_message =
        message == JOB_OBJECT_MSG_EXIT_PROCESS || message == JOB_OBJECT_MSG_ABNORMAL_EXIT_PROCESS;

    if (worker->state == WORKER_LAUNCHING)
        worker->has_early_message = true;
    if (worker->state == WORKER_LAUNCHING || worker->state == WORKER_GONE ||
        message == JOB_OBJECT_MSG_NEW_PROCESS)
        return;
    if (message == 0) {
        worker_hear(worker);
        look_at_time(worker);
    }
    if (worker->state < WORKER_DYING &&
        ((exit_message && pid == worker->child.pid) || process_is_gone(worker)))
        begin_dying(worker);
    worker_look_gone(worker);
}
