#include "worker.h"

#include <fcntl.h>
#include <io.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The protocol, as README.md describes it. */
enum { VERSION = 1, ORDER_SIZE = 704, REPORT_SIZE = 16 };
enum { ORDER_CONNECTION = 1, ORDER_CANCEL = 2, ORDER_END = 3, ORDER_PAGE = 4 };
enum { BY_PROTOCOL_INFO = 1, BY_HANDLE = 2 };
enum { REPORT_READY = 1, REPORT_ACCEPTED = 2, REPORT_REJECTED = 3, REPORT_DONE = 4 };

/* Memory that is the server's too. */
struct page {
    volatile LONG reports_written;
    unsigned char unused_1[60];
    volatile LONG server_waits; /* 0 for nothing, 1 for more than ACCEPTED, 2 for any report */
    unsigned char unused_2[60];
    volatile LONG orders_written;
    volatile LONG orders_piped; /* connections that were told of through the pipe instead */
    unsigned char unused_3[56];
    volatile LONG orders_taken;
    volatile LONG takes_orders;
    unsigned char unused_4[56];
    volatile LONG worker_waits;
    unsigned char unused_5[60];
    unsigned char reports[]; /* and behind them orders */
};

/* A connection that came through the pipe and that nobody has accepted yet. */
struct waiting {
    struct waiting *next;
    unsigned char order[ORDER_SIZE];
};

static struct {
    HANDLE input, output; /* the pipes */

    SRWLOCK reporting;
    struct page *page; /* NULL: the pipes are all there is; set once, as these: */
    uint32_t report_count, order_count;
    HANDLE report_event, order_event;

    SRWLOCK lock; /* everything below, and what sets the page */
    CONDITION_VARIABLE changed;
    struct waiting *first, **end;
    uint32_t orders_taken, orders_piped;
    bool page_is_watched; /* by a thread that waits for orders there */
    struct worker_connection *accepted;
    bool ended; /* no more connections will come */
} worker;

static uint64_t get(const unsigned char *bytes, unsigned size)
{
    uint64_t number = 0;

    for (unsigned i = size; i > 0; i--)
        number = number << 8 | bytes[i - 1];
    return number;
}

/* --- what this process says */

/* So few bytes go through a pipe in one piece, whatever other threads write. */
static bool write_to_pipe(const unsigned char *bytes)
{
    DWORD written;

    return WriteFile(worker.output, bytes, REPORT_SIZE, &written, NULL) && written == REPORT_SIZE;
}

/* The server has made it large enough for all that it has not read yet. */
static void write_to_page(const unsigned char *bytes, bool is_accepted)
{
    struct page *page = worker.page;
    uint32_t place = (uint32_t)page->reports_written % worker.report_count;

    memcpy(page->reports + (size_t)place * REPORT_SIZE, bytes, REPORT_SIZE);
    InterlockedIncrement(&page->reports_written);
    LONG waits_for = InterlockedCompareExchange(&page->server_waits, 0, 0);
    if (waits_for != 0 && (waits_for != 1 || !is_accepted) &&
        InterlockedExchange(&page->server_waits, 0) != 0)
        SetEvent(worker.report_event);
}

static bool report(uint32_t kind, uint32_t value, uint64_t number)
{
    unsigned char bytes[REPORT_SIZE];
    bool good = true;

    for (unsigned i = 0; i < 4; i++) {
        bytes[i] = (unsigned char)(kind >> (8 * i));
        bytes[4 + i] = (unsigned char)(value >> (8 * i));
    }
    for (unsigned i = 0; i < 8; i++)
        bytes[8 + i] = (unsigned char)(number >> (8 * i));
    AcquireSRWLockExclusive(&worker.reporting);
    if (worker.page != NULL)
        write_to_page(bytes, kind == REPORT_ACCEPTED);
    else
        good = write_to_pipe(bytes);
    ReleaseSRWLockExclusive(&worker.reporting);
    return good;
}

/* --- what the server says */

static void cancel(uint64_t number)
{
    AcquireSRWLockExclusive(&worker.lock);
    for (struct worker_connection *c = worker.accepted; c != NULL; c = c->next) {
        if (c->number != number)
            continue;
        InterlockedExchange(&c->cancelled, 1);
        /* What waits for a client that does not read is not woken by the server's shutdown. */
        CancelIoEx((HANDLE)c->socket, NULL);
    }
    ReleaseSRWLockExclusive(&worker.lock);
}

/* With the lock: something has come otherwise than through the page. */
static void wake_watcher(void)
{
    if (worker.page_is_watched)
        SetEvent(worker.order_event);
}

