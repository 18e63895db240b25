#include "server/relay.h"

#include "core/options.h"
#include "windows/socket.h"

#include <stdlib.h>

enum {
    LONGEST_MS = 30000,
    SILENT_MS = 100, /* how long a pipe that somebody else still holds is kept when it is silent */
    LOOK_MS = 50,    /* between looks at the time while it finishes */
    STEPS_PER_TURN = 16
};

/* --- the calls. Each operation's OVERLAPPED is zeroed before: under Wine a call that fails at
   once may leave it as if it were pending. */

static char *free_place(const struct flow *flow, DWORD *length)
{
    DWORD place = (flow->first + flow->used) % flow->size;
    DWORD to_the_end = flow->size - place;
    DWORD left = flow->size - flow->used;

    *length = left < to_the_end ? left : to_the_end;
    return flow->ring + place;
}

static char *used_place(struct flow *flow, DWORD *length)
{
    DWORD to_the_end = flow->size - flow->first;

    *length = flow->asked = flow->used < to_the_end ? flow->used : to_the_end;
    return flow->ring + flow->first;
}

static enum begun begun(const struct flow *flow, bool done, DWORD code)
{
    if (done && flow->relay->has_no_packets)
        return BEGUN_DONE;
    return done || code == ERROR_IO_PENDING ? BEGUN_PENDING : BEGUN_NOT;
}

static enum begun receive(struct flow *flow, DWORD *bytes)
{
    WSABUF buffer;
    DWORD flags = 0;

    buffer.buf = free_place(flow, &buffer.len);
    bool done = WSARecv(flow->from, &buffer, 1, bytes, &flags, &flow->read.overlapped, NULL) == 0;
    return begun(flow, done, (DWORD)WSAGetLastError());
}

static enum begun send_on(struct flow *flow, DWORD *bytes)
{
    WSABUF buffer;

    buffer.buf = used_place(flow, &buffer.len);
    bool done = WSASend(flow->to, &buffer, 1, bytes, 0, &flow->write.overlapped, NULL) == 0;
    return begun(flow, done, (DWORD)WSAGetLastError());
}

static enum begun read_pipe(struct flow *flow, DWORD *bytes)
{
    DWORD length;
    char *place = free_place(flow, &length);

    bool done = ReadFile(flow->relay->output, place, length, bytes, &flow->read.overlapped);
    return begun(flow, done, GetLastError());
}

static enum begun write_pipe(struct flow *flow, DWORD *bytes)
{
    DWORD length;
    const char *place = used_place(flow, &length);

