#include "try_visit.h"

#include "core/memory.h"
#include "server/stop.h"
#include "windows/clock.h"
#include "windows/console.h"
#include "windows/text.h"
#include "words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    START_MS = 20000, /* CreateProcess may be slow where a virus scanner looks on */
    PAUSE_MS = 150,
    KEPT = 1024 * 1024,
    WINDOW = 1024 * 1024 /* so that a program's writes need not wait for its client */
};

/* --- what the server tells, on its thread */

static struct visit *visit_of(struct server_host *host)
{
    return CONTAINER(host, struct visit, host);
}

static void note(struct visit *visit, const struct record *record)
{
    if (strcmp(record->verb, "open") == 0) {
        visit->log.opened = true;
        visit->log.opened_us = clock_us_since(visit->connected_ticks);
    } else if (strcmp(record->verb, "fail") == 0 && record->connection != 0) {
        visit->log.failed = true;
        error_set(&visit->log.failure, "%s", record->detail);
    } else if (strcmp(record->verb, "stderr") == 0) {
        trial_add_error(visit->trial, record->detail);
    } else if (strcmp(record->verb, "close") == 0) {
        visit->log.closed = true;
        visit->log.has_exit_code = record->has_exit_code;
        visit->log.exit_code = record->exit_code;
    }
}

static void on_record(struct server_host *host, const struct record *record)
{
    struct visit *visit = visit_of(host);

    AcquireSRWLockExclusive(&visit->lock);
    note(visit, record);
    ReleaseSRWLockExclusive(&visit->lock);
    WakeAllConditionVariable(&visit->changed);
}

/* Whoever tries a program waits for nothing else: Ctrl-C ends it at once, and with the process its
   jobs, which are the programs. */
static BOOL WINAPI stop_at_once(DWORD event)
{
    (void)event;
    TerminateProcess(GetCurrentProcess(), EXIT_FAILED); /* waits for no thread */
    return TRUE;
}

static void on_started(struct server_host *host, struct server *server)
{
    struct visit *visit = visit_of(host);
    struct error ignored;

    console_on_event(stop_at_once, &ignored); /* behind the server's, and so asked before it */
    AcquireSRWLockExclusive(&visit->lock);
    visit->server = server;
    visit->port = server->services->listening[0].listener->address.port;
    ReleaseSRWLockExclusive(&visit->lock);
    WakeAllConditionVariable(&visit->changed);
}

static void on_finished(struct server_host *host)
{
    struct visit *visit = visit_of(host);

    AcquireSRWLockExclusive(&visit->lock);
    visit->server = NULL;
    ReleaseSRWLockExclusive(&visit->lock);
}

/* Nobody waits to hear of it. */
static void on_way(struct server_host *host)
{
    (void)host;
}

static DWORD WINAPI serve(void *parameter)
{
    struct visit *visit = parameter;
    struct error error = {0};

    server_run(&visit->config, NULL, &visit->host, &error);
    AcquireSRWLockExclusive(&visit->lock);
    visit->error = error;
    visit->is_over = true;
    ReleaseSRWLockExclusive(&visit->lock);
    WakeAllConditionVariable(&visit->changed);
    return 0;
}

static bool start_server(struct visit *visit, struct error *error)
{
    visit->thread = CreateThread(NULL, 0, serve, visit, 0, NULL);
    return visit->thread != NULL || error_windows(error, "CreateThread for the server");
}

/* --- waiting. Under the lock: false once the time is over. */

static bool wait_for_news(struct visit *visit, ULONGLONG until_ms)
{
    ULONGLONG now_ms = GetTickCount64();

    return now_ms < until_ms && (SleepConditionVariableSRW(&visit->changed, &visit->lock,
                                                           (DWORD)(until_ms - now_ms), 0) ||
                                 GetLastError() == ERROR_TIMEOUT);
}

static bool wait_until_up(struct visit *visit, struct error *error)
{
    ULONGLONG until_ms = GetTickCount64() + START_MS;

    AcquireSRWLockExclusive(&visit->lock);
    while (visit->server == NULL && !visit->is_over && wait_for_news(visit, until_ms)) {
    }
    bool is_up = visit->server != NULL;
    *error = visit->error;
    ReleaseSRWLockExclusive(&visit->lock);
    if (!is_up && error->text[0] == '\0')
        error_set(error, "the server has not begun within %d s", START_MS / 1000);
    return is_up;
}