static void enqueue(struct waiting *waiting)
{
    waiting->next = NULL;
    AcquireSRWLockExclusive(&worker.lock);
    *worker.end = waiting;
    worker.end = &waiting->next;
    worker.orders_piped++;
    wake_watcher();
    ReleaseSRWLockExclusive(&worker.lock);
    WakeConditionVariable(&worker.changed);
}

/* There will be no more than those that have come. */
static void end_orders(void)
{
    AcquireSRWLockExclusive(&worker.lock);
    worker.ended = true;
    wake_watcher();
    ReleaseSRWLockExclusive(&worker.lock);
    WakeAllConditionVariable(&worker.changed);
}

/* Where it cannot be had, the pipes go on. */
static void take_page(const unsigned char *order)
{
    HANDLE section = (HANDLE)(uintptr_t)get(order + 16, 8);
    struct page *page = MapViewOfFile(section, FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, 0);

    CloseHandle(section);
    if (page == NULL)
        return;
    AcquireSRWLockExclusive(&worker.lock);
    AcquireSRWLockExclusive(&worker.reporting);
    worker.report_count = (uint32_t)get(order + 4, 4);
    worker.order_count = (uint32_t)get(order + 8, 4);
    worker.report_event = (HANDLE)(uintptr_t)get(order + 24, 8);
    worker.order_event = (HANDLE)(uintptr_t)get(order + 32, 8);
    worker.page = page;
    ReleaseSRWLockExclusive(&worker.reporting);
    ReleaseSRWLockExclusive(&worker.lock);
    WakeAllConditionVariable(&worker.changed); /* one of them watches it */
    InterlockedExchange(&page->takes_orders, 1);
}

static bool read_order(unsigned char *bytes)
{
    DWORD used = 0;

    while (used < ORDER_SIZE) {
        DWORD count = 0;

        if (!ReadFile(worker.input, bytes + used, ORDER_SIZE - used, &count, NULL) || count == 0)
            return false; /* the server is gone */
        used += count;
    }
    return true;
}

/* Until the server wants no more, or is gone. It goes on reading after that, for what is to be
   cancelled. */
static DWORD WINAPI read_orders(void *unused)
{
    struct waiting *waiting;

    (void)unused;
    while ((waiting = malloc(sizeof *waiting)) != NULL && read_order(waiting->order)) {
        uint64_t kind = get(waiting->order, 4);

        if (kind == ORDER_CONNECTION) {
            enqueue(waiting);
            continue;
        }
        if (kind == ORDER_PAGE)
            take_page(waiting->order);
        if (kind == ORDER_CANCEL)
            cancel(get(waiting->order + 8, 8));
        if (kind == ORDER_END)
            end_orders();
        free(waiting);
    }
    free(waiting);
    end_orders();
    return 0;
}

/* --- set-up */

static HANDLE take_over(DWORD which)
{
    HANDLE own = NULL;

    DuplicateHandle(GetCurrentProcess(), GetStdHandle(which), GetCurrentProcess(), &own, 0, FALSE,
                    DUPLICATE_SAME_ACCESS);
    return own;
}

/* NUL becomes standard input and output, for Windows and for the C library; what stood there is
   closed. */
static bool replace_standard_handles(void)
{
    int null = _open("NUL", _O_RDWR);

    if (null < 0 || _dup2(null, 0) != 0 || _dup2(null, 1) != 0)
        return false;
    if (null > 1)
        _close(null);
    SetStdHandle(STD_INPUT_HANDLE, (HANDLE)_get_osfhandle(0));
    SetStdHandle(STD_OUTPUT_HANDLE, (HANDLE)_get_osfhandle(1));
    return true;
}

static bool start_winsock(void)
{
    WSADATA data;
    int code = WSAStartup(MAKEWORD(2, 2), &data);

    if (code != 0)
        SetLastError((DWORD)code);
    return code == 0;
}

bool worker_begin(void)
{
    if (getenv("STDINETD_WORKER") == NULL) {
        SetLastError(ERROR_NOT_SUPPORTED);
        return false;
    }
    _putenv("STDINETD_WORKER="); /* what this process starts is no worker */
    InitializeSRWLock(&worker.reporting);
    InitializeSRWLock(&worker.lock);
    InitializeConditionVariable(&worker.changed);
    worker.end = &worker.first;
    worker.input = take_over(STD_INPUT_HANDLE);
    worker.output = take_over(STD_OUTPUT_HANDLE);
    if (worker.input == NULL || worker.output == NULL || !replace_standard_handles() ||
        !start_winsock())
        return false;
    HANDLE thread = CreateThread(NULL, 0, read_orders, NULL, 0, NULL);
    if (thread == NULL)
        return false;
    CloseHandle(thread);
    return report(REPORT_READY, VERSION, GetCurrentProcessId());
}

