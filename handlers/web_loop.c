#include "web_loop.h"

#include <stdio.h>
#include <stdlib.h>

#define BATCH   64  /* completions taken at a time */
#define LOOK_MS 200 /* how exact the deadlines are */

/* --- the list */

static void insert(struct web_loop *loop, struct web_connection *connection)
{
    connection->next = loop->connections;
    connection->link = &loop->connections;
    if (connection->next != NULL)
        connection->next->link = &connection->next;
    loop->connections = connection;
}

static void discard(struct web_loop *loop, struct web_connection *connection)
{
    *connection->link = connection->next;
    if (connection->next != NULL)
        connection->next->link = connection->link;
    free(connection);
    ReleaseSemaphore(loop->room, 1, NULL);
}

/* --- the thread */

static void begin(struct web_loop *loop, struct web_connection *connection)
{
    insert(loop, connection);
    if (loop->is_finishing)
        web_connection_finish(connection);
    if (!web_connection_begin(connection))
        discard(loop, connection);
}

static void finish(struct web_loop *loop)
{
    loop->is_finishing = true;
    for (struct web_connection *one = loop->connections; one != NULL; one = one->next)
        web_connection_finish(one);
}

/* A completion is a connection as its key; without an OVERLAPPED it is a new one, and without a key
   the wish to finish. */
static void take(struct web_loop *loop, const OVERLAPPED_ENTRY *entry)
{
    struct web_connection *connection = (struct web_connection *)entry->lpCompletionKey;

    if (connection == NULL) {
        finish(loop);
    } else if (entry->lpOverlapped == NULL) {
        begin(loop, connection);
    } else {
        bool failed = (LONG)entry->lpOverlapped->Internal < 0; /* an NTSTATUS */

        if (!web_connection_continue(connection, entry->dwNumberOfBytesTransferred, failed))
            discard(loop, connection);
    }
}

static void look(struct web_loop *loop)
{
    uint64_t now_ms = GetTickCount64();

    if (now_ms - loop->looked_ms < LOOK_MS)
        return;
    loop->looked_ms = now_ms;
    for (struct web_connection *one = loop->connections; one != NULL; one = one->next)
        web_connection_look(one, now_ms);
}

static DWORD WINAPI run(void *argument)
{
    struct web_loop *loop = argument;

    while (!loop->is_finishing || loop->connections != NULL) {
        OVERLAPPED_ENTRY entries[BATCH];
        ULONG count = 0;

        /* While nobody is connected there is no deadline to wake up for. */
        DWORD patience_ms = loop->connections != NULL ? LOOK_MS : INFINITE;
        if (!GetQueuedCompletionStatusEx(loop->port, entries, BATCH, &count, patience_ms, FALSE))
            count = 0;
        for (ULONG i = 0; i < count; i++)
            take(loop, &entries[i]);
        look(loop);
    }
    return 0;
}

/* --- for other threads */

bool web_loop_start(struct web_loop *loop, const struct web_settings *settings, long connections)
{
    *loop = (struct web_loop){.settings = settings};
    loop->room = CreateSemaphoreW(NULL, connections, connections, NULL);
    loop->port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1);
    if (loop->room != NULL && loop->port != NULL)
        loop->thread = CreateThread(NULL, 0, run, loop, 0, NULL);
    return loop->thread != NULL;
}

void web_loop_wait_for_room(struct web_loop *loop)
{
    WaitForSingleObject(loop->room, INFINITE);
}

void web_loop_add(struct web_loop *loop, struct web_connection *connection)
{
    HANDLE socket = (HANDLE)connection->socket;

    connection->is_attached =
        CreateIoCompletionPort(socket, loop->port, (ULONG_PTR)connection, 0) != NULL;
    if (!connection->is_attached)
        fprintf(stderr, "webserver: CreateIoCompletionPort: error %lu\n", GetLastError());
    PostQueuedCompletionStatus(loop->port, 0, (ULONG_PTR)connection, NULL);
}

void web_loop_finish(struct web_loop *loop)
{
    PostQueuedCompletionStatus(loop->port, 0, 0, NULL);
    WaitForSingleObject(loop->thread, INFINITE);
    CloseHandle(loop->thread);
    CloseHandle(loop->port);
    CloseHandle(loop->room);
}
