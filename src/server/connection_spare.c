#include "server/connection_spare.h"

#include "server/connection_log.h"
#include "server/connection_serving.h"
#include "server/spare.h"
#include "windows/clock.h"

#include <stdlib.h>

/* Gives it the connection, as far as that can fail. */
static bool prepare(struct connection *connection, struct spare *spare)
{
    const struct running_service *service = connection->service;
    struct server *server = service->server;
    struct launch_failure *failure = &connection->failure;
    size_t slots = service->settings->error_output == ERROR_OUTPUT_SOCKET ? 3 : 2;

    if (service->is_piped && (connection->relay = relay_new()) == NULL)
        return error_set(&failure->error, "there is no memory for a relay");
    service_set_socket_options(service->settings, connection->socket);
    if (service->spares.kind == SPARE_HAS_SLOTS &&
        !spare_slots_fill(&server->slots, slots, spare->child.process, connection->socket,
                          &failure->error))
        return false;
    if (service->spares.running && service->handler.limits.cpu_time_ms != 0)
        job_limit(spare->child.job, &service->handler.limits); /* its start does not count */
    return launch_release(&spare->child, server->loop.port, connection->number, failure);
}

/* What was the spare's is the connection's. */
static void take_over(struct connection *connection, struct spare *spare)
{
    connection->launched = true;
    connection->child = spare->child;
    if (connection->relay != NULL) {
        connection->relay->input = spare->pipes.input;
        connection->relay->output = spare->pipes.output;
    }
    connection->error_pipe = spare->pipes.error_output;
    if (spare->errors != NULL) {
        connection->error_pipe = spare->errors->pipe;
        connection_take_errors(connection, spare->errors);
    }
    spare_forget(spare);
}

static bool has_ended(const struct spare *spare)
{
    return WaitForSingleObject(spare->child.process, 0) == WAIT_OBJECT_0;
}

/* One that is alive. */
static struct spare *take_spare(struct connection *connection)
{
    struct spare *spare = connection->spare;

    connection->spare = NULL;
    if (spare == NULL)
        spare = spares_take(connection->service);
    while (spare != NULL && has_ended(spare)) {
        spare_lost(spare);
        spare = spares_take(connection->service);
    }
    return spare;
}

static bool serve(struct connection *connection)
{
    struct spare *spare = take_spare(connection);

    if (spare == NULL)
        return false;
    if (prepare(connection, spare)) {
        take_over(connection, spare);
        return true;
    }
    connection_log_debug(connection, "fail", "prestart: pid %lu: %s", spare->child.pid,
                         connection->failure.error.text);
    free(connection->relay);
    connection->relay = NULL;
    spare_end(spare);
    return false;
}

bool connection_serve_by_spare(struct connection *connection)
{
    struct running_service *service = connection->service;

    if (service->settings->prestart == 0)
        return false;
    connection->launch_began_ticks = clock_ticks();
    if (!serve(connection)) {
        service->tally->prestart_misses++;
        return false;
    }
    service->tally->prestart_hits++;
    service->spares.failures = 0;
    connection_serve(connection);
    if (service->spares.running) /* it may have ended before its job reported to anybody */
        loop_post_message(&service->server->loop, connection->number, 0, 0);
    return true;
}

void connection_drop_spare(struct connection *connection)
{
    if (connection->spare != NULL)
        spare_end(connection->spare);
    connection->spare = NULL;
}
