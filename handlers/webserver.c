/* webserver: a web server of several processes, for the files below a folder. GET and HEAD of
   HTTP/1.1, many requests on one connection, many connections in one process.

     webserver etc\www                  a worker of a service with "workers = N"
     webserver --listen 7080 etc\www    by itself, on 127.0.0.1

   Here is only where connections come from: from the server, by the worker library (worker.h), or
   from a listening socket. web_loop.c serves them with a completion port, http_session.c knows what
   to answer, as it does for httpd. */

#include "web_loop.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

struct options {
    const wchar_t *folder;
    bool listens;
    unsigned long port;
    unsigned long head_s, idle_s, send_s;
    unsigned long requests;
    unsigned long connections;
};

static const char usage[] =
    "usage: webserver [OPTION N ...] FOLDER\n"
    "  --listen PORT       accept connections on 127.0.0.1 (0: any free port);\n"
    "                      without it: be a worker of stdinetd (workers = N)\n"
    "  --head SECONDS      for a client to send the head of a request (20)\n"
    "  --idle SECONDS      for a client to think of its next request (15)\n"
    "  --send SECONDS      for a client to take 64 KiB (60)\n"
    "  --requests N        at most, on one connection (1000)\n"
    "  --connections N     at a time, with --listen (1000)\n";

static bool read_number(const wchar_t *text, unsigned long least, unsigned long most,
                        unsigned long *number)
{
    wchar_t *end;

    *number = wcstoul(text, &end, 10);
    return *text >= L'0' && *text <= L'9' && *end == L'\0' && *number >= least && *number <= most;
}

static bool read_option(const wchar_t *name, const wchar_t *value, struct options *options)
{
    const struct {
        const wchar_t *name;
        unsigned long least, most;
        unsigned long *number;
    } rows[] = {
        {L"--listen", 0, 65535, &options->port},
        {L"--head", 1, 3600, &options->head_s},
        {L"--idle", 1, 3600, &options->idle_s},
        {L"--send", 1, 3600, &options->send_s},
        {L"--requests", 1, 1000000000, &options->requests},
        {L"--connections", 1, 10000, &options->connections},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (wcscmp(name, rows[i].name) != 0)
            continue;
        options->listens = options->listens || i == 0;
        return read_number(value, rows[i].least, rows[i].most, rows[i].number);
    }
    return false;
}

static bool read_options(int argc, wchar_t **argv, struct options *options)
{
    int next = 1;

    *options = (struct options){
        .head_s = 20, .idle_s = 15, .send_s = 60, .requests = 1000, .connections = 1000};
    for (; next + 1 < argc && wcsncmp(argv[next], L"--", 2) == 0; next += 2) {
        if (!read_option(argv[next], argv[next + 1], options))
            return false;
    }
    if (next != argc - 1 || wcsncmp(argv[next], L"--", 2) == 0)
        return false;
    options->folder = argv[next];
    return true;
}

/* --- connections from the server */

static int serve_as_worker(struct web_loop *loop)
{
    for (;;) {
        struct web_connection *connection = web_connection_new(loop->settings);

        if (connection == NULL) {
            Sleep(10); /* some connection will end and make room; the server waits so long */
            continue;
        }
        connection->is_worker = true;
        connection->socket = worker_accept(&connection->worker);
        if (connection->socket == INVALID_SOCKET) {
            free(connection);
            return 0;
        }
        web_loop_add(loop, connection);
    }
}

/* --- connections of its own */

static int failed(const char *call)
{
    fprintf(stderr, "webserver: %s: error %d\n", call, WSAGetLastError());
    return 1;
}

static SOCKET open_listener(unsigned short port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int length = sizeof address;
    SOCKET listener = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP); /* an overlapped one */
    BOOL yes = TRUE;

    if (listener == INVALID_SOCKET ||
        setsockopt(listener, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, (const char *)&yes, sizeof yes) ==
            SOCKET_ERROR ||
        bind(listener, (const struct sockaddr *)&address, sizeof address) == SOCKET_ERROR ||
        listen(listener, 200) == SOCKET_ERROR ||
        getsockname(listener, (struct sockaddr *)&address, &length) == SOCKET_ERROR)
        return INVALID_SOCKET;
    SetHandleInformation((HANDLE)listener, HANDLE_FLAG_INHERIT, 0);
    fprintf(stderr, "listen  webserver  127.0.0.1:%u\n", ntohs(address.sin_port));
    return listener;
}

/* Whether accept will go on some time: a client was gone already, or there is no memory now. */
static bool will_pass(int code)
{
    return code == WSAECONNRESET || code == WSAENOBUFS || code == WSAEMFILE;
}

static int serve_own(struct web_loop *loop, unsigned short port)
{
    SOCKET listener = open_listener(port);
    BOOL yes = TRUE;

    if (listener == INVALID_SOCKET)
        return failed("a listening socket");
    for (;;) {
        struct web_connection *connection;
        SOCKET client;

        web_loop_wait_for_room(loop);
        while ((client = accept(listener, NULL, NULL)) == INVALID_SOCKET) {
            if (!will_pass(WSAGetLastError()))
                return failed("accept");
            Sleep(10);
        }
        while ((connection = web_connection_new(loop->settings)) == NULL)
            Sleep(10);
        setsockopt(client, IPPROTO_TCP, TCP_NODELAY, (const char *)&yes, sizeof yes);
        connection->socket = client;
        web_loop_add(loop, connection);
    }
}

/* --- */

static bool start(const struct options *options)
{
    WSADATA data;

    if (!options->listens) {
        if (worker_begin())
            return true;
        fputs("webserver: stdinetd has not started this as a worker (workers = N); "
              "--listen PORT serves without it\n",
              stderr);
        return false;
    }
    WSASetLastError(WSAStartup(MAKEWORD(2, 2), &data));
    return WSAGetLastError() == 0 || (failed("WSAStartup"), false);
}

int wmain(int argc, wchar_t **argv)
{
    static struct web_settings settings;
    static struct web_loop loop;
    struct options options;

    if (!read_options(argc, argv, &options)) {
        fputs(usage, stderr);
        return 2;
    }
    settings.head_ms = (uint64_t)options.head_s * 1000;
    settings.idle_ms = (uint64_t)options.idle_s * 1000;
    settings.send_ms = (uint64_t)options.send_s * 1000;
    settings.requests = options.requests;
    if (!http_root_open(&settings.root, options.folder)) {
        fprintf(stderr, "webserver: cannot serve the folder %ls: error %lu\n", options.folder,
                GetLastError());
        return 1;
    }
    if (!start(&options))
        return 1;
    if (!web_loop_start(&loop, &settings, (long)options.connections)) {
        fprintf(stderr, "webserver: cannot start: error %lu\n", GetLastError());
        return 1;
    }
    int exit_code =
        options.listens ? serve_own(&loop, (unsigned short)options.port) : serve_as_worker(&loop);
    web_loop_finish(&loop);
    http_root_close(&settings.root);
    return exit_code;
}
