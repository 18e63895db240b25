#include "server/connection_redirect.h"

#include "core/redirect_target.h"
#include "server/connection_finish.h"
#include "server/connection_serving.h"
#include "windows/clock.h"
#include "windows/text.h"

#include <mswsock.h>
#include <stdio.h>
#include <stdlib.h>

enum { CONNECT_MS = 10000, LOOK_UP_THREADS = 2 };

bool connection_is_redirect(const struct connection *connection)
{
    return connection->service->settings->redirect != NULL;
}

/* --- its end before it is served */

static void release(struct connection *connection)
{
    if (connection->redirecting.addresses != NULL)
        FreeAddrInfoW(connection->redirecting.addresses);
    connection->redirecting.addresses = NULL;
}

static void give_up(struct connection *connection)
{
    release(connection);
    free(connection->relay);
    connection->relay = NULL;
    if (connection->redirecting.is_late)
        error_set(&connection->failure.error, "no connection to %s within %d s",
                  connection->service->settings->redirect, CONNECT_MS / 1000);
    if (!connection->must_end)
        connection_failed(connection);
    connection_ended(connection, NULL);
}

static bool is_over(const struct connection *connection)
{
    return connection->must_end || connection->redirecting.is_late;
}

/* --- connecting */

static void describe(const ADDRINFOW *address, char text[ADDRESS_TEXT_SIZE])
{
    struct address read;

    address_read(&read, address->ai_addr);
    address_text(&read, text);
}

static void succeed(struct connection *connection)
{
    struct redirecting *redirecting = &connection->redirecting;
    char text[ADDRESS_TEXT_SIZE];
    char detail[ADDRESS_TEXT_SIZE + 20];

    describe(redirecting->tried, text);
    snprintf(detail, sizeof detail, "redirect to %s", text);
    setsockopt(redirecting->peer, SOL_SOCKET, SO_UPDATE_CONNECT_CONTEXT, NULL, 0);
    service_set_socket_options(connection->service->settings, redirecting->peer);
    connection->relay->peer = redirecting->peer;
    connection->relay->has_peer = true;
    release(connection);
    timer_cancel(&connection_server(connection)->loop, &connection->timer);
    connection->launched = true;
    connection_begun(connection, detail);
    connection_begin_relay(connection);
    connection_limit_time(connection);
}

/* Of the provider itself, as those of AcceptEx. */
static bool call_connect_ex(struct redirecting *redirecting, const ADDRINFOW *address)
{
    GUID id = WSAID_CONNECTEX;
    LPFN_CONNECTEX connect_ex;
    DWORD size;

    return WSAIoctl(redirecting->peer, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof id,
                    &connect_ex, sizeof connect_ex, &size, NULL, NULL) == 0 &&
           (connect_ex(redirecting->peer, address->ai_addr, (int)address->ai_addrlen, NULL, 0, NULL,
                       &redirecting->connecting.overlapped) ||
            WSAGetLastError() == ERROR_IO_PENDING);
}

/* ConnectEx wants a socket that is bound, to any address of its family. */
static bool begin_connecting(struct connection *connection, const ADDRINFOW *address)
{
    struct redirecting *redirecting = &connection->redirecting;
    SOCKADDR_INET any = {.si_family = (ADDRESS_FAMILY)address->ai_family};
    struct error *error = &connection->failure.error;
    char text[ADDRESS_TEXT_SIZE];

    describe(address, text);
    redirecting->peer = socket_create(address->ai_family, true);
    if (redirecting->peer == INVALID_SOCKET)
        return error_winsock(error, "socket for %s", text);
    redirecting->connecting.overlapped = (OVERLAPPED){0};
    if (bind(redirecting->peer, (struct sockaddr *)&any, (int)address->ai_addrlen) == SOCKET_ERROR)
        error_winsock(error, "bind of the socket for %s", text);
    else if (!loop_associate(&connection_server(connection)->loop, (HANDLE)redirecting->peer,
                             error))
        ;
    else if (!call_connect_ex(redirecting, address))
        error_winsock(error, "connect to %s", text);
    else
        return true;
    closesocket(redirecting->peer);
    return false;
}

