#include "server/worker_wire.h"

#include "windows/handle.h"
#include "windows/stack.h"
#include "windows/text.h"

#include <stdlib.h>
#include <string.h>

enum {
    STACK_SIZE = 64 * 1024,
    LOOK_MS = 1000, /* between looks at what is under way, in case a wake-up was lost */
    SOON_MS = 5,    /* while much is said, what can wait is heard of so late */
    CANCEL_MS = 20
};

/* --- news for the loop */

/* With the lock, which it gives back. One packet is enough until the loop has had it. */
static void tell_loop(struct worker_wire *wire)
{
    bool post = !wire->is_posted;

    wire->is_posted = true;
    ReleaseSRWLockExclusive(&wire->lock);
    if (!post || loop_post(wire->loop, &wire->news))
        return;
    AcquireSRWLockExclusive(&wire->lock);
    wire->is_posted = false; /* the sweep looks too */
    ReleaseSRWLockExclusive(&wire->lock);
}

static void on_news(struct operation *operation, DWORD bytes)
{
    struct worker_wire *wire = CONTAINER(operation, struct worker_wire, news);

    (void)bytes;
    AcquireSRWLockExclusive(&wire->lock);
    wire->is_posted = false;
    ReleaseSRWLockExclusive(&wire->lock);
    wire->heard(wire);
}

/* The handle that a thread leaves; not while the loop cancels what is under way there. */
static void leave(struct worker_wire *wire, HANDLE *pipe, bool *has_ended)
{
    AcquireSRWLockExclusive(&wire->lock);
    CloseHandle(*pipe);
    *pipe = NULL;
    *has_ended = true;
    tell_loop(wire);
}

/* --- orders */

static struct worker_address address_for(const struct address *address)
{
    const char *zone = strchr(address->ip, '%');

    return (struct worker_address){.ip = address->number,
                                   .port = address->port,
                                   .scope = zone == NULL ? 0 : strtoul(zone + 1, NULL, 10)};
}

/* Makes the socket the worker's too: by a structure that is made for its process, or at once. */
static bool transfer(const struct worker_wire *wire, SOCKET socket, struct worker_order *message,
                     WSAPROTOCOL_INFOW *info)
{
    HANDLE handle = NULL;

    if (wire->transfer == TRANSFER_WSADUPLICATESOCKET) {
        message->transfer = ORDER_BY_PROTOCOL_INFO;
        message->protocol_info = info;
        return WSADuplicateSocketW(socket, wire->pid, info) == 0;
    }
    message->transfer = ORDER_BY_HANDLE;
    if (!DuplicateHandle(GetCurrentProcess(), (HANDLE)socket, wire->process, &handle, 0, FALSE,
                         DUPLICATE_SAME_ACCESS))
        return false;
    message->handle = (uint64_t)(uintptr_t)handle;
    return true;
}

/* What one socket has from its listening socket all have. */
static bool inherits_nodelay(struct worker_wire *wire, SOCKET socket)
{
    if (!wire->has_looked)
        wire->inherits_nodelay = socket_has_nodelay(socket);
    wire->has_looked = true;
    return wire->inherits_nodelay;
}

/* What is to be done for an order that was taken. */
enum outcome {
    NOTHING, /* any more */
    WRITE,   /* what is in bytes now */
    TELL     /* the loop that it has failed */
};

static enum outcome carry_out_page(const struct worker_wire *wire, uint8_t *bytes)
{
    struct worker_order message;

    if (!worker_page_share(&wire->page, wire->process, &message))
        return NOTHING; /* all goes through the pipes */
    worker_order_write(&message, bytes);
    return WRITE;
}

static enum outcome carry_out_connection(struct worker_wire *wire, struct wire_order *order,
                                         uint8_t *bytes)
{
    struct worker_order message = {.kind = ORDER_CONNECTION,
                                   .connection = order->connection,
                                   .may_shut_down = wire->may_shut_down,
                                   .peer = address_for(order->peer),
                                   .local = address_for(order->local)};
    WSAPROTOCOL_INFOW info;

    if (wire->nodelay && !inherits_nodelay(wire, order->socket))
        socket_set_nodelay(order->socket, true);
    if (!transfer(wire, order->socket, &message, &info)) {
        order->failure = GetLastError(); /* and WSAGetLastError(), which is the same */
        InterlockedExchange(&order->state, WIRE_FAILED);
        return TELL;
    }
    worker_order_write(&message, bytes);
    InterlockedExchange(&order->state, WIRE_TOLD); /* before its worker can say anything of it */
    return worker_page_put(&wire->page, bytes) ? NOTHING : WRITE;
}

