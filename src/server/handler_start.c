#include "server/handler_start.h"

#include "server/relay.h"
#include "server/server.h"
#include "windows/handle.h"
#include "windows/pipe.h"

enum {
    ERROR_PIPE_SIZE = 4096,
    INPUT_SIZE = RELAY_CLIENT_RING / 2, /* on its way, while more comes */
    OUTPUT_SIZE = RELAY_HANDLER_RING
};

void handler_pipes_close_childs(struct handler_pipes *pipes)
{
    handle_close(&pipes->childs_input);
    handle_close(&pipes->childs_output);
    handle_close(&pipes->childs_error_output);
}

void handler_pipes_close(struct handler_pipes *pipes)
{
    handler_pipes_close_childs(pipes);
    handle_close(&pipes->input);
    handle_close(&pipes->output);
    handle_close(&pipes->error_output);
}

static bool fail(struct launch_failure *failure)
{
    failure->temporary = launch_is_temporary(GetLastError());
    return false;
}

/* Two one-way pipes: one for both ways would have no end of one alone. */
static bool open_standard(struct handler_pipes *pipes, struct launch *request,
                          struct launch_failure *failure)
{
    struct pipe pipe;

    if (!pipe_to_child(&pipe, INPUT_SIZE, &failure->error))
        return fail(failure);
    pipes->input = pipe.ours;
    request->input = pipes->childs_input = pipe.childs;
    if (!pipe_from_child(&pipe, OUTPUT_SIZE, &failure->error))
        return fail(failure);
    pipes->output = pipe.ours;
    request->output = pipes->childs_output = pipe.childs;
    return true;
}

static bool open_error_output(struct handler_pipes *pipes, struct launch *request,
                              struct launch_failure *failure)
{
    struct pipe pipe;

    if (!pipe_from_child(&pipe, ERROR_PIPE_SIZE, &failure->error))
        return fail(failure);
    pipes->error_output = pipe.ours;
    request->error_output = pipes->childs_error_output = pipe.childs;
    return true;
}

bool handler_pipes_open(struct handler_pipes *pipes, const struct running_service *service,
                        struct launch *request, struct launch_failure *failure)
{
    enum error_output error_output = (enum error_output)service->settings->error_output;

    if (error_output == ERROR_OUTPUT_NULL)
        request->error_output = service->server->null_output;
    return (!service->is_piped || open_standard(pipes, request, failure)) &&
           (error_output != ERROR_OUTPUT_LOG || open_error_output(pipes, request, failure));
}

struct launch handler_launch(const struct running_service *service)
{
    const struct handler *handler = &service->handler;

    return (struct launch){.program = handler->program,
                           .command_line = handler->command_line,
                           .folder = handler->folder,
                           .console = handler->console,
                           .rights = &handler->rights,
                           .limits = &handler->limits};
}