static void try_next(struct connection *connection)
{
    struct redirecting *redirecting = &connection->redirecting;

    while (redirecting->next != NULL && !is_over(connection)) {
        redirecting->tried = redirecting->next;
        redirecting->next = redirecting->next->ai_next;
        redirecting->is_connecting = begin_connecting(connection, redirecting->tried);
        if (redirecting->is_connecting)
            return;
    }
    give_up(connection);
}

static void on_connected(struct operation *operation, DWORD bytes)
{
    struct redirecting *redirecting = CONTAINER(operation, struct redirecting, connecting);
    struct connection *connection = CONTAINER(redirecting, struct connection, redirecting);
    char text[ADDRESS_TEXT_SIZE];
    DWORD flags;

    redirecting->is_connecting = false;
    bool good =
        WSAGetOverlappedResult(redirecting->peer, &operation->overlapped, &bytes, FALSE, &flags);
    if (good && !is_over(connection)) {
        succeed(connection);
        return;
    }
    describe(redirecting->tried, text);
    if (!is_over(connection))
        error_winsock(&connection->failure.error, "connect to %s", text);
    closesocket(redirecting->peer);
    try_next(connection);
}

/* --- the name */

static void run_look_up(struct spawn_task *task)
{
    struct connection *connection = CONTAINER(task, struct connection, task);
    struct redirect_target target;

    if (redirect_target_parse(connection->service->settings->redirect, &target,
                              &connection->failure.error))
        socket_resolve(target.host, target.port, false, &connection->redirecting.addresses,
                       &connection->failure.error);
}

static void on_looked_up(struct spawn_task *task)
{
    struct connection *connection = CONTAINER(task, struct connection, task);

    connection->redirecting.next = connection->redirecting.addresses;
    try_next(connection);
}

static void look_up(struct connection *connection)
{
    struct server *server = connection_server(connection);

    if (server->look_ups == NULL)
        server->look_ups =
            spawner_start(&server->loop, LOOK_UP_THREADS, &connection->failure.error);
    if (server->look_ups == NULL) {
        give_up(connection);
        return;
    }
    connection->task.run = run_look_up;
    connection->task.done = on_looked_up;
    spawner_submit(server->look_ups, &connection->task);
}

void connection_redirect(struct connection *connection)
{
    const struct service *settings = connection->service->settings;
    struct error *error = &connection->failure.error;
    struct redirect_target target;

    connection->state = CONNECTION_LAUNCHING;
    connection->launch_began_ticks = clock_ticks();
    connection->redirecting.connecting.complete = on_connected;
    service_set_socket_options(settings, connection->socket);
    timer_set(&connection_server(connection)->loop, &connection->timer, CONNECT_MS);
    connection->relay = relay_new();
    if (connection->relay == NULL) {
        error_code(error, ERROR_NOT_ENOUGH_MEMORY, "calloc of a relay");
        give_up(connection);
    } else if (redirect_target_parse(settings->redirect, &target, error) &&
               socket_resolve(target.host, target.port, true, &connection->redirecting.addresses,
                              error)) {
        connection->redirecting.next = connection->redirecting.addresses;
        try_next(connection);
    } else {
        look_up(connection);
    }
}

/* --- until then */

static void stop_connecting(struct connection *connection)
{
    struct redirecting *redirecting = &connection->redirecting;

    if (redirecting->is_connecting)
        CancelIoEx((HANDLE)redirecting->peer, &redirecting->connecting.overlapped);
}

void connection_redirect_is_late(struct connection *connection)
{
    connection->redirecting.is_late = true; /* a look-up cannot be cut short */
    stop_connecting(connection);
}

void connection_redirect_cancel(struct connection *connection, const char *reason)
{
    connection->must_end = true;
    connection_give_reason(connection, reason);
    stop_connecting(connection);
}