    bool done = WriteFile(flow->relay->input, place, length, bytes, &flow->write.overlapped);
    return begun(flow, done, GetLastError());
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
    flow->used = 0;
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

static void has_read(struct flow *flow, DWORD bytes, bool failed)
{
    flow->reading = false;
    if (bytes > 0) {
        flow->relay->last_ms = flow->relay->loop->now_ms;
        if (flow == &flow->relay->from_client)
            flow->bytes += bytes;
        if (!flow->dropping)
            flow->used += bytes;
    } else if (failed && !flow->relay->stopped) {
        source_failed(flow);
    } else if (flow->from != INVALID_SOCKET) {
        flow->ended = true; /* a pipe can bring nothing and go on: somebody wrote 0 bytes */
    }
}

/* A write that had to wait may have written less, or nothing at all, under Wine. */
static void has_written(struct flow *flow, DWORD bytes, bool failed)
{
    flow->writing = false;
    if (bytes > 0) {
        flow->relay->last_ms = flow->relay->loop->now_ms;
        if (flow == &flow->relay->from_handler)
            flow->bytes += bytes;
    }
    if (flow->dropping)
        return;
    flow->first = (flow->first + bytes) % flow->size;
    flow->used -= bytes;
    if (bytes < flow->asked && failed && !flow->relay->stopped)
        target_failed(flow);
}

/* Each says whether it was done at once. */
static bool begin_reading(struct flow *flow)
{
    DWORD bytes = 0;

    if (flow->used == 0 && !flow->writing)
        flow->first = 0; /* room for the most at a time */
    flow->read.overlapped = (OVERLAPPED){0};
    enum begun how = flow->begin_read(flow, &bytes);
    if (how == BEGUN_DONE)
        has_read(flow, bytes, false);
    flow->reading = how == BEGUN_PENDING;
    if (how == BEGUN_NOT)
        source_failed(flow);
    return how == BEGUN_DONE;
}

static bool begin_writing(struct flow *flow)
{
    DWORD bytes = 0;

    flow->write.overlapped = (OVERLAPPED){0};
    enum begun how = flow->begin_write(flow, &bytes);
    if (how == BEGUN_DONE)
        has_written(flow, bytes, false);
    flow->writing = how == BEGUN_PENDING;
    if (how == BEGUN_NOT)
        target_failed(flow);
    return how == BEGUN_DONE;
}

/* Begins whatever can be begun. Whether some of it was done at once. */
static bool step(struct flow *flow)
{
    const struct relay *relay = flow->relay;
    bool done = false;

    if (!relay->stopped && !flow->reading && !flow->ended && flow->used < flow->size)
        done = begin_reading(flow);
    if (!relay->stopped && !flow->writing && flow->used > 0)
        done = begin_writing(flow) || done;
    if (!relay->stopped && flow->ended && !flow->reading && !flow->writing && flow->used == 0 &&
        !flow->closed) {
        flow->closed = true;
        flow->end_target(flow->relay);
    }
    return done;
}

/* Until it has to wait, or others want a turn. */
static void pump(struct flow *flow)
{
    struct relay *relay = flow->relay;

    for (unsigned steps = 1; step(flow); steps++) {
        if (steps % STEPS_PER_TURN != 0)
            continue;
        relay->again_is_posted = relay->again_is_posted || loop_post(relay->loop, &relay->again);
        if (relay->again_is_posted)
            return;
    }
}

static bool is_under_way(const struct relay *relay)
{
    return relay->from_client.reading || relay->from_client.writing ||
           relay->from_handler.reading || relay->from_handler.writing || relay->again_is_posted;
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

    flow->relay->turns++;
    has_read(flow, bytes, operation->overlapped.Internal != 0);
    look(flow->relay);
}

static void on_write(struct operation *operation, DWORD bytes)
{
    struct flow *flow = CONTAINER(operation, struct flow, write);

    flow->relay->turns++;
    has_written(flow, bytes, operation->overlapped.Internal != 0);
    look(flow->relay);
}

static void on_again(struct operation *operation, DWORD bytes)
{
    struct relay *relay = CONTAINER(operation, struct relay, again);

    (void)bytes;
    relay->turns++;
    relay->again_is_posted = false;
    look(relay);
}

/* --- packets that are lost */

enum { MOST_LOST = 5 };

static size_t find_overdue_of(struct flow *flow, struct operation **overdue)
{
    size_t count = 0;

    if (flow->reading && HasOverlappedIoCompleted(&flow->read.overlapped))
        overdue[count++] = &flow->read;
    if (flow->writing && HasOverlappedIoCompleted(&flow->write.overlapped))
        overdue[count++] = &flow->write;
    return count;
}

static size_t find_overdue(struct relay *relay, struct operation *overdue[MOST_LOST])
{
    size_t count = find_overdue_of(&relay->from_client, overdue);

    count += find_overdue_of(&relay->from_handler, overdue + count);
    if (relay->again_is_posted)
        overdue[count++] = &relay->again;
    return count;
}

bool relay_is_overdue(struct relay *relay)
{
    struct operation *overdue[MOST_LOST];

    return find_overdue(relay, overdue) > 0;
}

/* All of them are found before the first goes on: what that begins is not lost. */
void relay_mend(struct relay *relay, DWORD turns)
{
    struct operation *lost[MOST_LOST];
    size_t count = relay->turns == turns ? find_overdue(relay, lost) : 0;

    for (size_t i = 0; i < count; i++)
        lost[i]->complete(lost[i], (DWORD)lost[i]->overlapped.InternalHigh);
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
    else if (flow->reading && flow->used == 0 && now_ms >= relay->last_ms + SILENT_MS)
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

/* What is done at once needs no packet that tells so. */
static bool skip_packets(const struct relay *relay)
{
    HANDLE handles[] = {(HANDLE)relay->socket, (HANDLE)relay->peer, NULL};
    bool good = true;

    if (!relay->has_peer) {
        handles[1] = relay->input;
        handles[2] = relay->output;
    }
    for (size_t i = 0; good && i < ARRAYSIZE(handles) && handles[i] != NULL; i++)
        good = SetFileCompletionNotificationModes(handles[i], FILE_SKIP_COMPLETION_PORT_ON_SUCCESS);
    return good;
}

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
    in->ring = relay->client_ring;
    in->size = sizeof relay->client_ring;
    out->ring = relay->handler_ring;
    out->size = sizeof relay->handler_ring;
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
    relay->again.complete = on_again;
    relay->timer.fire = on_timer;
    relay->last_ms = relay->loop->now_ms;
    bool good = loop_associate(relay->loop, (HANDLE)relay->socket, &ignored);
    if (!relay->has_peer) /* it is already, since it was connected */
        good = good && loop_associate(relay->loop, relay->input, &ignored) &&
               loop_associate(relay->loop, relay->output, &ignored);
    /* layered providers cannot (SetFileCompletionNotificationModes, "Remarks") */
    relay->has_no_packets = sockets_are_handles();
    if (!good || (relay->has_no_packets && !skip_packets(relay)))
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
