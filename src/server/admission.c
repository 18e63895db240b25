#include "server/admission.h"

#include <stdio.h>

static bool has_room(const struct running_service *service)
{
    return service->live < service->settings->instances &&
           service->server->live < service->server->config->instances;
}

bool admission_is_open(const struct running_service *service)
{
    const struct server *server = service->server;

    if (server->phase != PHASE_RUNNING)
        return false;
    /* overload = refuse: whoever is too many must be accepted to be refused */
    return service->settings->overload == OVERLOAD_REFUSE ||
           (service->live + service->waiting < service->settings->instances &&
            server->live + server->waiting < server->config->instances);
}

static void admit(struct connection *connection)
{
    connection->service->live++;
    connection->service->server->live++;
    connection_launch(connection);
}

static void enqueue(struct connection *connection)
{
    struct server *server = connection->service->server;

    connection->next_waiting = NULL;
    *server->end_of_waiting = connection;
    server->end_of_waiting = &connection->next_waiting;
    connection->service->waiting++;
    server->waiting++;
}

static void dequeue(struct connection **place)
{
    struct connection *connection = *place;
    struct server *server = connection->service->server;

    *place = connection->next_waiting;
    if (server->end_of_waiting == &connection->next_waiting)
        server->end_of_waiting = place;
    connection->service->waiting--;
    server->waiting--;
}

static void refuse(struct connection *connection)
{
    const struct running_service *service = connection->service;
    char reason[100];

    if (service->live >= service->settings->instances)
        snprintf(reason, sizeof reason, "instances: %llu connections to this service are open",
                 (unsigned long long)service->live);
    else
        snprintf(reason, sizeof reason, "instances: %llu connections to this server are open",
                 (unsigned long long)service->server->live);
    connection_refuse(connection, reason);
}

/* Whether access_times hold this minute, where this machine stands: daylight saving included. */
static bool is_time(const struct service *settings, unsigned *minute)
{
    SYSTEMTIME now;

    if (settings->access_times.count == 0)
        return true;
    GetLocalTime(&now);
    *minute = now.wHour * 60U + now.wMinute;
    return day_times_hold(&settings->access_times, *minute);
}

/* Refuses whom the rules keep out, whatever room there is. */
static bool may_come(struct connection *connection)
{
    const struct service *settings = connection->service->settings;
    const char *entry;
    unsigned minute;
    char reason[400];

    if (!access_allows(&settings->access, &connection->peer.number, &entry))
        snprintf(
            reason, sizeof reason, "%s%s",
            entry == NULL ? "only_from: not named" : "no_access: ", entry == NULL ? "" : entry);
    else if (!is_time(settings, &minute))
        snprintf(reason, sizeof reason, "access_times: not at %02u:%02u", minute / 60, minute % 60);
    else
        return true;
    connection_refuse(connection, reason);
    return false;
}

void admission_arrive(struct connection *connection)
{
    if (!may_come(connection))
        return;
    if (connection->service->waiting == 0 && has_room(connection->service))
        admit(connection);
    else if (connection->service->settings->overload == OVERLOAD_REFUSE)
        refuse(connection);
    else
        enqueue(connection);
}

void admission_forget(struct connection *connection)
{
    struct connection **place = &connection->service->server->first_waiting;

    while (*place != NULL && *place != connection)
        place = &(*place)->next_waiting;
    if (*place != NULL)
        dequeue(place);
}

void admission_leave(struct connection *connection)
{
    struct server *server = connection->service->server;
    struct connection **place = &server->first_waiting;

    connection->service->live--;
    server->live--;
    while (*place != NULL && server->live < server->config->instances) {
        struct connection *next = *place;

        if (has_room(next->service)) {
            dequeue(place);
            admit(next);
        } else {
            place = &next->next_waiting;
        }
    }
    admission_ask(server);
}

size_t admission_ask(struct server *server)
{
    struct listener **place = &server->idle_listeners;
    size_t asked = 0;
    struct error ignored;

    while (*place != NULL) {
        struct listener *listener = *place;

        if (admission_is_open(listener->owner) && listener_ask(listener, &ignored)) {
            *place = listener->next_idle;
            listener->next_idle = NULL;
            asked++;
        } else {
            place = &listener->next_idle;
        }
    }
    return asked;
}