/* Afterwards the order is its owner's again. */
static enum outcome carry_out(struct worker_wire *wire, struct wire_order *order, uint8_t *bytes)
{
    struct worker_order message = {.kind = order->kind, .connection = order->connection};

    if (order->kind == ORDER_PAGE)
        return carry_out_page(wire, bytes);
    if (order->kind == ORDER_CONNECTION)
        return carry_out_connection(wire, order, bytes);
    worker_order_write(&message, bytes);
    InterlockedExchange(&order->state, WIRE_TOLD);
    return WRITE;
}

static struct wire_order *take_order(struct worker_wire *wire)
{
    AcquireSRWLockExclusive(&wire->lock);
    struct wire_order *order = wire->is_stopping ? NULL : wire->first;
    if (order != NULL && (wire->first = order->next) == NULL)
        wire->end_of_orders = &wire->first;
    ReleaseSRWLockExclusive(&wire->lock);
    return order;
}

/* The next message for the pipe, where there is one among the orders that are left. */
static bool next_message(struct worker_wire *wire, uint8_t *bytes)
{
    struct wire_order *order;
    enum outcome outcome = NOTHING;
    bool has_failed = false;

    AcquireSRWLockExclusive(&wire->transferring);
    while (outcome != WRITE && (order = take_order(wire)) != NULL) {
        outcome = carry_out(wire, order, bytes);
        has_failed = has_failed || outcome == TELL;
    }
    ReleaseSRWLockExclusive(&wire->transferring);
    if (has_failed) {
        AcquireSRWLockExclusive(&wire->lock);
        wire->has_failures = true;
        tell_loop(wire);
    }
    return outcome == WRITE;
}

/* False where nothing more is to be written. */
static bool wait_for_orders(struct worker_wire *wire)
{
    AcquireSRWLockExclusive(&wire->lock);
    while (wire->first == NULL && !wire->is_stopping)
        SleepConditionVariableSRW(&wire->changed, &wire->lock, INFINITE, 0);
    bool goes_on = !wire->is_stopping;
    ReleaseSRWLockExclusive(&wire->lock);
    return goes_on;
}

static bool write_message(struct worker_wire *wire, const uint8_t *bytes)
{
    OVERLAPPED overlapped = {.hEvent = wire->written};
    DWORD written = 0;

    if (!WriteFile(wire->input, bytes, WORKER_ORDER_SIZE, NULL, &overlapped) &&
        GetLastError() != ERROR_IO_PENDING)
        return false;
    while (!HasOverlappedIoCompleted(&overlapped))
        WaitForSingleObject(overlapped.hEvent, LOOK_MS);
    return GetOverlappedResult(wire->input, &overlapped, &written, TRUE) &&
           written == WORKER_ORDER_SIZE;
}

/* Until it is stopped, or until the worker is gone, which its output tells too. */
static void write_orders(struct worker_wire *wire)
{
    uint8_t bytes[WORKER_ORDER_SIZE];

    while (wait_for_orders(wire))
        if (next_message(wire, bytes) && !write_message(wire, bytes))
            return;
}

static DWORD WINAPI run_writer(void *parameter)
{
    struct worker_wire *wire = parameter;

    stack_trim();
    write_orders(wire);
    leave(wire, &wire->input, &wire->writer_ended);
    return 0;
}

void worker_wire_put(struct worker_wire *wire, struct wire_order *order)
{
    order->next = NULL;
    order->state = WIRE_WAITS;
    AcquireSRWLockExclusive(&wire->lock);
    *wire->end_of_orders = order;
    wire->end_of_orders = &order->next;
    ReleaseSRWLockExclusive(&wire->lock);
    WakeAllConditionVariable(&wire->changed);
}

void worker_wire_put_page(struct worker_wire *wire)
{
    wire->first_of_all.kind = ORDER_PAGE;
    worker_wire_put(wire, &wire->first_of_all);
}

void worker_wire_put_end(struct worker_wire *wire)
{
    wire->last.kind = ORDER_END;
    worker_wire_put(wire, &wire->last);
}

