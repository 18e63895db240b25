#include "server/worker.h"

#include "server/running_service.h"
#include "server/server.h"
#include "server/worker_pool.h"
#include "windows/handle.h"
#include "windows/pipe.h"
#include "windows/text.h"

enum { ORDERS_SIZE = 16 * WORKER_ORDER_SIZE, REPORTS_SIZE = 4096, ERROR_PIPE_SIZE = 4096 };

/* The ends that become the worker's, to be closed after the launch; NULL for none. */
struct childs_ends {
    HANDLE input, output, error_output;
};

static bool open_pipes(struct worker *worker, struct launch *request, struct childs_ends *ends)
{
    const struct running_service *service = worker->pool->service;
    struct error *error = &worker->failure.error;
    struct pipe pipe;

    if (!pipe_to_child(&pipe, ORDERS_SIZE, error))
        return false;
    worker->wire.input = pipe.ours;
    request->input = ends->input = pipe.childs;
    if (!pipe_from_child(&pipe, REPORTS_SIZE, error))
        return false;
    worker->wire.output = pipe.ours;
    request->output = ends->output = pipe.childs;
    request->error_output = service->server->null_output;
    if (service->settings->error_output != ERROR_OUTPUT_LOG)
        return true;
    if (!pipe_from_child(&pipe, ERROR_PIPE_SIZE, error))
        return false;
    worker->error_pipe = pipe.ours;
    request->error_output = ends->error_output = pipe.childs;
    return true;
}

void worker_start(struct spawn_task *task)
{
    struct worker *worker = CONTAINER(task, struct worker, task);
    const struct running_service *service = worker->pool->service;
    const struct handler *handler = &service->handler;
    struct childs_ends ends = {0};
    struct launch request = {.program = handler->program,
                             .command_line = handler->command_line,
                             .folder = handler->folder,
                             .environment = handler->environment,
                             .console = handler->console,
                             .rights = &handler->rights,
                             .limits = &handler->limits,
                             .port = service->server->loop.port,
                             .key = worker->number};

    worker->launched =
        open_pipes(worker, &request, &ends) && launch(&request, &worker->child, &worker->failure);
    handle_close(&ends.input);
    handle_close(&ends.output);
    handle_close(&ends.error_output);
    if (worker->launched)
        return;
    handle_close(&worker->wire.input);
    handle_close(&worker->wire.output);
    handle_close(&worker->error_pipe);
}
