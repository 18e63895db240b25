#include "server/worker_pools.h"

#include "server/server.h"
#include "server/worker_pool.h"

static void each_of(struct running_service *service, void *context,
                    void (*visit)(struct worker_pool *pool, void *context))
{
    for (; service != NULL; service = service->next)
        if (service->pool != NULL)
            visit(service->pool, context);
}

static void each(struct server *server, void *context,
                 void (*visit)(struct worker_pool *pool, void *context))
{
    each_of(server->services, context, visit);
    each_of(server->retired, context, visit);
}

static void sweep_one(struct worker_pool *pool, void *context)
{
    (void)context;
    worker_pool_sweep(pool);
}

void worker_pools_sweep(struct server *server)
{
    each(server, NULL, sweep_one);
}

static void find_open(struct worker_pool *pool, void *context)
{
    bool *open = context;

    *open = *open || worker_pool_is_open(pool);
}

bool worker_pools_are_open(struct server *server)
{
    bool open = false;

    each(server, &open, find_open);
    return open;
}

static void retire_one(struct worker_pool *pool, void *context)
{
    (void)context;
    worker_pool_retire(pool);
}

void worker_pools_retire(struct server *server)
{
    each(server, NULL, retire_one);
}

static void end_one(struct worker_pool *pool, void *context)
{
    worker_pool_end(pool, *(const uint64_t *)context);
}

void worker_pools_end(struct server *server, uint64_t longest_ms)
{
    each(server, &longest_ms, end_one);
}

struct found_worker {
    uint64_t number;
    struct worker *worker;
};

static void find_worker(struct worker_pool *pool, void *context)
{
    struct found_worker *found = context;

    for (struct worker *worker = pool->workers; worker != NULL; worker = worker->next)
        if (worker->number == found->number)
            found->worker = worker;
}

void worker_pools_job_message(struct server *server, uint64_t number, DWORD message, DWORD pid)
{
    struct found_worker found = {.number = number};

    each(server, &found, find_worker);
    if (found.worker != NULL)
        worker_job_message(found.worker, message, pid);
}
