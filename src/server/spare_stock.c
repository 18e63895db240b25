#include "server/spare_stock.h"

#include "server/running_service.h"
#include "server/server.h"
#include "server/spare.h"
#include "server/spare_probe.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    REFILL_MS = 10,
    UNHURRIED_MS = 100,       /* while at least half are there: who has just come loads first */
    FIRST_DELAY_MS = 250,     /* after a failure; twice as long after each further one … */
    LONGEST_DELAY_MS = 60000, /* … up to this */
    LONG_ENOUGH_MS = 60000    /* whoever waited so long did not fail */
};

static size_t missing(const struct running_service *service)
{
    const struct spare_stock *stock = &service->spares;
    size_t there = stock->there[0] + stock->there[1];

    if (stock->is_closed || service->server->phase != PHASE_RUNNING ||
        there >= service->settings->prestart)
        return 0;
    return (size_t)service->settings->prestart - there;
}

static void log_service(const struct running_service *service, enum level level, const char *verb,
                        DWORD pid, const char *detail)
{
    struct record record = {.level = level,
                            .verb = verb,
                            .service = service->settings->name,
                            .pid = pid,
                            .detail = detail};

    server_log(service->server, &record);
}

/* --- states */

static size_t *share_of(const struct running_service *service, int family)
{
    return (size_t *)&service->spares.there[family == AF_INET6];
}

static void put(struct spare *spare)
{
    struct spare_stock *stock = &spare->service->spares;
    struct spare **place = &stock->first;

    while (*place != NULL)
        place = &(*place)->next;
    *place = spare;
    spare->state = SPARE_READY;
    spare->ready_ms = spare->service->server->loop.now_ms;
    stock->waiting++;
}

static void take_out(struct spare *spare)
{
    struct spare **place = &spare->service->spares.first;

    while (*place != spare)
        place = &(*place)->next;
    *place = spare->next;
    spare->next = NULL;
}

/* It does not wait any more, nor is on its way to that. */
static void leave(struct spare *spare, enum spare_state state)
{
    struct spare_stock *stock = &spare->service->spares;

    if (spare->state == SPARE_READY)
        take_out(spare);
    if (spare->state == SPARE_READY || spare->state == SPARE_POSTED)
        stock->waiting--;
    if (spare->state <= SPARE_POSTED)
        --*share_of(spare->service, spare->family);
    spare->state = state;
}

static bool has_ended(const struct spare *spare)
{
    return WaitForSingleObject(spare->child.process, 0) == WAIT_OBJECT_0;
}

/* --- its end */

void spare_forget(struct spare *spare)
{
    struct running_service *service = spare->service;
    struct server *server = service->server;

    free(spare);
    service->spares.open--;
    server->spares--;
    running_service_look(service);
    server_check_stopped(server);
}

/* Its last words have been read. */
static void on_errors_ended(struct error_stream *stream)
{
    struct spare *spare = stream->owner;

    free(stream);
    spare->errors = NULL;
    if (spare->state == SPARE_ENDING)
        spare_forget(spare);
}

void spare_end(struct spare *spare)
{
    leave(spare, SPARE_ENDING);
    launch_end(&spare->child);
    if (spare->socket != INVALID_SOCKET)
        closesocket(spare->socket);
    spare->socket = INVALID_SOCKET;
    handler_pipes_close(&spare->pipes);
    if (spare->errors != NULL)
        error_stream_finish(spare->errors);
    else
        spare_forget(spare);
}

/* --- failures */

/* One of those that were started together counts for all. */
static void delay(struct running_service *service, enum level level, const char *what)
{
    struct spare_stock *stock = &service->spares;
    uint64_t delay_ms = FIRST_DELAY_MS;
    char detail[700];

    if (stock->delayed)
        return;
    for (unsigned i = 0; i < stock->failures && delay_ms < LONGEST_DELAY_MS; i++)
        delay_ms *= 2;
    if (delay_ms > LONGEST_DELAY_MS)
        delay_ms = LONGEST_DELAY_MS;
    stock->failures++;
    stock->delayed = true;
    timer_set(&service->server->loop, &stock->timer, delay_ms);
    snprintf(detail, sizeof detail, "prestart: %s; the next one in %.3g s", what,
             (double)delay_ms / 1000.0);
    log_service(service, level, "fail", 0, detail);
}

