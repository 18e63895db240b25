#include "server/listener.h"

#include "windows/text.h"

#include <stdio.h>
#include <string.h>

static bool fail_bind(const struct listener *listener, struct error *error)
{
    int code = WSAGetLastError();
    const char *hint = "";

    if (code == WSAEACCES)
        hint = " It is taken by another program, or in an excluded port range "
               "('netsh int ip show excludedportrange tcp' lists those).";
    else if (code == WSAEADDRINUSE)
        hint = " Another program listens there ('netstat -ano' shows which), or this server runs "
               "already.";
    else if (code == WSAEADDRNOTAVAIL)
        hint = " No interface of this machine has that address.";
    error_code(error, (DWORD)code, "bind %s", listener->text);
    size_t used = strlen(error->text);
    snprintf(error->text + used, sizeof error->text - used, "%s", hint);
    return false;
}

/* Windows takes more than its usual 200 only as SOMAXCONN_HINT. */
static int backlog_value(uint64_t backlog)
{
    return backlog <= 200 ? (int)backlog : -(int)(backlog < 65535 ? backlog : 65535);
}

static bool open_socket(struct listener *listener, const struct listener_place *place,
                        struct error *error)
{
    BOOL exclusive = TRUE;

    listener->family = place->storage.ss_family;
    listener->socket =
        socket_create(listener->family, listener->method->overlapped || listener->overlapped);
    if (listener->socket == INVALID_SOCKET)
        return error_winsock(error, "socket for %s", listener->text);
    if (setsockopt(listener->socket, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, (const char *)&exclusive,
                   sizeof exclusive) == SOCKET_ERROR)
        return error_winsock(error, "setsockopt SO_EXCLUSIVEADDRUSE for %s", listener->text);
    if (listener->family == AF_INET6 && !socket_set_v6only(listener->socket, !place->any))
        return error_winsock(error, "setsockopt IPV6_V6ONLY for %s", listener->text);
    return true;
}

void listener_set_nodelay(const struct listener *listener, bool on)
{
    socket_set_nodelay(listener->socket, on);
}

static void close_socket(struct listener *listener)
{
    if (listener->socket != INVALID_SOCKET)
        closesocket(listener->socket);
    listener->socket = INVALID_SOCKET;
}

bool listener_open(struct listener *listener, struct loop *loop, const struct listener_place *place,
                   const struct service *service, enum accept_with accept_with, struct error *error)
{
    struct listener_place bound = *place;
    int code;

    listener->loop = loop;
    listener->socket = INVALID_SOCKET;
    listener->method = accept_with == ACCEPT_WITH_ACCEPT ? &accept_by_accept : &accept_by_acceptex;
    listener_place_text(place, listener->text);
    if (!open_socket(listener, place, error))
        goto failed;
    if (service->nodelay)
        listener_set_nodelay(listener, true);
    if (bind(listener->socket, (const struct sockaddr *)&place->storage, place->length) ==
        SOCKET_ERROR) {
        fail_bind(listener, error);
        goto failed;
    }
    if (listen(listener->socket, backlog_value(service->backlog)) == SOCKET_ERROR) {
        error_winsock(error, "listen %s", listener->text);
        goto failed;
    }
    if (getsockname(listener->socket, (struct sockaddr *)&bound.storage, &bound.length) ==
        SOCKET_ERROR) {
        error_winsock(error, "getsockname %s", listener->text);
        goto failed;
    }
    address_read(&listener->address, (const struct sockaddr *)&bound.storage);
    listener_place_text(&bound, listener->text);
    if (listener->method->prepare(listener, error))
        return true;
failed:
    code = WSAGetLastError();
    close_socket(listener);
    WSASetLastError(code);
    return false;
}

bool listener_ask(struct listener *listener, struct error *error)
{
    if (listener->asked > 0 || listener->closing)
        return true;
    return listener->method->ask(listener, error);
}

void listener_ask_more(struct listener *listener)
{
    struct error ignored;

    while (!listener->closing && listener->asked < listener->method->most &&
           listener->method->ask(listener, &ignored))
        ;
}

void listener_ask_anew(struct listener *listener)
{
    if (listener->asked > 0 && !listener->closing)
        listener->method->withdraw(listener);
}

bool listener_has_spare(const struct listener *listener)
{
    return listener->method->has_spare(listener);
}

bool listener_mend(struct listener *listener, bool somebody_waits)
{
    bool lost = somebody_waits && listener->arrivals_seen == listener->arrivals + 1;
    bool mended = listener->method->mend(listener);

    listener->arrivals_seen = somebody_waits ? listener->arrivals + 1 : 0;
    if (lost && !mended)
        listener->method->revive(listener);
    return lost || mended;
}

void listener_close(struct listener *listener, bool take_waiting)
{
    bool begin = !listener->closing;

    listener->take_waiting = take_waiting && (begin || listener->take_waiting);
    listener->closing = true;
    if (begin || listener->asked > 0)
        listener->method->close(listener);
}

bool listener_has_waiting(const struct listener *listener)
{
    struct timeval now = {0, 0};
    fd_set readable;

    FD_ZERO(&readable);
    FD_SET(listener->socket, &readable);
    return select(0, &readable, NULL, NULL, &now) > 0;
}

static void on_last(struct operation *operation, DWORD bytes)
{
    struct listener *listener = CONTAINER(operation, struct listener, last);

    (void)bytes;
    if (listener->method->free != NULL)
        listener->method->free(listener);
    listener->closed(listener);
}

void listener_finish(struct listener *listener)
{
    close_socket(listener);
    listener->last.complete = on_last;
    loop_post(listener->loop, &listener->last);
}
