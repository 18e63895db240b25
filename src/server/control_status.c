/* A picture of the server for whoever asks. */
#include "server/control.h"

#include "core/memory.h"
#include "core/status.h"
#include "server/connection.h"
#include "server/connection_table.h"
#include "server/worker_pool.h"
#include "windows/text.h"

#include <stdlib.h>

/* Of one that is removed, whatever its last connections are. */
static const struct service *settings_of(const struct tally *tally)
{
    const struct running_service *service = tally->current;

    if (service == NULL)
        service = tally->server->retired;
    while (service != NULL && service->tally != tally)
        service = service->next;
    return service == NULL ? NULL : service->settings;
}

static const char *launch_of(const struct service *settings)
{
    if (settings != NULL && settings->internal != INTERNAL_NONE)
        return "internal";
    if (settings != NULL && settings->redirect != NULL)
        return "redirect";
    if (settings != NULL && settings->workers > 0)
        return "worker";
    return settings != NULL && settings->prestart > 0 ? "prestart" : "spawn";
}

static void take_tally(struct tally *tally, struct status_service *taken)
{
    const struct service *settings = settings_of(tally);

    *taken =
        (struct status_service){.name = tally->name,
                                .launch = launch_of(settings),
                                .live = tally->live,
                                .instances = UNLIMITED,
                                .waiting = tally->waiting,
                                .started = tally->started,
                                .failed = tally->failed,
                                .bytes = {.known = tally->bytes_in > 0 || tally->bytes_out > 0,
                                          .in = tally->bytes_in,
                                          .out = tally->bytes_out},
                                .launch_median_us = histogram_quantile(&tally->launch_times, 0.5),
                                .launch_p99_us = histogram_quantile(&tally->launch_times, 0.99)};
    for (size_t i = 0; i < REFUSALS; i++)
        taken->refused[i] = tally->refused[i];
    tally->picture = taken;
}

static void take_service(const struct running_service *service, struct status_service *taken)
{
    take_tally(service->tally, taken);
    taken->instances = service->settings->instances;
    taken->bytes.known =
        taken->bytes.known || service->is_piped || service->settings->redirect != NULL;
    taken->prestart = service->settings->prestart;
    taken->prestart_ready = service->spares.waiting;
    taken->prestart_hits = service->tally->prestart_hits;
    taken->prestart_misses = service->tally->prestart_misses;
    worker_pool_describe(service->pool, &taken->workers);
    for (size_t i = 0; i < service->place_count; i++) {
        const struct listening *listening = &service->listening[i];
        char text[ADDRESS_TEXT_SIZE];

        if (listening->listener != NULL) {
            text_list_append(&taken->addresses, listening->listener->text);
            continue;
        }
        listener_place_text(&listening->place, text);
        text_list_append(&taken->busy, text);
    }
}

static size_t count_tallies(const struct server *server)
{
    size_t count = 0;

    for (const struct tally *tally = server->tallies; tally != NULL; tally = tally->next)
        count++;
    return count;
}

/* What an open relay has copied counts for its service too, which has those that have ended. */
static struct status_bytes take_bytes(const struct connection *connection)
{
    const struct relay *relay = connection->relay;
    struct status_service *service = connection->service->tally->picture;
    struct status_bytes bytes = {.known = connection->service->is_piped,
                                 .in = connection->bytes_in,
                                 .out = connection->bytes_out};

    if (relay == NULL || connection->state < CONNECTION_SERVING)
        return bytes; /* one that is being launched is the spawner's */
    bytes.in = relay->from_client.bytes;
    bytes.out = relay->from_handler.bytes;
    service->bytes.known = true;
    service->bytes.in += bytes.in;
    service->bytes.out += bytes.out;
    return bytes;
}

static void take_connection(struct connection *connection, void *context)
{
    static const char *const states[] = {[CONNECTION_WAITING] = "waiting",
                                         [CONNECTION_GREETING] = "greeting",
                                         [CONNECTION_LAUNCHING] = "launching",
                                         [CONNECTION_SERVING] = "serving",
                                         [CONNECTION_LINGERING] = "lingering"};
    struct status *status = context;

    status->connections[status->connection_count++] = (struct status_connection){
        .number = connection->number,
        .service = connection->service->settings->name,
        .peer = connection->peer_text,
        .state = connection->refused ? "refused" : states[connection->state],
        .pid = connection->child.pid,
        .bytes = take_bytes(connection),
        .age_ms = connection_server(connection)->loop.now_ms - connection->began_ms};
}

/* The oldest first. */
static int compare_connections(const void *a, const void *b)
{
    uint64_t x = ((const struct status_connection *)a)->number;
    uint64_t y = ((const struct status_connection *)b)->number;

    return (x > y) - (x < y);
}

static const char *name_of_phase(enum phase phase)
{
    if (phase == PHASE_RUNNING)
        return "running";
    return phase == PHASE_DRAINING ? "draining" : "ending";
}

char *control_status(struct server *server, bool as_json)
{
    struct status status = {.version = STDINETD_VERSION,
                            .pid = GetCurrentProcessId(),
                            .up_ms = server->loop.now_ms,
                            .phase = name_of_phase(server->phase),
                            .live = server->live,
                            .instances = server->config.instances,
                            .started = server->total.started,
                            .refused = server->total.refused,
                            .failed = server->total.failed};
    size_t connections = connection_table_count(server->connections);

    status.services = memory_zeroed(count_tallies(server), sizeof *status.services);
    status.connections = memory_zeroed(connections + 1, sizeof *status.connections);
    for (const struct running_service *service = server->services; service != NULL;
         service = service->next)
        take_service(service, &status.services[status.service_count++]);
    for (struct tally *tally = server->tallies; tally != NULL; tally = tally->next)
        if (tally->current == NULL) /* removed, but somebody is still served */
            take_tally(tally, &status.services[status.service_count++]);
    connection_table_for_each(server->connections, &status, take_connection);
    qsort(status.connections, status.connection_count, sizeof *status.connections,
          compare_connections);
    char *text = as_json ? status_json(&status) : status_text(&status);
    for (size_t i = 0; i < status.service_count; i++) {
        text_list_free(&status.services[i].addresses);
        text_list_free(&status.services[i].busy);
        free(status.services[i].workers.items);
    }
    free(status.services);
    free(status.connections);
    return text;
}