static bool wait_until_open(struct visit *visit, struct error *error)
{
    ULONGLONG until_ms = GetTickCount64() + START_MS;

    AcquireSRWLockExclusive(&visit->lock);
    while (!visit->log.opened && !visit->log.failed && wait_for_news(visit, until_ms)) {
    }
    bool is_open = visit->log.opened;
    *error = visit->log.failure;
    ReleaseSRWLockExclusive(&visit->lock);
    if (!is_open && error->text[0] == '\0')
        error_set(error, "it has not been started within %d s", START_MS / 1000);
    return is_open;
}

bool visit_wait_exit(struct visit *visit, unsigned timeout_ms, uint32_t *exit_code)
{
    ULONGLONG until_ms = GetTickCount64() + timeout_ms;

    AcquireSRWLockExclusive(&visit->lock);
    while (!visit->log.closed && wait_for_news(visit, until_ms)) {
    }
    bool has_ended = visit->log.closed && visit->log.has_exit_code;
    *exit_code = visit->log.exit_code;
    ReleaseSRWLockExclusive(&visit->lock);
    return has_ended;
}

/* --- the client */

static bool fail(struct visit *visit, struct error *error, const char *call)
{
    error_winsock(error, "%s", call);
    visit_hang_up(visit);
    return false;
}

static bool connect_client(struct visit *visit, struct error *error)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(visit->port)};
    u_long nonblocking = 1;
    int window = WINDOW;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    visit->client = socket_create(AF_INET, true);
    if (visit->client == INVALID_SOCKET)
        return fail(visit, error, "socket");
    setsockopt(visit->client, SOL_SOCKET, SO_RCVBUF, (const char *)&window, sizeof window);
    visit->connected_ticks = clock_ticks();
    if (connect(visit->client, (const struct sockaddr *)&address, sizeof address) != 0)
        return fail(visit, error, "connect to the server");
    if (ioctlsocket(visit->client, (long)FIONBIO, &nonblocking) != 0)
        return fail(visit, error, "ioctlsocket");
    socket_set_nodelay(visit->client, true);
    return true;
}

static void take(struct visit *visit, const char *bytes, size_t count)
{
    size_t room = KEPT - visit->received.length;

    if (visit->count == 0)
        visit->first_byte_us = clock_us_since(visit->connected_ticks);
    visit->count += count;
    text_buffer_add(&visit->received, bytes, count < room ? count : room);
}

static void receive(struct visit *visit)
{
    char block[16384];
    int count = recv(visit->client, block, sizeof block, 0);

    if (count > 0)
        take(visit, block, (size_t)count);
    else if (count == 0)
        visit->has_ended = true;
    else if (WSAGetLastError() != WSAEWOULDBLOCK)
        visit->has_ended = visit->is_reset = true;
}

/* Waits until something can be taken, or with want_room sent, and takes it. Returns whether there
   is room. */
static bool look(struct visit *visit, bool want_room, ULONGLONG until_ms)
{
    ULONGLONG now_ms = GetTickCount64();
    ULONGLONG left_ms = now_ms < until_ms ? until_ms - now_ms : 0;
    struct timeval timeout = {.tv_sec = (long)(left_ms / 1000),
                              .tv_usec = (long)(left_ms % 1000 * 1000)};
    fd_set readable;
    fd_set writable;

    FD_ZERO(&readable);
    FD_ZERO(&writable);
    FD_SET(visit->client, &readable);
    if (want_room)
        FD_SET(visit->client, &writable);
    int ready = select(0, &readable, want_room ? &writable : NULL, NULL, &timeout);
    if (ready > 0 && FD_ISSET(visit->client, &readable))
        receive(visit);
    return ready > 0 && want_room && FD_ISSET(visit->client, &writable);
}

static bool can_hear(const struct visit *visit, ULONGLONG until_ms)
{
    return visit->client != INVALID_SOCKET && !visit->has_ended && GetTickCount64() < until_ms;
}

bool visit_hear(struct visit *visit, uint64_t more_than, unsigned timeout_ms)
{
    ULONGLONG until_ms = GetTickCount64() + timeout_ms;

    while (visit->count <= more_than && can_hear(visit, until_ms))
        look(visit, false, until_ms);
    return visit->count > more_than;
}

