/* A worker built on the library, which does what its clients say: each line is a command, each
   answer a line. With an argument N it serves N connections at a time. */
#include "worker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE = 512 };

static void say(SOCKET client, const char *text)
{
    char line[LINE + 2];
    int length = snprintf(line, sizeof line, "%s\r\n", text);

    send(client, line, length, 0);
}

/* False at the end. */
static bool hear(SOCKET client, char line[LINE])
{
    size_t length = 0;

    while (length < LINE - 1 && recv(client, line + length, 1, 0) == 1 && line[length] != '\n')
        length++;
    bool whole = line[length] == '\n' && length < LINE - 1;
    line[length] = '\0';
    line[strcspn(line, "\r\n")] = '\0';
    return whole;
}

static void say_peer(const struct worker_connection *connection)
{
    struct sockaddr_in own = {0};
    int size = sizeof own;
    char peer[WORKER_PEER_SIZE];
    char text[LINE];

    worker_peer(connection, peer);
    getpeername(connection->socket, (struct sockaddr *)&own, &size);
    snprintf(text, sizeof text, "%s %u %u %llu", peer, ntohs(own.sin_port),
             ntohs(((const struct sockaddr_in *)&connection->local)->sin_port),
             (unsigned long long)connection->number);
    say(connection->socket, text);
}

/* Whether a child would inherit it. */
static void say_inherited(SOCKET client)
{
    DWORD flags = 0;

    GetHandleInformation((HANDLE)client, &flags);
    say(client, flags & HANDLE_FLAG_INHERIT ? "yes" : "no");
}

static void say_options(SOCKET client)
{
    BOOL nodelay = FALSE;
    BOOL keepalive = FALSE;
    int length = sizeof nodelay;
    char text[LINE];

    getsockopt(client, IPPROTO_TCP, TCP_NODELAY, (char *)&nodelay, &length);
    getsockopt(client, SOL_SOCKET, SO_KEEPALIVE, (char *)&keepalive, &length);
    snprintf(text, sizeof text, "nodelay %d keepalive %d", nodelay != 0, keepalive != 0);
    say(client, text);
}

/* An overlapped receive through a completion port of this process: answers what came. */
static void use_port(SOCKET client)
{
    HANDLE port = CreateIoCompletionPort((HANDLE)client, NULL, 7, 1);
    OVERLAPPED overlapped = {0};
    OVERLAPPED *done = NULL;
    char block[LINE] = "";
    WSABUF buffer = {.len = LINE - 1, .buf = block};
    DWORD flags = 0;
    DWORD bytes = 0;
    ULONG_PTR key = 0;

    say(client, "port");
    if (port == NULL || (WSARecv(client, &buffer, 1, NULL, &flags, &overlapped, NULL) != 0 &&
                         WSAGetLastError() != WSA_IO_PENDING))
        say(client, "failed");
    else if (GetQueuedCompletionStatus(port, &bytes, &key, &done, 20000) && key == 7)
        send(client, block, (int)bytes, 0);
    CloseHandle(port);
}

/* Sends for as long as it can, or waits for ever; says on stderr how it ended. */
static void flood(const struct worker_connection *connection)
{
    static char block[65536];

    while (send(connection->socket, block, sizeof block, 0) > 0)
        continue;
    fprintf(stderr, "flood ended, cancelled %ld\n", connection->cancelled);
    fflush(stderr);
}

static void wait_for_end(const struct worker_connection *connection)
{
    char byte;
    int count = recv(connection->socket, &byte, 1, 0);

    fprintf(stderr, "wait ended with %d, cancelled %ld\n", count > 0, connection->cancelled);
    fflush(stderr);
}

static bool obey(const struct worker_connection *connection, char *line)
{
    SOCKET client = connection->socket;
    char text[LINE];

    if (strcmp(line, "pid") == 0) {
        snprintf(text, sizeof text, "%lu", GetCurrentProcessId());
        say(client, text);
    } else if (strcmp(line, "peer") == 0) {
        say_peer(connection);
    } else if (strcmp(line, "inherited") == 0) {
        say_inherited(client);
    } else if (strcmp(line, "options") == 0) {
        say_options(client);
    } else if (strcmp(line, "port") == 0) {
        use_port(client);
    } else if (strncmp(line, "env ", 4) == 0) {
        say(client, getenv(line + 4) == NULL ? "none" : getenv(line + 4));
    } else if (strncmp(line, "stderr ", 7) == 0) {
        fprintf(stderr, "%s\n", line + 7);
        fflush(stderr);
        say(client, "said");
    } else if (strcmp(line, "stray") == 0) { /* what must not harm the protocol */
        printf("stray output\n");
        fflush(stdout);
        WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), "more\n", 5, &(DWORD){0}, NULL);
        say(client, getchar() == EOF ? "nothing comes" : "something comes");
    } else if (strcmp(line, "crash") == 0) {
        TerminateProcess(GetCurrentProcess(), 7);
    } else if (strcmp(line, "hang") == 0) {
        Sleep(INFINITE);
    } else if (strcmp(line, "flood") == 0) {
        flood(connection);
        return false;
    } else if (strcmp(line, "wait") == 0) {
        say(client, "waiting");
        wait_for_end(connection);
        return false;
    } else if (strncmp(line, "work ", 5) == 0) { /* MS: takes no notice of anything */
        Sleep((DWORD)atoi(line + 5));
        say(client, "worked");
    } else if (strcmp(line, "bye") == 0) {
        return false;
    } else {
        say(client, _strupr(line));
    }
    return true;
}

static DWORD WINAPI serve_all(void *unused)
{
    struct worker_connection connection;
    char line[LINE];

    (void)unused;
    while (worker_accept(&connection) != INVALID_SOCKET) {
        while (hear(connection.socket, line) && obey(&connection, line))
            continue;
        worker_done(&connection);
    }
    return 0;
}

int main(int argc, char **argv)
{
    HANDLE threads[MAXIMUM_WAIT_OBJECTS];
    DWORD count = argc > 1 ? (DWORD)atoi(argv[1]) : 1;

    if (!worker_begin()) {
        printf("no worker: %lu\n", GetLastError());
        return 1;
    }
    for (DWORD i = 1; i < count; i++)
        threads[i - 1] = CreateThread(NULL, 0, serve_all, NULL, 0, NULL);
    serve_all(NULL);
    if (count > 1)
        WaitForMultipleObjects(count - 1, threads, TRUE, INFINITE);
    if (argc > 2) /* stays although it has been asked to end */
        Sleep(INFINITE);
    return 0;
}
