#include "server/closer.h"

#include "core/memory.h"
#include "windows/clock.h"
#include "windows/handle.h"
#include "windows/stack.h"
#include "windows/text.h"

#include <stdlib.h>

enum {
    STACK_SIZE = 64 * 1024,
    BLOCK_SIZE = 16 * 1024,
    BLOCKS_PER_TURN = 8,
    CANCEL_MS = 10,
    TELL_MS = 5 /* what is through can wait so long, for others that are told of with it */
};

static const uint64_t looks_ms[] = {2, 8, 30};

struct queue {
    struct closing *first;
    struct closing **end;
};

struct closer {
    struct loop *loop;
    struct operation wake;
    HANDLE thread;
    struct steady_clock clock;
    struct queue looking;
    HANDLE read;            /* an event: some read has ended */
    char block[BLOCK_SIZE]; /* of what is read, and nobody looks at */

    SRWLOCK lock; /* everything below */
    CONDITION_VARIABLE changed;
    struct queue submitted, finished;
    uint64_t finished_ms; /* when the first of them was */
    bool is_posted;
    bool stopping;
};

static void put(struct queue *queue, struct closing *closing)
{
    closing->next = NULL;
    *queue->end = closing;
    queue->end = &closing->next;
}

static struct closing *take_all(struct queue *queue)
{
    struct closing *first = queue->first;

    queue->first = NULL;
    queue->end = &queue->first;
    return first;
}

/* --- one socket */

bool closer_drain(SOCKET socket, bool *has_read, bool *more, enum closing_end *end)
{
    char block[BLOCK_SIZE];

    *more = false;
    for (int i = 0; i < BLOCKS_PER_TURN; i++) {
        int length = recv(socket, block, sizeof block, 0);
        if (length > 0) {
            *has_read = true;
            continue;
        }
        if (length == SOCKET_ERROR && WSAGetLastError() == WSAEWOULDBLOCK)
            return true;
        *end = length == 0 ? CLOSING_CLOSED : CLOSING_RESET;
        return false;
    }
    *more = true;
    return true;
}

static void stop_blocking(SOCKET socket)
{
    u_long nonblocking = 1;

    ioctlsocket(socket, (long)FIONBIO, &nonblocking);
}

static void begin(struct closer *closer, struct closing *closing)
{
    if (!closing->is_shut_down)
        shutdown(closing->socket, SD_SEND);
    if (!closing->can_wait)
        stop_blocking(closing->socket);
    closing->look_ms = steady_clock_ms(&closer->clock) + looks_ms[0];
}

/* The result of a read that is over. Returns false when the client has come to its end. */
static bool take_result(struct closing *closing)
{
    DWORD length, flags;

    closing->is_reading = false;
    if (!WSAGetOverlappedResult(closing->socket, &closing->reading, &length, FALSE, &flags)) {
        closing->end = CLOSING_RESET;
        return WSAGetLastError() == WSA_OPERATION_ABORTED;
    }
    closing->end = CLOSING_CLOSED;
    closing->has_read = closing->has_read || length > 0;
    return length > 0;
}

static bool start_reading(struct closer *closer, struct closing *closing)
{
    WSABUF buffer = {.buf = closer->block, .len = sizeof closer->block};
    DWORD length;
    DWORD flags = 0;

    /* The bit keeps the packet from a port of the worker's that had the socket
       (GetQueuedCompletionStatus, "lpOverlapped"). */
    closing->reading = (OVERLAPPED){.hEvent = (HANDLE)((ULONG_PTR)closer->read | 1)};
    closing->is_reading =
        WSARecv(closing->socket, &buffer, 1, &length, &flags, &closing->reading, NULL) == 0 ||
        WSAGetLastError() == WSA_IO_PENDING;
    return closing->is_reading;
}

/* As closer_drain, with a read that goes on between the looks. */
static bool drain_by_reading(struct closer *closer, struct closing *closing)
{
    for (int i = 0; i < BLOCKS_PER_TURN; i++) {
        if (!closing->is_reading && !start_reading(closer, closing)) {
            closing->end = CLOSING_RESET;
            return false;
        }
        if (!HasOverlappedIoCompleted(&closing->reading))
            return true;
        if (!take_result(closing))
            return false;
    }
    return true;
}

/* Has the socket as closer_drain wants it. */
static bool stop_reading(struct closer *closer, struct closing *closing)
{
    if (closing->is_reading)
        CancelIoEx((HANDLE)closing->socket, &closing->reading);
    while (closing->is_reading && !HasOverlappedIoCompleted(&closing->reading))
        WaitForSingleObject(closer->read, CANCEL_MS);
    stop_blocking(closing->socket);
    return !closing->is_reading || take_result(closing);
}

/* False when the client has come to its end. */
static bool drain(struct closer *closer, struct closing *closing)
{
    bool more;

    return closing->can_wait
               ? drain_by_reading(closer, closing)
               : closer_drain(closing->socket, &closing->has_read, &more, &closing->end);
}

/* Whether it is through. */
static bool look(struct closer *closer, struct closing *closing)
{
    bool is_open = drain(closer, closing);
    bool is_last = ++closing->looks == ARRAYSIZE(looks_ms);

    if (is_open && is_last && closing->can_wait)
        is_open = stop_reading(closer, closing);
    if (!is_open)
        closesocket(closing->socket);
    else if (is_last)
        closing->end = CLOSING_LEFT;
    else
        closing->look_ms = steady_clock_ms(&closer->clock) + looks_ms[closing->looks];
    return !is_open || is_last;
}

