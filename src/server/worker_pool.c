#include "server/worker_pool.h"

#include "core/memory.h"
#include "server/connection.h"
#include "server/connection_worker.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    WAIT_MS = 10000,      /* how long a connection waits for a worker */
    IDLE_MS = 10000,      /* after which a worker beyond `workers` ends */
    GOOD_MS = 10000,      /* who has lived so long has not crashed at its start */
    FIRST_PAUSE_MS = 250, /* before the third start in a row, and twice as long each time … */
    LONGEST_PAUSE_MS = 30000,
    HOPELESS = 4 /* crashes in a row */
};

static struct loop *loop_of(const struct worker_pool *pool)
{
    return &pool->service->server->loop;
}

/* --- how many there are, and may be */

static uint64_t most_workers(const struct service *settings)
{
    return settings->workers_max == 0 ? settings->workers : settings->workers_max;
}

uint64_t worker_pool_room(const struct service *settings)
{
    return settings->workers == 0 ? UNLIMITED
                                  : most_workers(settings) * settings->worker_connections;
}

static uint64_t count_in(const struct worker_pool *pool, enum worker_state first,
                         enum worker_state last)
{
    uint64_t count = 0;

    for (const struct worker *worker = pool->workers; worker != NULL; worker = worker->next)
        if (worker->state >= first && worker->state <= last && !worker->was_asked)
            count++;
    return count;
}

/* Those that there are whether they have something to do or not. */
static uint64_t least_workers(const struct worker_pool *pool)
{
    bool stays = !pool->ending && pool->service->server->phase == PHASE_RUNNING;

    return stays ? pool->service->settings->workers : 0;
}

bool worker_pool_is_hopeless(const struct worker_pool *pool)
{
    return pool->crashes >= HOPELESS && count_in(pool, WORKER_SERVING, WORKER_SERVING) == 0;
}

bool worker_pool_is_open(const struct worker_pool *pool)
{
    return pool != NULL && pool->workers != NULL;
}

void worker_pool_describe(const struct worker_pool *pool, struct status_workers *taken)
{
    if (pool == NULL)
        return;
    taken->known = true;
    taken->most = most_workers(pool->service->settings);
    taken->requests = pool->requests;
    for (const struct worker *worker = pool->workers; worker != NULL; worker = worker->next) {
        bool runs = worker->state > WORKER_LAUNCHING;

        if (worker->state >= WORKER_DYING)
            continue;
        taken->items = memory_grow(taken->items, taken->count + 1, sizeof *taken->items);
        taken->items[taken->count++] = (struct status_worker){
            .pid = runs ? worker->pid : 0,
            .connections = worker->connections.count,
            .requests = worker->requests,
            .age_ms = runs ? pool->service->server->loop.now_ms - worker->began_ms : 0};
    }
}

/* --- starting */

static void on_launched(struct spawn_task *task)
{
    struct worker *worker = CONTAINER(task, struct worker, task);
    char next[80];
    char detail[sizeof worker->failure.error.text + sizeof next];

    if (worker->launched) {
        worker_listen(worker);
        return;
    }
    struct worker_pool *pool = worker->pool;
    worker->state = WORKER_GONE;
    worker_pool_crashed(worker, next, sizeof next);
    snprintf(detail, sizeof detail, "%s%s", worker->failure.error.text, next);
    worker_log(worker, LEVEL_ERROR, "fail", detail);
    worker_pool_look(pool);
    worker_pool_remove(worker);
}

static bool start_one(struct worker_pool *pool)
{
    struct worker **place = &pool->workers;
    struct worker *worker = calloc(1, sizeof *worker);

    if (worker == NULL)
        return false; /* the sweep tries again */
    while (*place != NULL)
        place = &(*place)->next;
    *place = worker;
    worker->pool = pool;
    worker->number = WORKER_KEY | ++pool->service->server->last_worker;
    worker->task.run = worker_start;
    worker->task.done = on_launched;
    spawner_submit(pool->service->server->spawner, &worker->task);
    return true;
}

