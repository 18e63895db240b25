#include "server/listener.h"

#include "windows/text.h"

#include <stddef.h>

/* Accepting by AcceptEx: the next connection's socket is made beforehand, of the kind that is
   wanted, and a packet at the completion port says when it is connected. */

static void complete(struct operation *operation, DWORD bytes);

/* The provider's own functions; those that mswsock.dll exports do not work under Wine. */
static bool get_function(const struct listener *listener, GUID id, void *function, DWORD size)
{
    DWORD returned;

    return WSAIoctl(listener->socket, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof id, function,
                    size, &returned, NULL, NULL) != SOCKET_ERROR;
}

static bool prepare(struct listener *listener, struct error *error)
{
    GUID accept_ex = WSAID_ACCEPTEX;
    GUID get_addresses = WSAID_GETACCEPTEXSOCKADDRS;

    listener->accepting.complete = complete;
    if (!get_function(listener, accept_ex, &listener->accept_ex, sizeof listener->accept_ex) ||
        !get_function(listener, get_addresses, &listener->get_addresses,
                      sizeof listener->get_addresses))
        return error_winsock(error, "AcceptEx for %s is not to be had (try accept_with = accept)",
                             listener->text);
    return loop_associate(listener->loop, (HANDLE)listener->socket, error);
}

static void drop_socket(struct listener *listener)
{
    if (listener->spare != NULL)
        listener->unused(listener->spare); /* and it closes the socket */
    else
        closesocket(listener->accept_socket);
    listener->spare = NULL;
    listener->accept_socket = INVALID_SOCKET;
}

/* With accept_socket. */
static bool post(struct listener *listener)
{
    const DWORD address_size = sizeof listener->addresses / 2;
    DWORD received;

    listener->accepting.overlapped = (OVERLAPPED){0};
    listener->asking = listener->accept_ex(listener->socket, listener->accept_socket,
                                           listener->addresses, 0, address_size, address_size,
                                           &received, &listener->accepting.overlapped) ||
                       WSAGetLastError() == ERROR_IO_PENDING;
    return listener->asking;
}

static bool ask(struct listener *listener, struct error *error)
{
    if (listener->offer != NULL)
        listener->spare = listener->offer(listener, &listener->accept_socket);
    if (listener->spare != NULL && post(listener))
        return true;
    if (listener->spare != NULL)
        drop_socket(listener); /* it goes without */
    listener->accept_socket = socket_create(listener->family, listener->overlapped);
    if (listener->accept_socket == INVALID_SOCKET)
        return error_winsock(error, "socket for the next connection at %s", listener->text);
    if (post(listener))
        return true;
    error_winsock(error, "AcceptEx at %s", listener->text);
    drop_socket(listener);
    return false;
}

/* Hands over the connected socket. False where the client was gone before it was accepted. */
static bool hand_over(struct listener *listener)
{
    const DWORD address_size = sizeof listener->addresses / 2;
    struct arrival arrival = {.socket = listener->accept_socket, .spare = listener->spare};
    struct sockaddr *local, *peer;
    int local_length, peer_length;

    if (setsockopt(arrival.socket, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT,
                   (const char *)&listener->socket, sizeof listener->socket) == SOCKET_ERROR)
        return false;
    listener->get_addresses(listener->addresses, 0, address_size, address_size, &local,
                            &local_length, &peer, &peer_length);
    address_read(&arrival.local, local);
    address_read(&arrival.peer, peer);
    listener->spare = NULL;
    listener->arrivals++;
    listener->arrived(listener, &arrival);
    return true;
}

/* Takes one more from the backlog, or ends where nobody waits there. */
static void continue_closing(struct listener *listener)
{
    struct error ignored;

    if (!listener->take_waiting || !listener_has_waiting(listener) || !ask(listener, &ignored))
        listener_finish(listener);
}

/* Nobody has come: the request was cancelled, or its client was gone before it was accepted. At
   once, whatever the reason: a client that resets must not keep the others waiting. */
static void ask_anew(struct listener *listener)
{
    struct error error;

    drop_socket(listener);
    if (!listener->closing && !ask(listener, &error))
        listener->starved(listener, &error);
}

static void complete(struct operation *operation, DWORD bytes)
{
    struct listener *listener = CONTAINER(operation, struct listener, accepting);
    int code = 0;
    DWORD flags;

    (void)bytes;
    if (listener->asking &&
        !WSAGetOverlappedResult(listener->socket, &operation->overlapped, &bytes, FALSE, &flags))
        code = WSAGetLastError();
    if (!listener->asking || code == WSA_IO_INCOMPLETE)
        return; /* the packet of revive, and the request's own has come after all */
    listener->asking = false;
    if (code != 0 || !hand_over(listener))
        ask_anew(listener);
    if (listener->closing)
        continue_closing(listener);
}

static bool has_connection(const struct listener *listener)
{
    return HasOverlappedIoCompleted(&listener->accepting.overlapped);
}

/* A request that was cancelled comes back as failed, and complete asks anew. One that cannot be
   cancelled has had its connection, so it is the packet that is lost. */
static void revive(struct listener *listener)
{
    if (!CancelIoEx((HANDLE)listener->socket, &listener->accepting.overlapped))
        loop_post(listener->loop, &listener->accepting);
}

/* Where it cannot be cancelled any more, somebody has come. */
static void withdraw(struct listener *listener)
{
    CancelIoEx((HANDLE)listener->socket, &listener->accepting.overlapped);
}

static void stop(struct listener *listener)
{
    if (!listener->asking)
        continue_closing(listener);
    else if (!listener->take_waiting || !listener_has_waiting(listener))
        revive(listener);
}

const struct accept_method accept_by_acceptex = {.overlapped = true,
                                                 .prepare = prepare,
                                                 .ask = ask,
                                                 .has_connection = has_connection,
                                                 .revive = revive,
                                                 .withdraw = withdraw,
                                                 .close = stop};