void worker_wire_take_back(struct worker_wire *wire, struct wire_order *order)
{
    struct wire_order **place = &wire->first;

    AcquireSRWLockExclusive(&wire->transferring);
    AcquireSRWLockExclusive(&wire->lock);
    while (*place != NULL && *place != order)
        place = &(*place)->next;
    if (*place != NULL && (*place = order->next) == NULL)
        wire->end_of_orders = place;
    ReleaseSRWLockExclusive(&wire->lock);
    ReleaseSRWLockExclusive(&wire->transferring);
}

bool worker_wire_take_failures(struct worker_wire *wire)
{
    AcquireSRWLockExclusive(&wire->lock);
    bool has_failures = wire->has_failures;
    wire->has_failures = false;
    ReleaseSRWLockExclusive(&wire->lock);
    return has_failures;
}

enum wire_order_state wire_order_state(struct wire_order *order)
{
    return (enum wire_order_state)InterlockedCompareExchange(&order->state, 0, 0);
}

/* --- reports */

/* Waits until the loop has taken what there is no room for, or takes nothing any more. */
static void hand_over(struct worker_wire *wire, const uint8_t *bytes, size_t size)
{
    AcquireSRWLockExclusive(&wire->lock);
    while (sizeof wire->reports - wire->used < size && !wire->is_closing)
        SleepConditionVariableSRW(&wire->changed, &wire->lock, INFINITE, 0);
    if (!wire->is_closing) {
        memcpy(wire->reports + wire->used, bytes, size);
        wire->used += size;
    }
    tell_loop(wire);
}

/* What stands in the page; whether there was anything. A worker that never stops writing there does
   not keep this thread. */
static bool hand_over_page(struct worker_wire *wire)
{
    uint8_t bytes[sizeof wire->reports];
    size_t most = (size_t)wire->page.report_count * WORKER_REPORT_SIZE;
    size_t sum = 0;
    size_t size;

    while (sum < most && (size = worker_page_take(&wire->page, bytes, sizeof bytes)) > 0) {
        hand_over(wire, bytes, size);
        sum += size;
    }
    return sum > 0;
}

/* While much is said, that a connection was accepted need not wake this thread: its end will. */
static enum worker_page_news choose_news(struct worker_wire *wire, bool is_busy)
{
    InterlockedExchange(&wire->looks_later, is_busy); /* in this order: see worker_wire_hear_late */
    if (!is_busy)
        return PAGE_ANY_NEWS;
    return InterlockedCompareExchange(&wire->hears_late, 0, 0) != 0 ? PAGE_NO_NEWS
                                                                    : PAGE_MORE_THAN_ACCEPTED;
}

/* Waits for a read of the pipe, and takes what comes through the page in the meantime. */
static void wait_for_reports(struct worker_wire *wire, const OVERLAPPED *overlapped)
{
    bool is_busy = false;

    while (!HasOverlappedIoCompleted(overlapped)) {
        is_busy = hand_over_page(wire) || is_busy;
        if (!worker_page_wait(&wire->page, overlapped->hEvent, choose_news(wire, is_busy),
                              is_busy ? SOON_MS : LOOK_MS))
            is_busy = false;
    }
}

/* Until every writer has closed. */
static void read_reports(struct worker_wire *wire)
{
    uint8_t bytes[sizeof wire->reports];
    size_t used = 0;

    for (;;) {
        OVERLAPPED overlapped = {.hEvent = wire->read};
        DWORD length = 0;

        if (!ReadFile(wire->output, bytes + used, (DWORD)(sizeof bytes - used), NULL,
                      &overlapped) &&
            GetLastError() != ERROR_IO_PENDING)
            return;
        wait_for_reports(wire, &overlapped);
        if (!GetOverlappedResult(wire->output, &overlapped, &length, TRUE))
            return;
        used += length;
        size_t rest = used % WORKER_REPORT_SIZE;
        if (used > rest)
            hand_over(wire, bytes, used - rest);
        memmove(bytes, bytes + used - rest, rest);
        used = rest;
    }
}

static DWORD WINAPI run_reader(void *parameter)
{
    struct worker_wire *wire = parameter;

    stack_trim();
    read_reports(wire);
    hand_over_page(wire); /* its last words */
    leave(wire, &wire->output, &wire->reader_ended);
    return 0;
}

