#include "server/connection_start.h"

#include "windows/pipe.h"
#include "windows/text.h"

#include <stdlib.h>

enum {
    ERROR_PIPE_SIZE = 4096,
    RELAY_INPUT_SIZE = RELAY_CLIENT_BLOCK, /* one block on its way, while the next one comes */
    RELAY_OUTPUT_SIZE = 2 * RELAY_HANDLER_BLOCK
};

/* The ends of pipes that become the handler's, to be closed after the launch; NULL for none. */
struct childs_ends {
    HANDLE input, output, error_output;
};

static void close_end(HANDLE *end)
{
    if (*end != NULL)
        CloseHandle(*end);
    *end = NULL;
}

static bool fail_pipe(struct connection *connection)
{
    connection->failure.temporary = launch_is_temporary(GetLastError());
    return false;
}

/* What its stderr becomes. */
static bool open_error_output(struct connection *connection, struct launch *request,
                              struct childs_ends *ends)
{
    const struct running_service *service = connection->service;
    struct pipe pipe;

    if (service->settings->error_output == ERROR_OUTPUT_NULL)
        request->error_output = service->server->null_output;
    if (service->settings->error_output != ERROR_OUTPUT_LOG)
        return true;
    if (!pipe_from_child(&pipe, ERROR_PIPE_SIZE, &connection->failure.error))
        return fail_pipe(connection);
    connection->error_pipe = pipe.ours;
    request->error_output = ends->error_output = pipe.childs;
    return true;
}

/* Two one-way pipes: one for both ways would have no end of one alone. */
static bool open_relay(struct connection *connection, struct launch *request,
                       struct childs_ends *ends)
{
    struct error *error = &connection->failure.error;
    struct pipe pipe;

    connection->relay = relay_new();
    if (connection->relay == NULL) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        error_code(error, ERROR_NOT_ENOUGH_MEMORY, "calloc of a relay");
        return fail_pipe(connection);
    }
    if (!pipe_to_child(&pipe, RELAY_INPUT_SIZE, error))
        return fail_pipe(connection);
    connection->relay->input = pipe.ours;
    request->input = ends->input = pipe.childs;
    if (!pipe_from_child(&pipe, RELAY_OUTPUT_SIZE, error))
        return fail_pipe(connection);
    connection->relay->output = pipe.ours;
    request->output = ends->output = pipe.childs;
    return true;
}

/* After a try that failed. */
static void close_ours(struct connection *connection)
{
    close_end(&connection->error_pipe);
    if (connection->relay == NULL)
        return;
    close_end(&connection->relay->input);
    close_end(&connection->relay->output);
    free(connection->relay);
    connection->relay = NULL;
}

static bool launch_in(struct connection *connection, const wchar_t *environment)
{
    const struct running_service *service = connection->service;
    const struct handler *handler = &service->handler;
    struct childs_ends ends = {0};
    struct launch request = {.program = handler->program,
                             .command_line = handler->command_line,
                             .folder = handler->folder,
                             .environment = environment,
                             .input = (HANDLE)connection->socket,
                             .output = (HANDLE)connection->socket,
                             .console = handler->console,
                             .rights = &handler->rights,
                             .limits = &handler->limits,
                             .port = service->server->loop.port,
                             .key = connection->number};

    bool launched = (!service->is_piped || open_relay(connection, &request, &ends)) &&
                    open_error_output(connection, &request, &ends) &&
                    launch(&request, &connection->child, &connection->failure);
    close_end(&ends.input);
    close_end(&ends.output);
    close_end(&ends.error_output);
    if (!launched)
        close_ours(connection);
    return launched;
}

void connection_start(struct spawn_task *task)
{
    struct connection *connection = CONTAINER(task, struct connection, task);
    wchar_t *environment = handler_environment(&connection->service->handler, &connection->peer,
                                               &connection->local, connection->number);

    if (environment == NULL) {
        connection->failure.temporary = launch_is_temporary(ERROR_NOT_ENOUGH_MEMORY);
        error_code(&connection->failure.error, ERROR_NOT_ENOUGH_MEMORY,
                   "malloc of the handler's environment");
        return;
    }
    if (connection->tries == 0)
        service_set_socket_options(connection->service->settings, connection->socket);
    connection->launched = launch_in(connection, environment);
    free(environment);
}