/* As many as there must be, and more where more wait than those that start will take. After a
   second crash in a row one alone tries whether it goes. */
static void start_missing(struct worker_pool *pool)
{
    const struct service *settings = pool->service->settings;

    while (pool->service->server->phase < PHASE_ENDING) {
        uint64_t alive = count_in(pool, WORKER_LAUNCHING, WORKER_SERVING);
        uint64_t starting = count_in(pool, WORKER_LAUNCHING, WORKER_STARTING);
        bool wanted = alive < least_workers(pool) ||
                      pool->waiting.count > starting * settings->worker_connections;

        if (!wanted || alive >= most_workers(settings) || (pool->crashes > 1 && starting > 0))
            return;
        if (loop_of(pool)->now_ms < pool->pause_until_ms) {
            timer_set(loop_of(pool), &pool->timer, pool->pause_until_ms - loop_of(pool)->now_ms);
            return;
        }
        if (!start_one(pool))
            return;
    }
}

/* --- crashing */

/* Nobody waits for what will not come. */
static void give_up_waiting(struct worker_pool *pool)
{
    for (struct connection *connection = pool->waiting.first; connection != NULL;
         connection = connection->assignment.next)
        timer_set(loop_of(pool), &connection->timer, 0);
}

void worker_pool_crashed(struct worker *worker, char *text, size_t size)
{
    struct worker_pool *pool = worker->pool;
    uint64_t now_ms = loop_of(pool)->now_ms;
    uint64_t pause_ms = 0;

    if (worker->began_ms != 0 && now_ms - worker->began_ms >= GOOD_MS)
        pool->crashes = 0;
    pool->crashes++;
    for (unsigned i = 2; i <= pool->crashes && pause_ms < LONGEST_PAUSE_MS; i++)
        pause_ms = pause_ms == 0 ? FIRST_PAUSE_MS : pause_ms * 2;
    if (pause_ms > LONGEST_PAUSE_MS)
        pause_ms = LONGEST_PAUSE_MS;
    pool->pause_until_ms = now_ms + pause_ms;
    if (least_workers(pool) == 0)
        text[0] = '\0';
    else if (pause_ms == 0)
        snprintf(text, size, "; another is started at once");
    else
        snprintf(text, size, "; another is started in %.2f s", (double)pause_ms / 1000.0);
    if (worker_pool_is_hopeless(pool))
        give_up_waiting(pool);
}

void worker_pool_served(struct worker_pool *pool)
{
    pool->crashes = 0;
    pool->pause_until_ms = 0;
    worker_pool_look(pool);
}

/* --- giving */

static bool has_room(struct worker *worker)
{
    return worker->state == WORKER_SERVING &&
           worker->connections.count < worker->pool->service->settings->worker_connections &&
           worker_wire_is_open(&worker->wire);
}

static struct worker *least_loaded(const struct worker_pool *pool)
{
    struct worker *found = NULL;

    for (struct worker *worker = pool->workers; worker != NULL; worker = worker->next)
        if (has_room(worker) &&
            (found == NULL || worker->connections.count < found->connections.count))
            found = worker;
    return found;
}

static void give(struct worker *worker, struct connection *connection)
{
    timer_cancel(loop_of(worker->pool), &connection->timer);
    worker_give(worker, connection);
    if (worker->requests >= worker->pool->service->settings->worker_requests)
        worker_end(worker, UNLIMITED);
}

void worker_pool_look(struct worker_pool *pool)
{
    struct worker *worker;

    while (pool->waiting.first != NULL && (worker = least_loaded(pool)) != NULL) {
        struct connection *connection = pool->waiting.first;

        worker_pool_forget(pool, connection);
        give(worker, connection);
    }
    start_missing(pool);
}