bool visit_hear_end(struct visit *visit, unsigned timeout_ms)
{
    ULONGLONG until_ms = GetTickCount64() + timeout_ms;

    while (can_hear(visit, until_ms))
        look(visit, false, until_ms);
    return visit->has_ended;
}

bool visit_hear_pause(struct visit *visit, unsigned timeout_ms)
{
    ULONGLONG until_ms = GetTickCount64() + timeout_ms;

    while (visit_hear(visit, visit->count, PAUSE_MS))
        if (GetTickCount64() >= until_ms)
            return false;
    return true;
}

bool visit_send(struct visit *visit, const char *bytes, size_t size, unsigned timeout_ms)
{
    ULONGLONG until_ms = GetTickCount64() + timeout_ms;

    while (size > 0 && can_hear(visit, until_ms)) {
        int count = look(visit, true, until_ms) ? send(visit->client, bytes, (int)size, 0) : 0;

        if (count < 0 && WSAGetLastError() != WSAEWOULDBLOCK)
            return false;
        if (count > 0) {
            bytes += count;
            size -= (size_t)count;
        }
    }
    return size == 0;
}

void visit_end_sending(struct visit *visit)
{
    if (visit->client != INVALID_SOCKET)
        shutdown(visit->client, SD_SEND);
}

void visit_hang_up(struct visit *visit)
{
    if (visit->client != INVALID_SOCKET)
        closesocket(visit->client);
    visit->client = INVALID_SOCKET;
}

void visit_vanish(struct visit *visit)
{
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};

    if (visit->client != INVALID_SOCKET)
        setsockopt(visit->client, SOL_SOCKET, SO_LINGER, (const char *)&at_once, sizeof at_once);
    visit_hang_up(visit);
}

/* --- the whole */

/* As "stdinetd serve 0 stdio=... -- PROGRAM ARG ..." is configured, but for what only lets it end
   faster. It was good before. */
static bool configure(struct visit *visit, const struct visit_program *program, enum stdio stdio,
                      struct error *error)
{
    struct text_list settings = {0};
    struct text_list errors = {0};

    text_list_append(&settings, stdio == STDIO_PIPE ? "stdio=pipe" : "stdio=socket");
    text_list_append(&settings, "stop_time=0");
    bool good = config_from_command(&visit->config, "0", &settings, program->program,
                                    program->arguments, program->source, &errors);
    if (good) {
        visit->config.drain = 0;
        visit->config.spawn_threads = 1;
        char *name = memory_format("%s-%lu", visit->config.control, GetCurrentProcessId());
        good = set_name(&visit->config, name);
        free(name);
    } else {
        error_set(error, "%s", errors.items[0]);
    }
    text_list_free(&settings);
    text_list_free(&errors);
    return good;
}

enum visit_start visit_begin(struct visit *visit, const struct visit_program *program,
                             enum stdio stdio, struct trial *trial, struct error *error)
{
    *visit = (struct visit){.host = {.record = on_record,
                                     .progress = on_way,
                                     .started = on_started,
                                     .stopping = on_way,
                                     .finished = on_finished},
                            .trial = trial,
                            .client = INVALID_SOCKET,
                            .first_byte_us = TRIAL_NEVER};
    InitializeSRWLock(&visit->lock);
    InitializeConditionVariable(&visit->changed);
    if (!configure(visit, program, stdio, error) || !start_server(visit, error) ||
        !wait_until_up(visit, error) || !connect_client(visit, error))
        return VISIT_FAILED;
    return wait_until_open(visit, error) ? VISIT_BEGUN : VISIT_REFUSED;
}

/* As Ctrl-C does, twice: the first has no drain, and the second waits for nothing. */
static void stop_server(struct visit *visit)
{
    AcquireSRWLockExclusive(&visit->lock);
    if (visit->server != NULL) {
        stop_request(visit->server);
        stop_request(visit->server);
    }
    ReleaseSRWLockExclusive(&visit->lock);
    WaitForSingleObject(visit->thread, INFINITE);
    CloseHandle(visit->thread);
    SetConsoleCtrlHandler(stop_at_once, FALSE);
}

void visit_end(struct visit *visit)
{
    visit_hang_up(visit);
    if (visit->thread != NULL)
        stop_server(visit);
    config_free(&visit->config);
    free(visit->received.text);
}
