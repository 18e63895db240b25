#include "server/listener.h"

#include "windows/text.h"

#include <stddef.h>
#include <stdlib.h>

/* Accepting by AcceptEx: the next connection's socket is made beforehand, of the kind that is
   wanted, and a packet at the completion port says when it is connected. Several are asked for at a
   time where many come: with one, who comes while the loop has not dealt with the one before waits
   in the backlog, and Wine's server looks there in vain until the next is asked for. */

struct accept_request {
    struct operation operation;
    struct accept_request *next;
    struct listener *listener;
    bool is_posted;
    bool was_complete;   /* when mend last saw it */
    SOCKET socket;       /* what the next connection will be … */
    struct spare *spare; /* … and who holds it too, if anybody */
    char addresses[2 * (sizeof(struct sockaddr_storage) + 16)];
};

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

    if (!get_function(listener, accept_ex, &listener->accept_ex, sizeof listener->accept_ex) ||
        !get_function(listener, get_addresses, &listener->get_addresses,
                      sizeof listener->get_addresses))
        return error_winsock(error, "AcceptEx for %s is not to be had (try accept_with = accept)",
                             listener->text);
    return loop_associate(listener->loop, (HANDLE)listener->socket, error);
}

/* --- one request */

static void complete(struct operation *operation, DWORD bytes);

/* One that is not posted; NULL where there is no memory for another. */
static struct accept_request *free_request(struct listener *listener)
{
    struct accept_request *request = listener->requests;

    while (request != NULL && request->is_posted)
        request = request->next;
    if (request != NULL || (request = calloc(1, sizeof *request)) == NULL)
        return request;
    request->operation.complete = complete;
    request->listener = listener;
    request->socket = INVALID_SOCKET;
    request->next = listener->requests;
    listener->requests = request;
    return request;
}

static void drop_socket(struct accept_request *request)
{
    if (request->spare != NULL)
        request->listener->unused(request->spare); /* and it closes the socket */
    else
        closesocket(request->socket);
    request->spare = NULL;
    request->socket = INVALID_SOCKET;
}

/* With its socket. */
static bool post(struct accept_request *request)
{
    const DWORD address_size = sizeof request->addresses / 2;
    struct listener *listener = request->listener;
    DWORD received;

    request->was_complete = false;
    request->operation.overlapped = (OVERLAPPED){0};
    request->is_posted =
        listener->accept_ex(listener->socket, request->socket, request->addresses, 0, address_size,
                            address_size, &received, &request->operation.overlapped) ||
        WSAGetLastError() == ERROR_IO_PENDING;
    if (request->is_posted)
        listener->asked++;
    return request->is_posted;
}

static bool ask(struct listener *listener, struct error *error)
{
    struct accept_request *request = free_request(listener);

    if (request == NULL)
        return error_set(error, "there is no memory to accept the next connection at %s",
                         listener->text);
    if (listener->offer != NULL)
        request->spare = listener->offer(listener, &request->socket);
    if (request->spare != NULL && post(request))
        return true;
    if (request->spare != NULL)
        drop_socket(request); /* it goes without */
    request->socket = socket_create(listener->family, listener->overlapped);
    if (request->socket == INVALID_SOCKET)
        return error_winsock(error, "socket for the next connection at %s", listener->text);
    if (post(request))
        return true;
    error_winsock(error, "AcceptEx at %s", listener->text);
    drop_socket(request);
    return false;
}

/* Hands over the connected socket. False where the client was gone before it was accepted. */
static bool hand_over(struct accept_request *request)
{
    const DWORD address_size = sizeof request->addresses / 2;
    struct listener *listener = request->listener;
    struct arrival arrival = {.socket = request->socket, .spare = request->spare};
    struct sockaddr *local, *peer;
    int local_length, peer_length;

    if (setsockopt(arrival.socket, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT,
                   (const char *)&listener->socket, sizeof listener->socket) == SOCKET_ERROR)
        return false;
    listener->get_addresses(request->addresses, 0, address_size, address_size, &local,
                            &local_length, &peer, &peer_length);
    address_read(&arrival.local, local);
    address_read(&arrival.peer, peer);
    request->spare = NULL;
    listener->arrivals++;
    listener->arrived(listener, &arrival);
    return true;
}

/* A request that was cancelled comes back as failed. One that cannot be cancelled has had its
   connection, or its packet is lost: one more does no harm. */
static void cancel_all(struct listener *listener)
{
    for (struct accept_request *request = listener->requests; request != NULL;
         request = request->next)
        if (request->is_posted &&
            !CancelIoEx((HANDLE)listener->socket, &request->operation.overlapped))
            loop_post(listener->loop, &request->operation);
}

/* Takes one more from the backlog, or ends where nobody waits there. */
static void continue_closing(struct listener *listener)
{
    struct error ignored;

    if (listener->take_waiting && listener_has_waiting(listener) &&
        (listener->asked > 0 || ask(listener, &ignored)))
        return;
    if (listener->asked > 0)
        cancel_all(listener);
    else
        listener_finish(listener);
}

/* Nobody has come: the request was cancelled, or its client was gone before it was accepted. At
   once, whatever the reason: a client that resets must not keep the others waiting. */
static void ask_anew(struct accept_request *request)
{
    struct listener *listener = request->listener;
    struct error error;

    drop_socket(request);
    if (listener->asked == 0 && !listener->closing && !ask(listener, &error))
        listener->starved(listener, &error);
}

static void complete(struct operation *operation, DWORD bytes)
{
    struct accept_request *request = CONTAINER(operation, struct accept_request, operation);
    struct listener *listener = request->listener;
    int code = 0;
    DWORD flags;

    (void)bytes;
    if (request->is_posted &&
        !WSAGetOverlappedResult(listener->socket, &operation->overlapped, &bytes, FALSE, &flags))
        code = WSAGetLastError();
    if (!request->is_posted || code == WSA_IO_INCOMPLETE)
        return; /* the packet of mend, and the request's own has come after all */
    request->is_posted = false;
    listener->asked--;
    if (code != 0 || !hand_over(request))
        ask_anew(request);
    if (listener->closing)
        continue_closing(listener);
}

/* --- for the listener */

/* One whose packet should have come a second ago. */
static bool mend(struct listener *listener)
{
    bool mended = false;

    for (struct accept_request *request = listener->requests; request != NULL;
         request = request->next) {
        bool is_complete =
            request->is_posted && HasOverlappedIoCompleted(&request->operation.overlapped);

        if (is_complete && request->was_complete) {
            loop_post(listener->loop, &request->operation);
            mended = true;
        }
        request->was_complete = is_complete;
    }
    return mended;
}

static bool has_spare(const struct listener *listener)
{
    const struct accept_request *request = listener->requests;

    while (request != NULL && (!request->is_posted || request->spare == NULL))
        request = request->next;
    return request != NULL;
}

static void stop(struct listener *listener)
{
    if (listener->asked == 0)
        continue_closing(listener);
    else if (!listener->take_waiting || !listener_has_waiting(listener))
        cancel_all(listener);
}

static void free_requests(struct listener *listener)
{
    while (listener->requests != NULL) {
        struct accept_request *request = listener->requests;

        listener->requests = request->next;
        free(request);
    }
}

const struct accept_method accept_by_acceptex = {.overlapped = true,
                                                 .most = LISTENER_ASKS_AT_MOST,
                                                 .prepare = prepare,
                                                 .ask = ask,
                                                 .has_spare = has_spare,
                                                 .mend = mend,
                                                 .revive = cancel_all,
                                                 .withdraw = cancel_all,
                                                 .close = stop,
                                                 .free = free_requests};
