#include "server/running_service.h"

#include "core/memory.h"
#include "server/accepting.h"
#include "server/admission.h"
#include "server/server.h"
#include "server/worker_pool.h"
#include "windows/file.h"

#include <stdlib.h>
#include <string.h>

bool service_blame(const struct service *settings, struct error *error)
{
    error_prefix(error, "service %s", settings->name);
    return settings->file != NULL && error_prefix(error, "%s:%d", settings->file, settings->line);
}

void service_set_socket_options(const struct service *settings, SOCKET socket)
{
    if (settings->nodelay)
        socket_set_nodelay(socket, true);
    if (settings->keepalive > 0)
        socket_set_keepalive(socket, settings->keepalive);
}

/* --- made from its settings */

static bool read_banners(struct running_service *service, const char *base, struct error *error)
{
    const struct service *settings = service->settings;

    return (banner_read(&service->banner, base, settings->banner, error) &&
            banner_read(&service->banner_fail, base, settings->banner_fail, error)) ||
           error_prefix(error, "banner") || service_blame(settings, error);
}

static bool add_places(struct running_service *service, const char *bind, uint16_t port,
                       struct error *error)
{
    struct listener_place *places;
    size_t count;
    bool resolved = listener_resolve(bind, port, &places, &count, error);

    service->listening = memory_grow(service->listening, service->place_count + count + 1,
                                     sizeof *service->listening);
    for (size_t i = 0; i < count; i++)
        service->listening[service->place_count++] = (struct listening){.place = places[i]};
    free(places);
    return resolved || service_blame(service->settings, error);
}

static bool find_places(struct running_service *service, struct error *error)
{
    const struct service *settings = service->settings;

    for (size_t p = 0; p < settings->port.count; p++)
        for (size_t b = 0; b < settings->bind.count; b++)
            if (!add_places(service, settings->bind.items[b], settings->port.items[p], error))
                return false;
    return true;
}

/* Socket or pipe; or neither, where there is no handler. */
static bool choose_stdio(struct running_service *service, struct error *error)
{
    const struct service *settings = service->settings;
    bool has_programs = service_starts_programs(settings);
    bool has_workers = settings->workers > 0;
    bool has_handles = sockets_are_handles();

    service->is_piped =
        has_programs && !has_workers &&
        (settings->stdio == STDIO_PIPE ||
         (settings->stdio == STDIO_AUTO && (settings->needs_pipe != NULL || !has_handles)));
    service->is_overlapped = !has_programs || has_workers || service->is_piped;
    if (has_workers && settings->transfer == TRANSFER_DUPLICATEHANDLE && !has_handles)
        return error_set(error, "transfer = duplicatehandle cannot be: no TCP provider of this "
                                "system has sockets that are real file handles "
                                "(XP1_IFS_HANDLES); transfer = wsaduplicatesocket needs none") ||
               service_blame(settings, error);
    if (service->is_overlapped || has_handles)
        return true;
    error_set(error, "stdio = socket cannot be: no TCP provider of this system has sockets that "
                     "are real file handles (XP1_IFS_HANDLES), so no program can have one as its "
                     "standard input; a layered provider of a security product is the usual reason "
                     "('netsh winsock show catalog' lists them)");
    return service_blame(settings, error);
}

struct running_service *running_service_new(struct server *server, struct service *settings,
                                            const char *base, const char *environment,
                                            struct error *error)
{
    struct running_service *service = memory_zeroed(1, sizeof *service);

    service->server = server;
    service->settings = settings;
    service->room = worker_pool_room(settings);
    if ((!service_starts_programs(settings) ||
         handler_init(&service->handler, settings, environment, error) ||
         service_blame(settings, error)) &&
        choose_stdio(service, error) && read_banners(service, base, error) &&
        find_places(service, error)) {
        if (settings->prestart > 0)
            spares_prepare(service);
        return service;
    }
    running_service_free(service);
    return NULL;
}

bool running_services_new(struct server *server, struct config *config,
                          struct running_service **first, struct error *error)
{
    struct running_service **end = first;
    char *environment = environment_own_block();
    bool made = true;

    *first = NULL;
    for (size_t i = 0; made && i < config->service_count; i++) {
        *end = running_service_new(server, config_take_service(config, i), config->base,
                                   environment, error);
        made = *end != NULL;
        if (made)
            end = &(*end)->next;
    }
    free(environment);
    if (!made) {
        running_services_free(*first);
        *first = NULL;
    }
    return made;
}

/* --- what is counted of it */

static struct tally *find_tally(const struct server *server, const char *name)
{
    struct tally *tally = server->tallies;

    while (tally != NULL && strcmp(tally->name, name) != 0)
        tally = tally->next;
    return tally;
}

static struct tally *new_tally(struct server *server, const char *name)
{
    struct tally *tally = memory_zeroed(1, sizeof *tally);

    tally->server = server;
    tally->name = memory_copy(name);
    tally->number = server->next_number++;
    tally->next = server->tallies;
    server->tallies = tally;
    return tally;
}

static void leave_tally(struct running_service *service)
{
    struct tally *tally = service->tally;
    struct tally **place = &service->server->tallies;

    if (tally == NULL || --tally->users > 0)
        return;
    admission_end_tally(tally);
    while (*place != tally)
        place = &(*place)->next;
    *place = tally->next;
    free(tally->name);
    free(tally);
}

void running_service_begin(struct running_service *service)
{
    service->tally = find_tally(service->server, service->settings->name);
    if (service->tally == NULL)
        service->tally = new_tally(service->server, service->settings->name);
    service->tally->users++;
    service->tally->current = service;
    admission_begin(service);
    if (service->settings->workers > 0) {
        service->pool = worker_pool_new(service);
        worker_pool_look(service->pool);
    }
}

/* --- its end */

void running_service_free(struct running_service *service)
{
    timer_cancel(&service->server->loop, &service->spares.timer);
    worker_pool_free(service->pool);
    leave_tally(service);
    for (size_t i = 0; i < service->place_count; i++)
        free(service->listening[i].listener);
    free(service->listening);
    handler_free(&service->handler);
    banner_free(&service->banner);
    banner_free(&service->banner_fail);
    service_free(service->settings);
    free(service);
}

void running_services_free(struct running_service *first)
{
    while (first != NULL) {
        struct running_service *service = first;

        first = service->next;
        running_service_free(service);
    }
}

void running_service_retire(struct running_service *service)
{
    struct server *server = service->server;

    spares_close(service);
    service->is_retired = true;
    if (service->tally->current == service)
        service->tally->current = NULL;
    service->next = server->retired;
    server->retired = service;
    for (size_t i = 0; i < service->place_count; i++)
        if (service->listening[i].listener != NULL)
            accepting_end(service->listening[i].listener, true);
    running_service_look(service);
}

static bool has_listener(const struct running_service *service)
{
    for (size_t i = 0; i < service->place_count; i++)
        if (service->listening[i].listener != NULL)
            return true;
    return false;
}

bool running_service_is_expecting(const struct running_service *service)
{
    return service->waiting > 0 || has_listener(service);
}

void running_service_look(struct running_service *service)
{
    struct running_service **place = &service->server->retired;

    if (!service->is_retired)
        return;
    worker_pool_retire(service->pool);
    if (service->connections > 0 || service->spares.open > 0 || has_listener(service) ||
        worker_pool_is_open(service->pool))
        return;
    while (*place != service)
        place = &(*place)->next;
    *place = service->next;
    running_service_free(service);
}
