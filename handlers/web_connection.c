#include "web_connection.h"

#include <stdlib.h>

#define DRAIN_MS  5000 /* for the client to close its side, after all is sent */
#define FINISH_MS 2000 /* for the first request on a new connection, while the process ends */

struct web_connection *web_connection_new(const struct web_settings *settings)
{
    /* Not calloc: most of it is buffers. */
    struct web_connection *connection = malloc(sizeof *connection);

    if (connection == NULL)
        return NULL;
    connection->next = NULL;
    connection->link = NULL;
    connection->settings = settings;
    connection->socket = INVALID_SOCKET;
    connection->is_worker = false;
    connection->is_attached = false;
    connection->state = WEB_SENDING; /* nothing is under way that could be cancelled */
    connection->waiting_since_ms = 0;
    connection->was_idle = false;
    connection->is_late = false;
    connection->is_cancelled = false;
    http_session_begin(&connection->session, &settings->root, settings->requests);
    return connection;
}

/* The socket's end is worker_done's business where it came from the server, which lingers. */
static bool end(struct web_connection *connection)
{
    http_session_end(&connection->session);
    if (connection->is_worker)
        worker_done(&connection->worker);
    else
        closesocket(connection->socket);
    connection->socket = INVALID_SOCKET;
    return false;
}

/* --- what can be under way: each function begins it, and returns false where it fails at once */

static bool is_under_way(int result)
{
    return result == 0 || WSAGetLastError() == WSA_IO_PENDING;
}

static bool start_reading(struct web_connection *connection, char *bytes, size_t room)
{
    WSABUF buffer = {.len = (ULONG)room, .buf = bytes};
    DWORD flags = 0;

    connection->overlapped = (OVERLAPPED){0};
    return is_under_way(
        WSARecv(connection->socket, &buffer, 1, NULL, &flags, &connection->overlapped, NULL));
}

static bool start_sending(struct web_connection *connection)
{
    WSABUF buffer = {.len = (ULONG)(connection->block_length - connection->block_sent),
                     .buf = connection->block + connection->block_sent};

    connection->overlapped = (OVERLAPPED){0};
    return is_under_way(
        WSASend(connection->socket, &buffer, 1, NULL, 0, &connection->overlapped, NULL));
}

/* --- from one to the next */

/* Until when a request has to be here. Bytes that come meanwhile buy no time. */
static uint64_t request_deadline(struct web_connection *connection)
{
    const struct http_session *session = &connection->session;
    const struct web_settings *settings = connection->settings;
    bool is_idle = http_session_is_idle(session);
    uint64_t patience_ms = settings->head_ms;

    if (connection->waiting_since_ms == 0 ||
        (session->requests > 0 && connection->was_idle && !is_idle))
        connection->waiting_since_ms = GetTickCount64();
    connection->was_idle = is_idle;
    if (is_idle && session->requests > 0)
        patience_ms = settings->idle_ms;
    else if (is_idle && session->is_finishing && patience_ms > FINISH_MS)
        patience_ms = FINISH_MS;
    return connection->waiting_since_ms + patience_ms;
}

static bool read_on(struct web_connection *connection)
{
    size_t room;
    char *bytes = http_session_room(&connection->session, &room);

    connection->state = WEB_READING;
    connection->deadline_ms = request_deadline(connection);
    return start_reading(connection, bytes, room) || end(connection);
}

static bool send_block(struct web_connection *connection, size_t count)
{
    connection->state = WEB_SENDING;
    connection->waiting_since_ms = 0;
    connection->block_length = count;
    connection->block_sent = 0;
    connection->deadline_ms = GetTickCount64() + connection->settings->send_ms;
    return start_sending(connection) || end(connection);
}

static bool drain_on(struct web_connection *connection)
{
    return start_reading(connection, connection->block, sizeof connection->block) ||
           end(connection);
}

/* Who closes a socket while the client still sends resets it, and the client may lose the end of
   what it was sent. */
static bool drain(struct web_connection *connection)
{
    if (connection->is_worker || shutdown(connection->socket, SD_SEND) == SOCKET_ERROR)
        return end(connection);
    connection->state = WEB_DRAINING;
    connection->deadline_ms = GetTickCount64() + DRAIN_MS;
    return drain_on(connection);
}

/* Whatever is to be done next. */
static bool go_on(struct web_connection *connection)
{
    struct http_session *session = &connection->session;
    size_t count = http_session_send(session, connection->block, sizeof connection->block);

    if (count > 0)
        return send_block(connection, count);
    return http_session_has_ended(session) ? drain(connection) : read_on(connection);
}

bool web_connection_begin(struct web_connection *connection)
{
    return connection->is_attached ? go_on(connection) : end(connection);
}

static bool after_read(struct web_connection *connection, size_t count, bool failed)
{
    bool was_cancelled = failed && connection->is_cancelled;

    connection->is_cancelled = false;
    if (count > 0)
        http_session_receive(&connection->session, count);
    if (connection->is_late)
        http_session_stop_reading(&connection->session, HTTP_TOO_SLOW);
    else if (count == 0 && !was_cancelled)
        http_session_stop_reading(&connection->session, HTTP_CLOSED_BY_CLIENT);
    connection->is_late = false;
    return go_on(connection);
}

static bool after_send(struct web_connection *connection, size_t count, bool failed)
{
    if (failed || count == 0)
        return end(connection);
    connection->is_late = false;
    connection->block_sent += count;
    if (connection->block_sent < connection->block_length)
        return start_sending(connection) || end(connection);
    return go_on(connection);
}

bool web_connection_continue(struct web_connection *connection, size_t count, bool failed)
{
    if (failed)
        count = 0;
    switch (connection->state) {
    case WEB_READING:
        return after_read(connection, count, failed);
    case WEB_SENDING:
        return after_send(connection, count, failed);
    case WEB_DRAINING:
        break;
    }
    return count == 0 || connection->is_late ? end(connection) : drain_on(connection);
}

void web_connection_look(struct web_connection *connection, uint64_t now_ms)
{
    if (now_ms < connection->deadline_ms)
        return;
    connection->is_late = true;
    CancelIoEx((HANDLE)connection->socket, &connection->overlapped);
}

void web_connection_finish(struct web_connection *connection)
{
    http_session_finish(&connection->session);
    if (connection->state != WEB_READING)
        return;
    /* Nobody who has been let in goes away without an answer to his first request. */
    connection->deadline_ms = request_deadline(connection);
    if (connection->session.requests > 0 && http_session_is_idle(&connection->session)) {
        connection->is_cancelled = true;
        CancelIoEx((HANDLE)connection->socket, &connection->overlapped);
    }
}