void worker_wire_hear_late(struct worker_wire *wire, bool may)
{
    if (InterlockedExchange(&wire->hears_late, may) != 0 && !may &&
        InterlockedExchange(&wire->looks_later, FALSE) != 0)
        worker_page_hurry(&wire->page);
}

size_t worker_wire_take(struct worker_wire *wire, uint8_t *reports, size_t size)
{
    AcquireSRWLockExclusive(&wire->lock);
    if (size > wire->used)
        size = wire->used;
    memcpy(reports, wire->reports, size);
    wire->used -= size;
    memmove(wire->reports, wire->reports + size, wire->used);
    ReleaseSRWLockExclusive(&wire->lock);
    if (size > 0)
        WakeAllConditionVariable(&wire->changed);
    return size;
}

/* --- beginning and end */

static bool make_event(HANDLE *event, struct error *error)
{
    *event = CreateEventW(NULL, TRUE, FALSE, NULL);
    return *event != NULL || error_windows(error, "CreateEvent for a worker's pipe");
}

static bool start_thread(HANDLE *thread, LPTHREAD_START_ROUTINE run, struct worker_wire *wire,
                         struct error *error)
{
    *thread = CreateThread(NULL, STACK_SIZE, run, wire, STACK_SIZE_PARAM_IS_A_RESERVATION, NULL);
    return *thread != NULL || error_windows(error, "CreateThread for a worker's pipe");
}

bool worker_wire_open(struct worker_wire *wire, struct error *error)
{
    InitializeSRWLock(&wire->transferring);
    InitializeSRWLock(&wire->lock);
    InitializeConditionVariable(&wire->changed);
    wire->end_of_orders = &wire->first;
    wire->news.complete = on_news;
    worker_page_open(&wire->page, wire->connections); /* or all goes through the pipes */
    return make_event(&wire->written, error) && make_event(&wire->read, error) &&
           start_thread(&wire->reader, run_reader, wire, error) &&
           start_thread(&wire->writer, run_writer, wire, error);
}

bool worker_wire_is_open(struct worker_wire *wire)
{
    AcquireSRWLockShared(&wire->lock);
    bool is_open = wire->writer != NULL && !wire->writer_ended && !wire->is_stopping;
    ReleaseSRWLockShared(&wire->lock);
    return is_open;
}

void worker_wire_stop(struct worker_wire *wire)
{
    AcquireSRWLockExclusive(&wire->lock);
    wire->is_stopping = true;
    if (wire->input != NULL)
        CancelIoEx(wire->input, NULL);
    ReleaseSRWLockExclusive(&wire->lock);
    WakeAllConditionVariable(&wire->changed);
}

void worker_wire_cut(struct worker_wire *wire)
{
    worker_wire_stop(wire);
    AcquireSRWLockExclusive(&wire->lock);
    if (wire->output != NULL)
        CancelIoEx(wire->output, NULL);
    ReleaseSRWLockExclusive(&wire->lock);
}

bool worker_wire_has_ended(struct worker_wire *wire)
{
    AcquireSRWLockShared(&wire->lock);
    bool has_ended = wire->reader == NULL || wire->reader_ended;
    ReleaseSRWLockShared(&wire->lock);
    return has_ended;
}

bool worker_wire_is_over(struct worker_wire *wire)
{
    AcquireSRWLockShared(&wire->lock);
    bool is_over = (wire->reader == NULL || wire->reader_ended) &&
                   (wire->writer == NULL || wire->writer_ended) && !wire->is_posted;
    ReleaseSRWLockShared(&wire->lock);
    return is_over;
}

/* What is under way there may have begun just after it was cancelled. */
static void close_thread(struct worker_wire *wire, HANDLE *thread)
{
    while (*thread != NULL && WaitForSingleObject(*thread, CANCEL_MS) == WAIT_TIMEOUT)
        worker_wire_cut(wire);
    handle_close(thread);
}

void worker_wire_close(struct worker_wire *wire)
{
    AcquireSRWLockExclusive(&wire->lock);
    wire->is_stopping = wire->is_closing = true;
    ReleaseSRWLockExclusive(&wire->lock);
    WakeAllConditionVariable(&wire->changed);
    close_thread(wire, &wire->writer);
    close_thread(wire, &wire->reader);
    handle_close(&wire->input);
    handle_close(&wire->output);
    handle_close(&wire->written);
    handle_close(&wire->read);
    worker_page_close(&wire->page);
}
