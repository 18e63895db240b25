#include "server/relay.h"

#include "core/options.h"

#include <stdlib.h>

enum {
    LONGEST_MS = 30000,
    SILENT_MS = 100, /* how long a pipe that somebody else still holds is kept when it is silent */
    LOOK_MS = 50     /* between looks at the time while it finishes */
};

/* --- the calls. Each operation's OVERLAPPED is zeroed before: under Wine a call that fails at
   once may leave it as if it were pending. */

static char *next_block(struct flow *flow)
{
    return flow->blocks[(flow->first + flow->full) % 2];
}

static bool receive(struct flow *flow)
{
    WSABUF buffer = {.len = flow->size, .buf = next_block(flow)};
    DWORD flags = 0;

    return WSARecv(flow->from, &buffer, 1, NULL, &flags, &flow->read.overlapped, NULL) == 0 ||
           WSAGetLastError() == WSA_IO_PENDING;
}

static bool send_on(struct flow *flow)
{
    WSABUF buffer = {.len = flow->lengths[flow->first] - flow->written,
                     .buf = flow->blocks[flow->first] + flow->written};

    return WSASend(flow->to, &buffer, 1, NULL, 0, &flow->write.overlapped, NULL) == 0 ||
           WSAGetLastError() == WSA_IO_PENDING;
}

static bool read_pipe(struct flow *flow)
{
    return ReadFile(flow->relay->output, next_block(flow), flow->size, NULL,
                    &flow->read.overlapped) ||
           GetLastError() == ERROR_IO_PENDING;
}

static bool write_pipe(struct flow *flow)
{
    return WriteFile(flow->relay->input, flow->blocks[flow->first] + flow->written,
                     flow->lengths[flow->first] - flow->written, NULL, &flow->write.overlapped) ||
           GetLastError() == ERROR_IO_PENDING;
}

/* --- the ends */

static void close_pipe(HANDLE *pipe)
{
    if (*pipe == NULL)
        return;
    CancelIoEx(*pipe, NULL);
    CloseHandle(*pipe);
    *pipe = NULL;
}

static void end_input(struct relay *relay)
{
    if (relay->has_peer)
        shutdown(relay->peer, SD_SEND);
    else
        close_pipe(&relay->input);
}

static void end_sending(struct relay *relay)
{
    shutdown(relay->socket, SD_SEND);
}

static void stop(struct relay *relay, enum relay_end end)
{
    if (relay->stopped)
        return;
    relay->stopped = true;
    relay->end = end;
    CancelIoEx((HANDLE)relay->socket, NULL);
    if (relay->has_peer)
        closesocket(relay->peer);
    close_pipe(&relay->input);
    close_pipe(&relay->output);
}

/* A peer is not to take that for an end in order. */
static void lose_client(struct relay *relay)
{
    static const struct linger hard = {.l_onoff = 1, .l_linger = 0};

    if (relay->has_peer && !relay->stopped)
        setsockopt(relay->peer, SOL_SOCKET, SO_LINGER, (const char *)&hard, sizeof hard);
    relay->lost = true;
    stop(relay, RELAY_LOST);
}

/* --- copying */

/* What was on its way to a handler that has closed its input. Its client may go on sending. */
static void drop(struct flow *flow)
{
    flow->dropping = true;
    flow->full = 0;
    flow->written = 0;
    end_input(flow->relay);
}

static void lose_peer(struct relay *relay)
{
    relay->peer_lost = true;
    relay->from_handler.ended = true;
    drop(&relay->from_client);
}

static void source_failed(struct flow *flow)
{
    flow->ended = true; /* all that a pipe's failure says */
    if (flow == &flow->relay->from_client)
        lose_client(flow->relay);
    else if (flow->relay->has_peer && !flow->relay->finishing)
        lose_peer(flow->relay);
}

static void target_failed(struct flow *flow)
{
    if (flow == &flow->relay->from_handler)
        lose_client(flow->relay);
    else if (flow->relay->has_peer && !flow->relay->finishing)
        lose_peer(flow->relay);
    else
        drop(flow);
}

