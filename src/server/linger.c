#include "server/linger.h"

#include <stddef.h>

enum {
    LONGEST_MS = 30000,
    LOOK_MS = 1000, /* between looks at the socket, in case a wake-up was lost */
    POLL_MS = 50    /* the same where there was no event to be had */
};

/* Hands the connection back. Packets already under way outlive what they speak of, so where there
   may be some this waits until one more has come round behind them. The last thing that a turn
   does: afterwards there is no linger any more. */
static void hand_back(struct lingering *linger)
{
    timer_cancel(linger->loop, &linger->timer);
    if (!linger->has_packets)
        linger->ended(linger, linger->end);
    else if (!loop_post(linger->loop, &linger->last))
        timer_set(linger->loop, &linger->timer, LOOK_MS); /* and try again */
}

static void finish(struct lingering *linger, enum linger_end end)
{
    linger->over = true;
    linger->end = end;
    if (linger->event != NULL)
        WSAEventSelect(linger->socket, NULL, 0);
    if (linger->wait != NULL)
        UnregisterWaitEx(linger->wait, INVALID_HANDLE_VALUE);
    closesocket(linger->socket);
    if (linger->event != NULL)
        CloseHandle(linger->event);
}

static void set_timer(struct lingering *linger)
{
    uint64_t now = linger->loop->now_ms;
    uint64_t until =
        linger->quiet_until_ms < linger->close_by_ms ? linger->quiet_until_ms : linger->close_by_ms;
    uint64_t left = until > now ? until - now : 0;
    uint64_t look = linger->wait != NULL ? LOOK_MS : POLL_MS;

    timer_set(linger->loop, &linger->timer, left < look ? left : look);
}

static enum linger_end end_of(enum closing_end end)
{
    return end == CLOSING_RESET ? LINGER_RESET : LINGER_CLOSED;
}

static void drain(struct lingering *linger)
{
    bool has_read = false;
    bool more;
    enum closing_end end;

    if (!closer_drain(linger->socket, &has_read, &more, &end)) {
        finish(linger, end_of(end));
        return;
    }
    if (has_read)
        linger->quiet_until_ms = linger->loop->now_ms + linger->quiet_ms;
    if (!more)
        return;
    linger->has_packets = true;
    loop_post(linger->loop, &linger->readable); /* after the others have had a turn */
}

static void on_readable(struct operation *operation, DWORD bytes)
{
    struct lingering *linger = CONTAINER(operation, struct lingering, readable);

    (void)bytes;
    if (linger->over)
        return;
    drain(linger);
    if (linger->over)
        hand_back(linger);
}

static void on_last(struct operation *operation, DWORD bytes)
{
    struct lingering *linger = CONTAINER(operation, struct lingering, last);

    (void)bytes;
    linger->ended(linger, linger->end);
}

static void CALLBACK on_event(void *parameter, BOOLEAN timed_out)
{
    struct lingering *linger = parameter;

    (void)timed_out;
    loop_post(linger->loop, &linger->readable);
}

/* In this order: the drain must not miss what came before the event was selected, and the wait must
   not be there yet when the drain finds the end. Where there is no event to be had the timer goes
   on looking. */
static void wait_for_client(struct lingering *linger)
{
    linger->event = CreateEventW(NULL, FALSE, FALSE, NULL);
    if (linger->event == NULL ||
        WSAEventSelect(linger->socket, linger->event, FD_READ | FD_CLOSE) == SOCKET_ERROR)
        return;
    drain(linger);
    if (linger->over)
        return;
    linger->has_packets = true;
    if (!RegisterWaitForSingleObject(&linger->wait, linger->event, on_event, linger, INFINITE,
                                     WT_EXECUTEINWAITTHREAD))
        linger->wait = NULL;
}

static void look(struct lingering *linger)
{
    uint64_t now = linger->loop->now_ms;

    drain(linger);
    if (!linger->over && (now >= linger->close_by_ms || now >= linger->quiet_until_ms))
        finish(linger, LINGER_TIMEOUT);
}

static void on_timer(struct timer *timer)
{
    struct lingering *linger = CONTAINER(timer, struct lingering, timer);

    if (!linger->over)
        look(linger);
    if (linger->over)
        hand_back(linger);
    else
        set_timer(linger);
}

/* From the closer: most clients have closed by then. */
static void on_looked(struct closing *closing)
{
    struct lingering *linger = CONTAINER(closing, struct lingering, closing);

    linger->is_with_closer = false;
    if (closing->end != CLOSING_LEFT) {
        linger->ended(linger, end_of(closing->end));
        return;
    }
    if (closing->has_read)
        linger->quiet_until_ms = linger->loop->now_ms + linger->quiet_ms;
    wait_for_client(linger);
    if (linger->over)
        hand_back(linger);
    else
        set_timer(linger);
}

void linger_begin(struct lingering *linger, struct loop *loop, struct closer *closer, SOCKET socket,
                  bool can_wait, uint64_t quiet_ms,
                  void (*ended)(struct lingering *linger, enum linger_end end))
{
    linger->loop = loop;
    linger->socket = socket;
    linger->quiet_ms = quiet_ms;
    linger->quiet_until_ms = loop->now_ms + quiet_ms;
    linger->close_by_ms = loop->now_ms + LONGEST_MS;
    linger->readable.complete = on_readable;
    linger->last.complete = on_last;
    linger->timer.fire = on_timer;
    linger->ended = ended;
    linger->closing.socket = socket;
    linger->closing.can_wait = can_wait;
    linger->closing.done = on_looked;
    linger->is_with_closer = true;
    closer_submit(closer, &linger->closing);
}

void linger_hurry(struct lingering *linger, uint64_t ms)
{
    uint64_t until = linger->loop->now_ms + ms;

    if (linger->over)
        return;
    if (until < linger->close_by_ms)
        linger->close_by_ms = until;
    if (!linger->is_with_closer)
        set_timer(linger);
}
