#include "server/loop.h"

#include "windows/handle.h"
#include "windows/stack.h"
#include "windows/text.h"

#include <stddef.h>

static void take_time(struct loop *loop)
{
    loop->now_ms = steady_clock_ms(&loop->clock);
}

bool loop_open(struct loop *loop, struct error *error)
{
    loop->port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1);
    if (loop->port == NULL)
        return error_windows(error, "CreateIoCompletionPort");
    take_time(loop);
    return true;
}

void loop_close(struct loop *loop)
{
    handle_close(&loop->port);
}

bool loop_associate(struct loop *loop, HANDLE handle, struct error *error)
{
    if (CreateIoCompletionPort(handle, loop->port, 0, 0) == NULL)
        return error_windows(error, "CreateIoCompletionPort");
    return true;
}

bool loop_post(struct loop *loop, struct operation *operation)
{
    return PostQueuedCompletionStatus(loop->port, 0, 0, &operation->overlapped);
}

bool loop_post_message(struct loop *loop, uint64_t key, DWORD message, DWORD pid)
{
    return PostQueuedCompletionStatus(loop->port, message, (ULONG_PTR)key,
                                      (OVERLAPPED *)(ULONG_PTR)pid);
}

void loop_end(struct loop *loop)
{
    loop->ended = true;
}

/* --- timers: a pairing heap, so that setting one needs no memory */

static struct timer *meld(struct timer *a, struct timer *b)
{
    if (a == NULL || b == NULL)
        return a != NULL ? a : b;
    if (b->due_ms < a->due_ms) {
        struct timer *earlier = b;
        b = a;
        a = earlier;
    }
    b->previous = a; /* the parent, for a first child */
    b->next = a->child;
    if (a->child != NULL)
        a->child->previous = b;
    a->child = b;
    return a;
}

/* Melds a list of siblings into one heap: in pairs from the left, then the pairs from the right. */
static struct timer *meld_siblings(struct timer *first)
{
    struct timer *pairs = NULL;
    struct timer *root = NULL;

    while (first != NULL) {
        struct timer *a = first;
        struct timer *b = a->next;

        first = b != NULL ? b->next : NULL;
        a->next = a->previous = NULL;
        if (b != NULL)
            b->next = b->previous = NULL;
        a = meld(a, b);
        a->next = pairs;
        pairs = a;
    }
    while (pairs != NULL) {
        struct timer *pair = pairs;

        pairs = pair->next;
        pair->next = NULL;
        root = meld(root, pair);
    }
    return root;
}

void timer_cancel(struct loop *loop, struct timer *timer)
{
    if (!timer->is_set)
        return;
    struct timer *rest = meld_siblings(timer->child);
    if (timer == loop->timers) {
        loop->timers = rest;
    } else {
        if (timer->previous->child == timer)
            timer->previous->child = timer->next;
        else
            timer->previous->next = timer->next;
        if (timer->next != NULL)
            timer->next->previous = timer->previous;
        loop->timers = meld(loop->timers, rest);
    }
    timer->child = timer->next = timer->previous = NULL;
    timer->is_set = false;
}

void timer_set(struct loop *loop, struct timer *timer, uint64_t delay_ms)
{
    timer_cancel(loop, timer);
    timer->due_ms = loop->now_ms + delay_ms;
    timer->is_set = true;
    loop->timers = meld(loop->timers, timer);
}

static void fire_timers(struct loop *loop)
{
    while (loop->timers != NULL && loop->timers->due_ms <= loop->now_ms && !loop->ended) {
        struct timer *timer = loop->timers;

        timer_cancel(loop, timer);
        timer->fire(timer);
    }
}

/* --- the turn */

static DWORD wait_ms(const struct loop *loop)
{
    if (loop->timers == NULL)
        return INFINITE;
    if (loop->timers->due_ms <= loop->now_ms)
        return 0;
    uint64_t wait = loop->timers->due_ms - loop->now_ms;
    return wait < 60000 ? (DWORD)wait : 60000;
}

static void dispatch(struct loop *loop, ULONG_PTR key, OVERLAPPED *overlapped, DWORD bytes)
{
    if (key != 0) {
        loop->job_message(loop, key, bytes, (DWORD)(ULONG_PTR)overlapped);
    } else {
        struct operation *operation = CONTAINER(overlapped, struct operation, overlapped);

        operation->complete(operation, bytes);
    }
}

/* One packet at a time: taking several in one call costs more than it saves where most turns find
   one, which a call for several notices only by asking once more. */
void loop_run(struct loop *loop)
{
    stack_trim();
    take_time(loop);
    while (!loop->ended) {
        DWORD bytes = 0;
        ULONG_PTR key = 0;
        OVERLAPPED *overlapped = NULL;
        BOOL good = GetQueuedCompletionStatus(loop->port, &bytes, &key, &overlapped, wait_ms(loop));

        take_time(loop);
        if (good || overlapped != NULL) /* else the time was up */
            dispatch(loop, key, overlapped, bytes);
        if (!loop->ended)
            fire_timers(loop);
    }
}
