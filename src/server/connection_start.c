#include "server/connection_start.h"

#include "server/handler_start.h"
#include "windows/text.h"

#include <stdlib.h>

static bool make_relay(struct connection *connection)
{
    connection->relay = relay_new();
    if (connection->relay != NULL)
        return true;
    connection->failure.temporary = launch_is_temporary(ERROR_NOT_ENOUGH_MEMORY);
    return error_code(&connection->failure.error, ERROR_NOT_ENOUGH_MEMORY, "calloc of a relay");
}

/* After a try that failed. */
static void give_back(struct connection *connection, struct handler_pipes *pipes)
{
    handler_pipes_close(pipes);
    free(connection->relay);
    connection->relay = NULL;
}

static bool launch_in(struct connection *connection, const wchar_t *environment)
{
    const struct running_service *service = connection->service;
    struct handler_pipes pipes = {0};
    struct launch request = handler_launch(service);

    request.environment = environment;
    request.input = request.output = (HANDLE)connection->socket;
    request.port = service->server->loop.port;
    request.key = connection->number;
    bool launched = (!service->is_piped || make_relay(connection)) &&
                    handler_pipes_open(&pipes, service, &request, &connection->failure) &&
                    launch(&request, &connection->child, &connection->failure);
    handler_pipes_close_childs(&pipes);
    if (!launched) {
        give_back(connection, &pipes);
        return false;
    }
    connection->error_pipe = pipes.error_output;
    if (connection->relay != NULL) {
        connection->relay->input = pipes.input;
        connection->relay->output = pipes.output;
    }
    return true;
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