/* --- sockets from elsewhere */

/* What this process starts does not inherit it by accident. Whether the flag is heeded for a socket
   that comes from elsewhere is the provider's business, so that is looked at once. */
static SOCKET import(WSAPROTOCOL_INFOW *info, bool inheritable)
{
    static volatile LONG flag_is_heeded;
    SOCKET socket =
        WSASocketW(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, info, 0,
                   WSA_FLAG_OVERLAPPED | (inheritable ? 0 : WSA_FLAG_NO_HANDLE_INHERIT));
    DWORD flags, wanted = inheritable ? HANDLE_FLAG_INHERIT : 0;

    if (socket == INVALID_SOCKET || (flag_is_heeded && !inheritable) ||
        !GetHandleInformation((HANDLE)socket, &flags))
        return socket;
    if ((flags & HANDLE_FLAG_INHERIT) != wanted)
        SetHandleInformation((HANDLE)socket, HANDLE_FLAG_INHERIT, wanted);
    else if (!inheritable)
        InterlockedExchange(&flag_is_heeded, 1);
    return socket;
}

/* Of a handle that is a socket, one that Winsock knows in this process. On failure it is closed,
   with the reason in WSAGetLastError(). */
static SOCKET adopt(HANDLE handle, bool inheritable)
{
    SOCKET socket = INVALID_SOCKET;
    WSAPROTOCOL_INFOW info;
    int type, size = sizeof type;

    if (getsockopt((SOCKET)handle, SOL_SOCKET, SO_TYPE, (char *)&type, &size) == 0)
        return (SOCKET)handle;
    /* Wine knows only what its Winsock has made: the detour makes it one of those. */
    if (WSAGetLastError() == WSAENOTSOCK &&
        WSADuplicateSocketW((SOCKET)handle, GetCurrentProcessId(), &info) == 0)
        socket = import(&info, inheritable);
    int code = WSAGetLastError();
    CloseHandle(handle);
    WSASetLastError(code);
    return socket;
}

SOCKET worker_take_socket(DWORD pid, HANDLE handle, bool inheritable)
{
    HANDLE taken = NULL;

    if (!start_winsock()) {
        WSASetLastError((int)GetLastError());
        return INVALID_SOCKET;
    }
    HANDLE source = OpenProcess(PROCESS_DUP_HANDLE, FALSE, pid);
    bool has = source != NULL &&
               DuplicateHandle(source, handle, GetCurrentProcess(), &taken, 0, inheritable,
                               DUPLICATE_CLOSE_SOURCE | DUPLICATE_SAME_ACCESS);
    DWORD code = GetLastError();
    if (source != NULL)
        CloseHandle(source);
    if (has)
        return adopt(taken, inheritable);
    WSASetLastError((int)code);
    return INVALID_SOCKET;
}

/* --- connections */

static void read_address(struct sockaddr_storage *address, const unsigned char *bytes)
{
    struct sockaddr_in *in = (struct sockaddr_in *)address;
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)address;
    uint16_t port = htons((uint16_t)get(bytes + 2, 2));

    memset(address, 0, sizeof *address);
    if (get(bytes, 2) == 4) {
        in->sin_family = AF_INET;
        in->sin_port = port;
        memcpy(&in->sin_addr, bytes + 8, 4);
        return;
    }
    in6->sin6_family = AF_INET6;
    in6->sin6_port = port;
    in6->sin6_scope_id = (uint32_t)get(bytes + 4, 4);
    memcpy(&in6->sin6_addr, bytes + 8, 16);
}

/* INVALID_SOCKET where it cannot be had. */
static SOCKET take_connection(struct worker_connection *connection, const unsigned char *order)
{
    WSAPROTOCOL_INFOW info;

    memset(connection, 0, sizeof *connection);
    connection->number = get(order + 8, 8);
    connection->may_shut_down = get(order + 700, 4) == 1;
    read_address(&connection->peer, order + 24);
    read_address(&connection->local, order + 48);
    memcpy(&info, order + 72, sizeof info);
    connection->socket = get(order + 4, 4) == BY_HANDLE
                             ? adopt((HANDLE)(uintptr_t)get(order + 16, 8), false)
                             : import(&info, false);
    return connection->socket;
}