void spare_lost(struct spare *spare)
{
    struct running_service *service = spare->service;
    DWORD exit_code = 0;
    char what[120];

    GetExitCodeProcess(spare->child.process, &exit_code);
    snprintf(what, sizeof what,
             exit_code >= 0x80000000
                 ? "pid %lu ended with 0x%08lX before its connection came"
                 : "pid %lu ended with exit code %lu before its connection came",
             spare->child.pid, exit_code);
    if (service->server->loop.now_ms - spare->ready_ms >= LONG_ENOUGH_MS)
        service->spares.failures = 0;
    bool is_wanted = !service->spares.is_closed;
    spare_end(spare);
    if (is_wanted)
        delay(service, LEVEL_WARNING, what);
}

/* --- its beginning */

static bool on_error_line(struct error_stream *stream, const char *text)
{
    const struct spare *spare = stream->owner;

    log_service(spare->service, LEVEL_INFO, "stderr", spare->child.pid, text);
    return !log_is_busy(spare->service->server->log);
}

static bool listen_to_errors(struct spare *spare)
{
    struct error_stream *stream = calloc(1, sizeof *stream);

    if (stream == NULL)
        return false;
    stream->loop = &spare->service->server->loop;
    stream->owner = spare;
    stream->line = on_error_line;
    stream->ended = on_errors_ended;
    spare->errors = stream;
    error_stream_begin(stream, spare->pipes.error_output);
    spare->pipes.error_output = NULL;
    return true;
}

/* Listeners that wait with sockets of nobody's take spares instead, as many as are ready. */
static void offer(struct running_service *service)
{
    size_t ready[2] = {0};

    for (const struct spare *spare = service->spares.first; spare != NULL; spare = spare->next)
        /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): what is freed has left the list before */
        ready[spare->family == AF_INET6]++;
    for (size_t i = 0; i < service->place_count; i++) {
        struct listener *listener = service->listening[i].listener;

        if (listener == NULL || listener->asked == 0 || listener_has_spare(listener) ||
            ready[listener->family == AF_INET6] == 0)
            continue;
        ready[listener->family == AF_INET6]--;
        listener_ask_anew(listener);
    }
}

/* Back on the loop. */
static void on_started(struct spawn_task *task)
{
    struct spare *spare = CONTAINER(task, struct spare, task);
    struct running_service *service = spare->service;
    struct spare_stock *stock = &service->spares;
    struct launch_failure failure = spare->failure;
    bool is_wanted = !stock->is_closed;
    bool good = spare->launched;

    if (is_wanted && good && stock->running && spare->pipes.error_output != NULL &&
        !listen_to_errors(spare))
        good = error_set(&failure.error, "there is no memory for its stderr");
    if (is_wanted && good) {
        put(spare);
        if (stock->kind == SPARE_HOLDS_SOCKET)
            offer(service);
        return;
    }
    spare_end(spare); /* and with it the service, where it has been waiting for this */
    if (is_wanted)
        delay(service, failure.temporary && stock->failures == 0 ? LEVEL_DEBUG : LEVEL_WARNING,
              failure.error.text);
}

/* --- refilling */

/* So that the listeners of each family have their share. */
static int choose_family(const struct running_service *service)
{
    size_t listeners[2] = {0};
    const size_t *there = service->spares.there;

    for (size_t i = 0; i < service->place_count; i++)
        listeners[service->listening[i].place.storage.ss_family == AF_INET6]++;
    return there[1] * listeners[0] < there[0] * listeners[1] || listeners[0] == 0 ? AF_INET6
                                                                                  : AF_INET;
}

