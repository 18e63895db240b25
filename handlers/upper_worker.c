/* upper_worker: as upper, by a process that serves one connection after the other. The model of a
   worker; with an argument N it serves N at a time, by as many threads. */

#include "worker.h"

#include <ctype.h>
#include <stdlib.h>

/* send may take less than all. */
static bool send_all(SOCKET client, const char *bytes, int count)
{
    while (count > 0) {
        int sent = send(client, bytes, count, 0);

        if (sent == SOCKET_ERROR)
            return false; /* the client is gone, or the server has ended the connection */
        bytes += sent;
        count -= sent;
    }
    return true;
}

static void serve(SOCKET client)
{
    char block[4096];
    int count;

    while ((count = recv(client, block, sizeof block, 0)) > 0) {
        for (int i = 0; i < count; i++)
            block[i] = (char)toupper((unsigned char)block[i]);
        if (!send_all(client, block, count))
            break;
    }
}

/* Until there are no more connections. worker_done is all that a connection needs at its end: what
   was sent, the client gets. */
static DWORD WINAPI serve_all(void *unused)
{
    struct worker_connection connection;
    SOCKET client;

    (void)unused;
    while ((client = worker_accept(&connection)) != INVALID_SOCKET) {
        serve(client);
        worker_done(&connection);
    }
    return 0;
}

int main(int argc, char **argv)
{
    HANDLE threads[MAXIMUM_WAIT_OBJECTS];
    DWORD count = argc > 1 ? (DWORD)atoi(argv[1]) : 1;
    DWORD started = 0;

    if (!worker_begin())
        return 1; /* stdinetd has not started it, or without workers = N */
    while (started + 1 < count && started < MAXIMUM_WAIT_OBJECTS) {
        threads[started] = CreateThread(NULL, 0, serve_all, NULL, 0, NULL);
        if (threads[started] == NULL)
            return 1;
        started++;
    }
    serve_all(NULL);
    if (started > 0)
        WaitForMultipleObjects(started, threads, TRUE, INFINITE);
    return 0;
}
