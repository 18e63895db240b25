#include "server/listener.h"

#include "core/memory.h"
#include "windows/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool set_v6only(SOCKET socket, bool only)
{
    DWORD value = only;

    return setsockopt(socket, IPPROTO_IPV6, IPV6_V6ONLY, (const char *)&value, sizeof value) !=
           SOCKET_ERROR;
}

/* Whether this machine can have one socket for IPv4 and IPv6. */
static bool has_dual_stack(void)
{
    SOCKET probe = socket_create(AF_INET6, false);

    if (probe == INVALID_SOCKET)
        return false;
    bool has = set_v6only(probe, false);
    closesocket(probe);
    return has;
}

/* All addresses: by one dual-stack socket, by 0.0.0.0 alone where there is no IPv6. */
static void place_everywhere(struct listener_place *place, uint16_t port)
{
    memset(place, 0, sizeof *place);
    place->any = true;
    if (has_dual_stack()) {
        struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&place->storage;

        in6->sin6_family = AF_INET6;
        in6->sin6_port = htons(port);
        place->length = sizeof *in6;
    } else {
        struct sockaddr_in *in = (struct sockaddr_in *)&place->storage;

        in->sin_family = AF_INET;
        in->sin_port = htons(port);
        place->length = sizeof *in;
    }
}

static bool place_known(const struct listener_place *places, size_t count, const ADDRINFOW *entry)
{
    for (size_t i = 0; i < count; i++)
        if ((size_t)places[i].length == entry->ai_addrlen &&
            memcmp(&places[i].storage, entry->ai_addr, entry->ai_addrlen) == 0)
            return true;
    return false;
}

bool listener_resolve(const char *bind, uint16_t port, struct listener_place **places,
                      size_t *count, struct error *error)
{
    ADDRINFOW hints = {.ai_flags = AI_PASSIVE, .ai_socktype = SOCK_STREAM};
    ADDRINFOW *entries = NULL;
    wchar_t service[8];

    *count = 0;
    *places = NULL;
    if (strcmp(bind, "*") == 0) {
        *places = memory_zeroed(1, sizeof **places);
        *count = 1;
        place_everywhere(*places, port);
        return true;
    }
    wchar_t *name = wide_from_utf8(bind);
    swprintf(service, ARRAYSIZE(service), L"%u", port);
    int code = GetAddrInfoW(name, service, &hints, &entries);
    free(name);
    if (code != 0)
        return error_code(error, (DWORD)code, "bind = %s: look-up", bind);
    for (const ADDRINFOW *entry = entries; entry != NULL; entry = entry->ai_next) {
        if ((entry->ai_family != AF_INET && entry->ai_family != AF_INET6) ||
            place_known(*places, *count, entry))
            continue;
        *places = memory_grow(*places, *count + 1, sizeof **places);
        struct listener_place *place = &(*places)[(*count)++];
        memset(place, 0, sizeof *place);
        memcpy(&place->storage, entry->ai_addr, entry->ai_addrlen);
        place->length = (int)entry->ai_addrlen;
    }
    FreeAddrInfoW(entries);
    return *count > 0 ||
           error_set(error, "bind = %s has neither an IPv4 nor an IPv6 address", bind);
}

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
    listener->socket = socket_create(listener->family, listener->method->overlapped);
    if (listener->socket == INVALID_SOCKET)
        return error_winsock(error, "socket for %s", listener->text);
    if (setsockopt(listener->socket, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, (const char *)&exclusive,
                   sizeof exclusive) == SOCKET_ERROR)
        return error_winsock(error, "setsockopt SO_EXCLUSIVEADDRUSE for %s", listener->text);
    if (listener->family == AF_INET6 && !set_v6only(listener->socket, !place->any))
        return error_winsock(error, "setsockopt IPV6_V6ONLY for %s", listener->text);
    return true;
}

static void set_text(struct listener *listener, const struct sockaddr *name, bool any)
{
    address_read(&listener->address, name);
    if (any)
        snprintf(listener->text, sizeof listener->text, "*:%u", listener->address.port);
    else
        address_text(&listener->address, listener->text);
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
    struct sockaddr_storage bound;
    int length = sizeof bound;

    listener->loop = loop;
    listener->socket = INVALID_SOCKET;
    listener->accept_socket = INVALID_SOCKET;
    listener->method = accept_with == ACCEPT_WITH_ACCEPT ? &accept_by_accept : &accept_by_acceptex;
    set_text(listener, (const struct sockaddr *)&place->storage, place->any);
    if (!open_socket(listener, place, error))
        goto failed;
    if (bind(listener->socket, (const struct sockaddr *)&place->storage, place->length) ==
        SOCKET_ERROR) {
        fail_bind(listener, error);
        goto failed;
    }
    if (listen(listener->socket, backlog_value(service->backlog)) == SOCKET_ERROR) {
        error_winsock(error, "listen %s", listener->text);
        goto failed;
    }
    if (getsockname(listener->socket, (struct sockaddr *)&bound, &length) == SOCKET_ERROR) {
        error_winsock(error, "getsockname %s", listener->text);
        goto failed;
    }
    set_text(listener, (const struct sockaddr *)&bound, place->any);
    if (listener->method->prepare(listener, error))
        return true;
failed:
    close_socket(listener);
    return false;
}

bool listener_ask(struct listener *listener, struct error *error)
{
    if (listener->asking || listener->closing)
        return true;
    return listener->method->ask(listener, error);
}

bool listener_mend(struct listener *listener, bool somebody_waits)
{
    bool overdue = somebody_waits || listener->method->has_connection(listener);
    bool lost = overdue && listener->arrivals_seen == listener->arrivals + 1;

    listener->arrivals_seen = overdue ? listener->arrivals + 1 : 0;
    if (lost)
        listener->method->revive(listener);
    return lost;
}

void listener_close(struct listener *listener, bool take_waiting)
{
    bool begin = !listener->closing;

    listener->take_waiting = take_waiting && (begin || listener->take_waiting);
    listener->closing = true;
    if (begin || listener->asking)
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
    listener->closed(listener);
}

void listener_finish(struct listener *listener)
{
    close_socket(listener);
    listener->last.complete = on_last;
    loop_post(listener->loop, &listener->last);
}