static bool start_one(struct running_service *service)
{
    struct spare *spare = calloc(1, sizeof *spare);

    if (spare == NULL)
        return false;
    spare->service = service;
    spare->socket = INVALID_SOCKET;
    spare->family = choose_family(service);
    spare->task.run = spare_start;
    spare->task.done = on_started;
    ++*share_of(service, spare->family);
    service->spares.open++;
    service->server->spares++;
    spawner_submit_later(service->server->spawner, &spare->task);
    return true;
}

static void start_missing(struct running_service *service)
{
    size_t count = missing(service);

    service->spares.delayed = false;
    while (count > 0 && start_one(service))
        count--;
    if (count > 0)
        delay(service, LEVEL_WARNING, "there is no memory for it");
}

static void on_timer(struct timer *timer)
{
    struct spare_stock *stock = CONTAINER(timer, struct spare_stock, timer);

    start_missing(CONTAINER(stock, struct running_service, spares));
}

void spares_refill(struct running_service *service)
{
    struct loop *loop = &service->server->loop;
    struct spare_stock *stock = &service->spares;
    uint64_t wanted = service->settings->prestart;
    size_t count = missing(service);
    uint64_t pause_ms = count * 2 <= wanted ? UNHURRIED_MS : REFILL_MS;

    stock->timer.fire = on_timer;
    if (count > 0 && !stock->delayed &&
        (!stock->timer.is_set || loop->now_ms + pause_ms < stock->timer.due_ms))
        timer_set(loop, &stock->timer, pause_ms);
}

static void look_at(struct running_service *service)
{
    struct spare *spare = service->spares.first;

    while (spare != NULL) {
        struct spare *next = spare->next;

        if (has_ended(spare))
            spare_lost(spare);
        spare = next;
    }
    if (service->spares.kind == SPARE_HOLDS_SOCKET)
        offer(service);
    spares_refill(service);
}

void spares_look(struct server *server)
{
    for (struct running_service *service = server->services; service != NULL;
         service = service->next)
        if (service->settings->prestart > 0)
            look_at(service);
}

/* --- for listeners and connections */

struct spare *spares_post(struct running_service *service, int family)
{
    struct spare *spare = service->spares.kind == SPARE_HOLDS_SOCKET ? service->spares.first : NULL;

    while (spare != NULL && spare->family != family)
        spare = spare->next;
    if (spare != NULL) {
        take_out(spare);
        spare->state = SPARE_POSTED;
    }
    return spare;
}

struct spare *spares_take(struct running_service *service)
{
    struct spare *spare = service->spares.kind != SPARE_HOLDS_SOCKET ? service->spares.first : NULL;

    if (spare != NULL)
        leave(spare, SPARE_TAKEN);
    return spare;
}

void spare_arrived(struct spare *spare)
{
    leave(spare, SPARE_TAKEN);
    spare->socket = INVALID_SOCKET;
}

/* --- beginning and end */

void spares_prepare(struct running_service *service)
{
    const struct service *settings = service->settings;
    struct spare_stock *stock = &service->spares;
    enum prestart_state state = (enum prestart_state)settings->prestart_state;

    stock->running = service->is_piped && state != PRESTART_SUSPENDED;
    if (service->is_piped)
        stock->kind = SPARE_HAS_PIPES;
    else if (service->server->config.accept_with == ACCEPT_WITH_ACCEPT ||
             service->place_count > settings->prestart || !spare_probe(service->server))
        stock->kind = SPARE_HAS_SLOTS;
    else
        stock->kind = SPARE_HOLDS_SOCKET;
}

void spares_close(struct running_service *service)
{
    struct spare_stock *stock = &service->spares;
    struct spare *spare = stock->first;

    stock->is_closed = true;
    timer_cancel(&service->server->loop, &stock->timer);
    while (spare != NULL) {
        struct spare *next = spare->next;

        spare_end(spare);
        spare = next;
    }
}

void spares_close_all(struct server *server)
{
    for (struct running_service *service = server->services; service != NULL;
         service = service->next)
        spares_close(service);
}