static bool take_from_pipe(unsigned char *order)
{
    struct waiting *waiting = worker.first;

    if (waiting == NULL)
        return false;
    if ((worker.first = waiting->next) == NULL)
        worker.end = &worker.first;
    memcpy(order, waiting->order, ORDER_SIZE);
    free(waiting);
    return true;
}

/* None as long as one that came before them is still in the pipe. */
static bool page_has_orders(void)
{
    LONG written = InterlockedCompareExchange(&worker.page->orders_written, 0, 0);
    LONG piped = InterlockedCompareExchange(&worker.page->orders_piped, 0, 0);

    return (uint32_t)written != worker.orders_taken &&
           (int32_t)(worker.orders_piped - (uint32_t)piped) >= 0;
}

static bool take_from_page(unsigned char *order)
{
    struct page *page = worker.page;

    if (page == NULL || !page_has_orders())
        return false;
    memcpy(order,
           page->reports + (size_t)worker.report_count * REPORT_SIZE +
               (size_t)(worker.orders_taken % worker.order_count) * ORDER_SIZE,
           ORDER_SIZE);
    InterlockedExchange(&page->orders_taken, (LONG)++worker.orders_taken);
    return true;
}

/* With the lock, which others have in the meantime. One thread looks into the page, once a second
   whatever it hears; the others wait for it. */
static void wait_for_orders(void)
{
    if (worker.page == NULL || worker.page_is_watched) {
        SleepConditionVariableSRW(&worker.changed, &worker.lock, INFINITE, 0);
        return;
    }
    worker.page_is_watched = true;
    InterlockedExchange(&worker.page->worker_waits, 1);
    if (!page_has_orders()) {
        ReleaseSRWLockExclusive(&worker.lock);
        WaitForSingleObject(worker.order_event, 1000);
        AcquireSRWLockExclusive(&worker.lock);
    }
    InterlockedExchange(&worker.page->worker_waits, 0);
    worker.page_is_watched = false;
}

/* False when there will be none. What stands in the page when the end comes came before it. */
static bool next_order(unsigned char *order)
{
    bool has_one;

    AcquireSRWLockExclusive(&worker.lock);
    while (!(has_one = take_from_pipe(order) || take_from_page(order)) && !worker.ended)
        wait_for_orders();
    ReleaseSRWLockExclusive(&worker.lock);
    WakeConditionVariable(&worker.changed); /* the next one watches the page */
    return has_one;
}

/* In this order: a cancel that follows the report finds it. */
static void enter(struct worker_connection *connection)
{
    AcquireSRWLockExclusive(&worker.lock);
    connection->next = worker.accepted;
    worker.accepted = connection;
    ReleaseSRWLockExclusive(&worker.lock);
    report(REPORT_ACCEPTED, 0, connection->number);
}

SOCKET worker_accept(struct worker_connection *connection)
{
    unsigned char order[ORDER_SIZE];

    while (next_order(order)) {
        SOCKET socket = take_connection(connection, order);

        if (socket != INVALID_SOCKET) {
            enter(connection);
            return socket;
        }
        report(REPORT_REJECTED, (uint32_t)WSAGetLastError(), connection->number);
    }
    return INVALID_SOCKET;
}

void worker_peer(const struct worker_connection *connection, char text[WORKER_PEER_SIZE])
{
    const struct sockaddr_in *in = (const struct sockaddr_in *)&connection->peer;
    const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&connection->peer;
    char ip[INET6_ADDRSTRLEN] = "", scope[16] = "";

    if (connection->peer.ss_family == AF_INET) {
        inet_ntop(AF_INET, (void *)&in->sin_addr, ip, sizeof ip);
        snprintf(text, WORKER_PEER_SIZE, "%s:%u", ip, ntohs(in->sin_port));
        return;
    }
    inet_ntop(AF_INET6, (void *)&in6->sin6_addr, ip, sizeof ip);
    if (in6->sin6_scope_id != 0)
        snprintf(scope, sizeof scope, "%%%lu", (unsigned long)in6->sin6_scope_id);
    snprintf(text, WORKER_PEER_SIZE, "[%s%s]:%u", ip, scope, ntohs(in6->sin6_port));
}

void worker_done(struct worker_connection *connection)
{
    bool has_shut_down = connection->may_shut_down && shutdown(connection->socket, SD_SEND) == 0;
    struct worker_connection **place = &worker.accepted;

    AcquireSRWLockExclusive(&worker.lock);
    while (*place != NULL && *place != connection)
        place = &(*place)->next;
    if (*place != NULL)
        *place = connection->next;
    ReleaseSRWLockExclusive(&worker.lock);
    closesocket(connection->socket);
    report(REPORT_DONE, has_shut_down, connection->number);
}