void worker_pool_dispatch(struct worker_pool *pool, struct connection *connection, bool first)
{
    if (first)
        connection_list_put_first(&pool->waiting, connection);
    else
        connection_list_put(&pool->waiting, connection);
    timer_set(loop_of(pool), &connection->timer, worker_pool_is_hopeless(pool) ? 0 : WAIT_MS);
    worker_pool_look(pool);
}

void worker_pool_forget(struct worker_pool *pool, struct connection *connection)
{
    connection_list_take(&pool->waiting, connection);
}

/* --- ending */

/* Everybody who was let in is with a worker, and nobody else will come. */
static bool is_needed(const struct worker_pool *pool)
{
    uint64_t given = 0;

    for (const struct worker *worker = pool->workers; worker != NULL; worker = worker->next)
        given += worker->connections.count;
    return given < pool->service->live || running_service_is_expecting(pool->service);
}

void worker_pool_end(struct worker_pool *pool, uint64_t longest_ms)
{
    uint64_t stop_ms = pool->service->settings->stop_time;

    if (stop_ms > longest_ms)
        stop_ms = longest_ms;
    pool->ending = true;
    for (struct worker *worker = pool->workers; worker != NULL; worker = worker->next) {
        worker_end(worker, stop_ms);
        if (stop_ms == 0)
            worker_kill(worker, NULL);
    }
}

void worker_pool_retire(struct worker_pool *pool)
{
    if (pool == NULL)
        return;
    pool->ending = true;
    if (!is_needed(pool))
        for (struct worker *worker = pool->workers; worker != NULL; worker = worker->next)
            worker_end(worker, UNLIMITED);
}

/* Only from the loop itself: the pool goes with its service. */
static void on_timer(struct timer *timer)
{
    struct worker_pool *pool = CONTAINER(timer, struct worker_pool, timer);
    struct server *server = pool->service->server;

    if (pool->workers != NULL || !pool->service->is_retired)
        worker_pool_look(pool);
    running_service_look(pool->service);
    server_check_stopped(server);
}

void worker_pool_remove(struct worker *worker)
{
    struct worker_pool *pool = worker->pool;
    struct worker **place = &pool->workers;

    while (*place != worker)
        place = &(*place)->next;
    *place = worker->next;
    free(worker);
    if (pool->workers == NULL)
        timer_set(loop_of(pool), &pool->timer, 0);
}

/* Of those that have been idle for long the youngest, and not below what there must be. */
static void shrink(struct worker_pool *pool)
{
    struct worker *idle = NULL;

    if (count_in(pool, WORKER_SERVING, WORKER_SERVING) <= least_workers(pool))
        return;
    for (struct worker *worker = pool->workers; worker != NULL; worker = worker->next)
        if (worker->state == WORKER_SERVING && worker->connections.count == 0 &&
            loop_of(pool)->now_ms - worker->idle_ms >= IDLE_MS)
            idle = worker;
    if (idle != NULL)
        worker_end(idle, UNLIMITED);
}

void worker_pool_sweep(struct worker_pool *pool)
{
    struct worker *next;

    for (struct worker *worker = pool->workers; worker != NULL; worker = next) {
        next = worker->next;
        worker_job_message(worker, 0, 0);
    }
    shrink(pool);
    if (pool->ending)
        worker_pool_retire(pool);
    worker_pool_look(pool);
}

/* --- its beginning and end */

struct worker_pool *worker_pool_new(struct running_service *service)
{
    struct worker_pool *pool = memory_zeroed(1, sizeof *pool);

    pool->service = service;
    pool->timer.fire = on_timer;
    return pool;
}

void worker_pool_free(struct worker_pool *pool)
{
    if (pool == NULL)
        return;
    timer_cancel(loop_of(pool), &pool->timer);
    for (struct worker *worker = pool->workers; worker != NULL; worker = worker->next) {
        if (worker->child.job != NULL)
            CloseHandle(worker->child.job); /* which ends it */
        worker_wire_close(&worker->wire);
    }
    free(pool);
}