/* Begins whatever can be begun. */
static void pump(struct flow *flow)
{
    if (!flow->relay->stopped && !flow->reading && !flow->ended && flow->full < 2) {
        flow->read.overlapped = (OVERLAPPED){0};
        flow->reading = flow->begin_read(flow);
        if (!flow->reading)
            source_failed(flow);
    }
    if (!flow->relay->stopped && !flow->writing && flow->full > 0) {
        flow->write.overlapped = (OVERLAPPED){0};
        flow->writing = flow->begin_write(flow);
        if (!flow->writing)
            target_failed(flow);
    }
    if (!flow->relay->stopped && flow->ended && !flow->reading && !flow->writing &&
        flow->full == 0 && !flow->closed) {
        flow->closed = true;
        flow->end_target(flow->relay);
    }
}

static bool is_under_way(const struct relay *relay)
{
    return relay->from_client.reading || relay->from_client.writing ||
           relay->from_handler.reading || relay->from_handler.writing;
}

/* Whether there is something to say of it that has not been. */
static bool has_news(const struct relay *relay)
{
    bool is_done = relay->has_peer && relay->from_client.closed && relay->from_handler.closed;

    return (relay->lost && !relay->lost_is_said) ||
           ((relay->peer_lost || is_done) && !relay->peer_is_said);
}

/* When the timer has something to do next. */
static void set_timer(struct relay *relay)
{
    uint64_t now_ms = relay->loop->now_ms;
    bool is_over = relay->finishing && relay->stopped;

    if ((is_over && !is_under_way(relay)) || has_news(relay))
        timer_set(relay->loop, &relay->timer, 0);
    else if (relay->finishing && !relay->stopped)
        timer_set(relay->loop, &relay->timer, LOOK_MS);
    else if (relay->finishing || relay->stopped || relay->is_idle || relay->idle_ms == UNLIMITED)
        timer_cancel(relay->loop, &relay->timer);
    else if (!relay->timer.is_set) /* it looks at last_ms, so it need not be moved for each block */
        timer_set(relay->loop, &relay->timer, relay->last_ms + relay->idle_ms - now_ms);
}

static void look(struct relay *relay)
{
    pump(&relay->from_client);
    pump(&relay->from_handler);
    if (relay->finishing && relay->from_handler.closed)
        stop(relay, RELAY_DONE);
    set_timer(relay);
}

static void on_read(struct operation *operation, DWORD bytes)
{
    struct flow *flow = CONTAINER(operation, struct flow, read);

    flow->reading = false;
    if (bytes > 0) {
        flow->relay->last_ms = flow->relay->loop->now_ms;
        if (flow == &flow->relay->from_client)
            flow->bytes += bytes;
        if (!flow->dropping)
            flow->lengths[(flow->first + flow->full++) % 2] = bytes;
    } else if (operation->overlapped.Internal != 0 && !flow->relay->stopped) {
        source_failed(flow);
    } else if (flow->from != INVALID_SOCKET) {
        flow->ended = true; /* a pipe can bring nothing and go on: somebody wrote 0 bytes */
    }
    look(flow->relay);
}

/* A write that had to wait may have written less, or nothing at all, under Wine. */
static void on_write(struct operation *operation, DWORD bytes)
{
    struct flow *flow = CONTAINER(operation, struct flow, write);

    flow->writing = false;
    if (bytes > 0) {
        flow->relay->last_ms = flow->relay->loop->now_ms;
        if (flow == &flow->relay->from_handler)
            flow->bytes += bytes;
    }
    if (!flow->dropping) {
        flow->written += bytes;
        if (flow->written == flow->lengths[flow->first]) {
            flow->written = 0;
            flow->first = (flow->first + 1) % 2;
            flow->full--;
        } else if (operation->overlapped.Internal != 0 && !flow->relay->stopped) {
            target_failed(flow);
        }
    }
    look(flow->relay);
}

/* --- time */

/* What is in a pipe has been read by now, and whoever else may hold the other end is not waited
   for. */
