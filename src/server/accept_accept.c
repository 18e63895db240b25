#include "server/listener.h"

#include "windows/text.h"

#include <stddef.h>

/* Accepting by accept(), for machines on which a security product breaks AcceptEx: an event says
   that somebody waits. What it accepts is overlapped or not as the listening socket is. */

static void CALLBACK on_event(void *parameter, BOOLEAN timed_out)
{
    struct listener *listener = parameter;

    (void)timed_out;
    loop_post(listener->loop, &listener->accepting);
}

static void look(struct operation *operation, DWORD bytes);

static bool prepare(struct listener *listener, struct error *error)
{
    listener->accepting.complete = look;
    listener->event = CreateEventW(NULL, FALSE, FALSE, NULL);
    if (listener->event == NULL)
        return error_windows(error, "CreateEvent for %s", listener->text);
    if (WSAEventSelect(listener->socket, listener->event, FD_ACCEPT) == SOCKET_ERROR)
        error_winsock(error, "WSAEventSelect for %s", listener->text);
    else if (!RegisterWaitForSingleObject(&listener->wait, listener->event, on_event, listener,
                                          INFINITE, WT_EXECUTEINWAITTHREAD))
        error_windows(error, "RegisterWaitForSingleObject for %s", listener->text);
    else
        return true;
    CloseHandle(listener->event);
    return false;
}

/* The event only says that it is worth looking; a connection may have waited since before it was
   asked for. */
static bool ask(struct listener *listener, struct error *error)
{
    if (!loop_post(listener->loop, &listener->accepting))
        return error_windows(error, "PostQueuedCompletionStatus for %s", listener->text);
    listener->asked = 1;
    return true;
}

/* Takes one connection and hands it over. Returns false where none can be taken now. */
static bool take(struct listener *listener)
{
    struct sockaddr_storage name;
    int length = sizeof name;
    u_long nonblocking = 0;
    struct arrival arrival = {.socket =
                                  accept(listener->socket, (struct sockaddr *)&name, &length)};

    if (arrival.socket == INVALID_SOCKET)
        return WSAGetLastError() == WSAECONNRESET; /* that client is gone, another may wait */
    listener->asked = 0;
    address_read(&arrival.peer, (const struct sockaddr *)&name);
    length = sizeof name;
    if (!SetHandleInformation((HANDLE)arrival.socket, HANDLE_FLAG_INHERIT, 0) ||
        WSAEventSelect(arrival.socket, NULL, 0) == SOCKET_ERROR ||
        ioctlsocket(arrival.socket, (long)FIONBIO, &nonblocking) == SOCKET_ERROR ||
        getsockname(arrival.socket, (struct sockaddr *)&name, &length) == SOCKET_ERROR) {
        closesocket(arrival.socket);
        listener->asked = 1;
        return true;
    }
    address_read(&arrival.local, (const struct sockaddr *)&name);
    listener->arrivals++;
    listener->arrived(listener, &arrival);
    return true;
}

static void look(struct operation *operation, DWORD bytes)
{
    struct listener *listener = CONTAINER(operation, struct listener, accepting);

    (void)bytes;
    while (listener->asked > 0 && !listener->closing && take(listener))
        ;
}

/* No socket has been made yet, and who has come is in the backlog until it is taken. */
static bool has_none(const struct listener *listener)
{
    (void)listener;
    return false;
}

static bool mend(struct listener *listener)
{
    (void)listener;
    return false;
}

static void revive(struct listener *listener)
{
    loop_post(listener->loop, &listener->accepting);
}

static void withdraw(struct listener *listener)
{
    (void)listener;
}

static void stop(struct listener *listener)
{
    while (listener->take_waiting && take(listener))
        ;
    listener->asked = 0;
    WSAEventSelect(listener->socket, NULL, 0);
    UnregisterWaitEx(listener->wait, INVALID_HANDLE_VALUE);
    CloseHandle(listener->event);
    listener_finish(listener);
}

const struct accept_method accept_by_accept = {.overlapped = false,
                                               .most = 1,
                                               .prepare = prepare,
                                               .ask = ask,
                                               .has_spare = has_none,
                                               .mend = mend,
                                               .revive = revive,
                                               .withdraw = withdraw,
                                               .close = stop};