/* --- all of them */

static void finish(struct closer *closer, struct closing *closing)
{
    AcquireSRWLockExclusive(&closer->lock);
    if (closer->finished.first == NULL)
        closer->finished_ms = steady_clock_ms(&closer->clock);
    put(&closer->finished, closing);
    ReleaseSRWLockExclusive(&closer->lock);
}

static void look_at_due(struct closer *closer)
{
    struct closing *closing = take_all(&closer->looking);
    uint64_t now = steady_clock_ms(&closer->clock);

    while (closing != NULL) {
        struct closing *next = closing->next;

        if (closing->look_ms <= now && look(closer, closing))
            finish(closer, closing);
        else
            put(&closer->looking, closing);
        closing = next;
    }
}

static void begin_all(struct closer *closer, struct closing *closing)
{
    while (closing != NULL) {
        struct closing *next = closing->next;

        begin(closer, closing);
        put(&closer->looking, closing);
        closing = next;
    }
}

static void tell_loop(struct closer *closer)
{
    AcquireSRWLockExclusive(&closer->lock);
    bool post = closer->finished.first != NULL && !closer->is_posted &&
                steady_clock_ms(&closer->clock) >= closer->finished_ms + TELL_MS;
    closer->is_posted = closer->is_posted || post;
    ReleaseSRWLockExclusive(&closer->lock);
    if (!post || loop_post(closer->loop, &closer->wake))
        return;
    AcquireSRWLockExclusive(&closer->lock);
    closer->is_posted = false; /* the sweep looks too */
    ReleaseSRWLockExclusive(&closer->lock);
}

/* Until the next look, or until the loop is to be told. With the lock. */
static DWORD wait_ms(struct closer *closer)
{
    uint64_t now = steady_clock_ms(&closer->clock);
    uint64_t due_ms = UINT64_MAX;

    for (const struct closing *closing = closer->looking.first; closing != NULL;
         closing = closing->next)
        if (closing->look_ms < due_ms)
            due_ms = closing->look_ms;
    if (closer->finished.first != NULL && !closer->is_posted &&
        closer->finished_ms + TELL_MS < due_ms)
        due_ms = closer->finished_ms + TELL_MS;
    if (due_ms == UINT64_MAX)
        return INFINITE;
    return due_ms > now ? (DWORD)(due_ms - now) : 0;
}

/* False where it is to stop. */
static bool wait_for_work(struct closer *closer, struct closing **submitted)
{
    AcquireSRWLockExclusive(&closer->lock);
    DWORD ms = wait_ms(closer);
    if (closer->submitted.first == NULL && !closer->stopping && ms > 0)
        SleepConditionVariableSRW(&closer->changed, &closer->lock, ms, 0);
    *submitted = take_all(&closer->submitted);
    bool goes_on = !closer->stopping;
    ReleaseSRWLockExclusive(&closer->lock);
    return goes_on;
}

static DWORD WINAPI run(void *parameter)
{
    struct closer *closer = parameter;
    struct closing *submitted;

    stack_trim();
    while (wait_for_work(closer, &submitted)) {
        begin_all(closer, submitted);
        look_at_due(closer);
        tell_loop(closer);
    }
    for (struct closing *closing = closer->looking.first; closing != NULL; closing = closing->next)
        stop_reading(closer, closing); /* what is read into ends with this thread */
    return 0;
}

/* --- for the loop */

void closer_collect(struct closer *closer)
{
    AcquireSRWLockExclusive(&closer->lock);
    struct closing *closing = take_all(&closer->finished);
    closer->is_posted = false; /* or lost */
    ReleaseSRWLockExclusive(&closer->lock);
    while (closing != NULL) {
        struct closing *next = closing->next;

        closing->done(closing);
        closing = next;
    }
}

static void on_wake(struct operation *operation, DWORD bytes)
{
    (void)bytes;
    closer_collect(CONTAINER(operation, struct closer, wake));
}

void closer_submit(struct closer *closer, struct closing *closing)
{
    AcquireSRWLockExclusive(&closer->lock);
    put(&closer->submitted, closing);
    ReleaseSRWLockExclusive(&closer->lock);
    WakeConditionVariable(&closer->changed);
}

struct closer *closer_start(struct loop *loop, struct error *error)
{
    struct closer *closer = memory_zeroed(1, sizeof *closer);

    closer->loop = loop;
    closer->wake.complete = on_wake;
    InitializeSRWLock(&closer->lock);
    InitializeConditionVariable(&closer->changed);
    take_all(&closer->looking);
    take_all(&closer->submitted);
    take_all(&closer->finished);
    closer->read = CreateEventW(NULL, FALSE, FALSE, NULL);
    if (closer->read == NULL)
        error_windows(error, "CreateEvent for the thread that closes connections");
    else if ((closer->thread = CreateThread(NULL, STACK_SIZE, run, closer,
                                            STACK_SIZE_PARAM_IS_A_RESERVATION, NULL)) == NULL)
        error_windows(error, "CreateThread for the thread that closes connections");
    else
        return closer;
    handle_close(&closer->read);
    free(closer);
    return NULL;
}

void closer_stop(struct closer *closer)
{
    AcquireSRWLockExclusive(&closer->lock);
    closer->stopping = true;
    ReleaseSRWLockExclusive(&closer->lock);
    WakeConditionVariable(&closer->changed);
    WaitForSingleObject(closer->thread, INFINITE);
    CloseHandle(closer->thread);
    CloseHandle(closer->read);
    free(closer);
}