static void look_at_time(struct relay *relay)
{
    struct flow *flow = &relay->from_handler;
    uint64_t now_ms = relay->loop->now_ms;

    if (now_ms >= relay->close_by_ms || now_ms >= relay->last_ms + relay->quiet_ms)
        stop(relay, RELAY_LEFT);
    else if (flow->reading && flow->full == 0 && now_ms >= relay->last_ms + SILENT_MS)
        CancelIoEx(relay->has_peer ? (HANDLE)relay->peer : relay->output, &flow->read.overlapped);
}

static void on_timer(struct timer *timer)
{
    struct relay *relay = CONTAINER(timer, struct relay, timer);

    if (relay->finishing && relay->stopped && !is_under_way(relay)) {
        relay->ended(relay, relay->end);
        return;
    }
    if (relay->finishing && !relay->stopped)
        look_at_time(relay);
    bool idle = !relay->finishing && !relay->stopped && relay->idle_ms != UNLIMITED &&
                relay->loop->now_ms >= relay->last_ms + relay->idle_ms;
    bool has_something = has_news(relay) && !relay->finishing;
    relay->is_idle = relay->is_idle || idle;
    relay->lost_is_said = relay->lost;
    relay->peer_is_said = relay->peer_is_said || has_news(relay);
    set_timer(relay);
    if (has_something && relay->lost)
        relay->event(relay, RELAY_CLIENT_LOST);
    else if (has_something)
        relay->event(relay, relay->peer_lost ? RELAY_PEER_LOST : RELAY_PEER_DONE);
    else if (idle)
        relay->event(relay, RELAY_IDLE);
}

/* --- */

struct relay *relay_new(void)
{
    return calloc(1, sizeof(struct relay));
}

void relay_begin(struct relay *relay)
{
    struct error ignored;
    struct flow *in = &relay->from_client;
    struct flow *out = &relay->from_handler;

    in->relay = out->relay = relay;
    in->size = RELAY_CLIENT_BLOCK;
    out->size = RELAY_HANDLER_BLOCK;
    for (size_t i = 0; i < 2; i++) {
        in->blocks[i] = relay->client_blocks[i];
        out->blocks[i] = relay->handler_blocks[i];
    }
    in->from = out->to = relay->socket;
    in->to = out->from = relay->has_peer ? relay->peer : INVALID_SOCKET;
    in->begin_read = receive;
    in->begin_write = relay->has_peer ? send_on : write_pipe;
    in->end_target = end_input;
    out->begin_read = relay->has_peer ? receive : read_pipe;
    out->begin_write = send_on;
    out->end_target = end_sending;
    in->read.complete = out->read.complete = on_read;
    in->write.complete = out->write.complete = on_write;
    relay->timer.fire = on_timer;
    relay->last_ms = relay->loop->now_ms;
    bool good = loop_associate(relay->loop, (HANDLE)relay->socket, &ignored);
    if (!relay->has_peer) /* it is already, since it was connected */
        good = good && loop_associate(relay->loop, relay->input, &ignored) &&
               loop_associate(relay->loop, relay->output, &ignored);
    if (!good)
        lose_client(relay);
    look(relay);
}

void relay_finish(struct relay *relay, uint64_t quiet_ms)
{
    relay->finishing = true;
    relay->quiet_ms = quiet_ms;
    relay->last_ms = relay->loop->now_ms;
    relay->close_by_ms = relay->last_ms + LONGEST_MS;
    if (!relay->stopped && !relay->from_client.dropping)
        drop(&relay->from_client);
    if (!relay->stopped && relay->has_peer) { /* it may have no end of its own */
        relay->from_handler.ended = true;
        CancelIoEx((HANDLE)relay->peer, &relay->from_handler.read.overlapped);
    }
    look(relay);
}

void relay_hurry(struct relay *relay, uint64_t ms)
{
    uint64_t until_ms = relay->loop->now_ms + ms;

    if (until_ms < relay->close_by_ms)
        relay->close_by_ms = until_ms;
}
