#include "visit.h"

#include "bench/handler.h"
#include "system/client.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define WRITTEN 100000 /* what the handler of the flood writes; it reads nothing */

const char visit_services[] = "[service upper]\n"
                              "port = 0\n"
                              "instances = 20\n" /* some have to wait */
                              "server = handlers\\upper.exe\n"
                              "[service answer]\n"
                              "port = 0\n"
                              "server = bin\\stdinetd-bench-handler.exe\n"
                              "server_args = line\n"
                              "[service flood]\n"
                              "port = 0\n"
                              "server = tests\\probe.exe\n"
                              "server_args = flood 100000\n"
                              "[service small]\n"
                              "port = 0\n"
                              "instances = 3\n"
                              "overload = refuse\n"
                              "server = handlers\\upper.exe\n"
                              "[service rude-upper]\n"
                              "port = 0\n"
                              "server = handlers\\upper.exe\n"
                              "[service rude-answer]\n"
                              "port = 0\n"
                              "server = bin\\stdinetd-bench-handler.exe\n"
                              "server_args = line\n"
                              "[service rude-flood]\n"
                              "port = 0\n"
                              "server = tests\\probe.exe\n"
                              "server_args = flood 100000\n";

const char *visit_service_name(enum place place)
{
    static const char *const names[PLACES] = {"upper",      "answer",      "flood",     "small",
                                              "rude-upper", "rude-answer", "rude-flood"};

    return names[place];
}

/* splitmix64: every number of the seed and of the client makes a different sequence. */
static uint64_t roll(struct visit *visit, uint64_t sides)
{
    uint64_t z = visit->random += 0x9E3779B97F4A7C15;

    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return (z ^ (z >> 31)) % sides;
}

static enum outcome complain(struct visit *visit, const char *format, ...)
{
    va_list values;

    va_start(values, format);
    vsnprintf(visit->complaint, sizeof visit->complaint, format, values);
    va_end(values);
    return LOST;
}

static void note_wait(struct visit *visit, uint64_t began_ms)
{
    uint64_t waited = GetTickCount64() - began_ms;

    if (waited > visit->longest_ms)
        visit->longest_ms = waited;
}

/* --- what clients are made of; the first complaint is the one that counts */

static bool enter(struct visit *visit)
{
    struct sockaddr_in own;
    int length = sizeof own;
    DWORD patience = PATIENCE_MS;
    uint64_t began = GetTickCount64();

    visit->socket = WSASocketW(AF_INET, SOCK_STREAM, IPPROTO_TCP, NULL, 0,
                               WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
    if (visit->socket == INVALID_SOCKET ||
        connect(visit->socket, (const struct sockaddr *)&visit->addresses[visit->place],
                sizeof visit->addresses[visit->place]) != 0) {
        complain(visit, "connect: %d", WSAGetLastError());
        return false;
    }
    note_wait(visit, began);
    if (getsockname(visit->socket, (struct sockaddr *)&own, &length) == 0)
        visit->port = ntohs(own.sin_port);
    setsockopt(visit->socket, SOL_SOCKET, SO_RCVTIMEO, (const char *)&patience, sizeof patience);
    setsockopt(visit->socket, SOL_SOCKET, SO_SNDTIMEO, (const char *)&patience, sizeof patience);
    return true;
}

static bool say(struct visit *visit, const char *bytes, size_t size)
{
    while (size > 0) {
        int count = send(visit->socket, bytes, (int)size, 0);

        if (count <= 0) {
            complain(visit, "send: %d", WSAGetLastError());
            return false;
        }
        bytes += count;
        size -= (size_t)count;
    }
    return true;
}

/* Takes up to size bytes, fewer only at the end. */
static size_t take(struct visit *visit, char *bytes, size_t size, enum client_end *end)
{
    size_t count = 0;

    *end = END_OPEN;
    while (count < size && *end == END_OPEN) {
        uint64_t began = GetTickCount64();
        int got = recv(visit->socket, bytes + count, (int)(size - count), 0);

        note_wait(visit, began);
        if (got > 0) {
            count += (size_t)got;
            continue;
        }
        if (got < 0 && WSAGetLastError() == WSAETIMEDOUT)
            complain(visit, "waits in vain after %u bytes", (unsigned)count);
        else if (got < 0)
            complain(visit, "recv: %d after %u bytes", WSAGetLastError(), (unsigned)count);
        *end = got == 0 ? END_ORDERLY : END_RESET;
    }
    return count;
}

static bool hear(struct visit *visit, const char *bytes, size_t size)
{
    char got[100];
    enum client_end end;
    size_t count = take(visit, got, size < sizeof got ? size : sizeof got, &end);

    if (count == size && memcmp(got, bytes, size) == 0)
        return true;
    if (visit->complaint[0] == '\0')
        complain(visit, "wanted '%s', got '%.*s'", bytes, (int)count, got);
    return false;
}

/* The handler is gone, and all that came of it has been heard. */
static enum outcome hear_end(struct visit *visit)
{
    char byte;
    enum client_end end;

    if (take(visit, &byte, 1, &end) > 0)
        return complain(visit, "more has come than should");
    return end == END_ORDERLY ? SERVED : LOST;
}

static void reset(struct visit *visit)
{
    client_reset(visit->socket);
    visit->socket = INVALID_SOCKET;
}

/* Sometimes at once, sometimes when the server has come a step further. */
static void dawdle(struct visit *visit)
{
    if (roll(visit, 2) == 0)
        Sleep((DWORD)roll(visit, 60));
}

static bool exchange_line(struct visit *visit)
{
    char line[40];
    char answer[sizeof line];
    unsigned word = (unsigned)roll(visit, 1000000);

    snprintf(line, sizeof line, "client %lu says %u\n", visit->number, word);
    snprintf(answer, sizeof answer, "CLIENT %lu SAYS %u\r\n", visit->number, word);
    return say(visit, line, strlen(line)) && hear(visit, answer, strlen(answer));
}

/* --- clients that want to be served */

static enum outcome hold_dialogue(struct visit *visit)
{
    if (!enter(visit))
        return LOST;
    for (uint64_t lines = 1 + roll(visit, 3); lines > 0; lines--)
        if (!exchange_line(visit))
            return LOST;
    if (shutdown(visit->socket, SD_SEND) != 0)
        return complain(visit, "shutdown: %d", WSAGetLastError());
    return hear_end(visit);
}

static enum outcome hear_answer(struct visit *visit)
{
    if (!enter(visit) || !hear(visit, HANDLER_ANSWER, strlen(HANDLER_ANSWER)))
        return LOST;
    return hear_end(visit);
}

/* What it sends is never read, and yet nothing of what comes may be lost. */
static enum outcome take_flood(struct visit *visit)
{
    static const char input[60000];
    char block[251 * 16];
    enum client_end end;
    size_t total = 0;

    if (!enter(visit) || !say(visit, input, 1 + (size_t)roll(visit, sizeof input)))
        return LOST;
    dawdle(visit);
    do {
        size_t count = take(visit, block, sizeof block, &end);

        for (size_t i = 0; i < count; i++)
            if ((unsigned char)block[i] != (total + i) % 251)
                return complain(visit, "byte %u is wrong", (unsigned)(total + i));
        total += count;
    } while (end == END_OPEN && total <= WRITTEN);
    if (end != END_ORDERLY)
        return LOST;
    return total == WRITTEN ? SERVED : complain(visit, "%u bytes have come", (unsigned)total);
}

/* Either a whole dialogue or nothing at all; whose line arrives after the refusal is reset. */
static enum outcome ask_for_room(struct visit *visit)
{
    char line[] = "is there room?\n";
    char got[sizeof "IS THERE ROOM?\r\n" - 1];
    enum client_end end = END_RESET;
    size_t count = 0;

    if (!enter(visit))
        return LOST;
    if (say(visit, line, strlen(line)))
        count = take(visit, got, sizeof got, &end);
    if (count == 0 && end != END_OPEN && visit->longest_ms < PATIENCE_MS)
        return REFUSED;
    if (count != sizeof got || memcmp(got, "IS THERE ROOM?\r\n", count) != 0)
        return complain(visit, "got '%.*s'", (int)count, got);
    shutdown(visit->socket, SD_SEND);
    return hear_end(visit);
}

/* --- clients that do not behave */

/* Nearly always before its handler is launched. */
static enum outcome reset_at_once(struct visit *visit)
{
    if (!enter(visit))
        return LOST;
    dawdle(visit);
    reset(visit);
    return LEFT;
}

static enum outcome reset_while_served(struct visit *visit)
{
    if (!enter(visit) || !exchange_line(visit))
        return LOST;
    if (roll(visit, 2) == 0 && !say(visit, "and now\n", 8))
        return LOST;
    dawdle(visit);
    reset(visit);
    return LEFT;
}

/* Resets a connection that it has half closed, whether the end has come by then or not. */
static enum outcome reset_half_closed(struct visit *visit)
{
    if (!enter(visit) || !exchange_line(visit))
        return LOST;
    shutdown(visit->socket, SD_SEND);
    dawdle(visit);
    reset(visit);
    return LEFT;
}

/* Has had the end, has not closed yet: the server lingers. */
static enum outcome reset_while_it_lingers(struct visit *visit)
{
    if (!enter(visit) || !hear(visit, HANDLER_ANSWER, strlen(HANDLER_ANSWER)) ||
        hear_end(visit) != SERVED)
        return LOST;
    dawdle(visit);
    if (roll(visit, 2) == 0 && !say(visit, "too late\n", 9))
        return LOST;
    dawdle(visit);
    reset(visit);
    return LEFT;
}

static enum outcome vanish(struct visit *visit)
{
    if (!enter(visit))
        return LOST;
    if (roll(visit, 2) == 0 && !say(visit, "goodbye\n", 8))
        return LOST;
    return LEFT;
}

/* Closes while output is under way, or unread. */
static enum outcome leave_output(struct visit *visit)
{
    char block[1000];
    enum client_end end;

    if (!enter(visit) || take(visit, block, sizeof block, &end) != sizeof block)
        return LOST;
    dawdle(visit);
    return LEFT;
}

/* --- the mix */

static const struct kind {
    const char *name;
    unsigned share; /* of 100 */
    enum place place;
    enum outcome (*run)(struct visit *visit);
} kinds[] = {
    {"a dialogue", 30, UPPER, hold_dialogue},
    {"an answer", 20, ANSWER, hear_answer},
    {"input that is never read", 8, FLOOD, take_flood},
    {"served or refused", 14, SMALL, ask_for_room},
    {"reset at once", 2, RUDE_UPPER, reset_at_once},
    {"reset at once", 2, RUDE_ANSWER, reset_at_once},
    {"reset at once", 2, RUDE_FLOOD, reset_at_once},
    {"reset while served", 6, RUDE_UPPER, reset_while_served},
    {"reset when half closed", 4, RUDE_UPPER, reset_half_closed},
    {"reset while it lingers", 4, RUDE_ANSWER, reset_while_it_lingers},
    {"vanish", 2, RUDE_UPPER, vanish},
    {"vanish", 2, RUDE_ANSWER, vanish},
    {"vanish", 1, RUDE_FLOOD, vanish},
    {"leave the output", 3, RUDE_FLOOD, leave_output},
};

/* For each place, a client that sees its visit through. */
static const struct kind plain_kinds[PLACES] = {
    {"plainly a dialogue", 0, UPPER, hold_dialogue},
    {"plainly an answer", 0, ANSWER, hear_answer},
    {"plainly a flood", 0, FLOOD, take_flood},
    {"plainly served or refused", 0, SMALL, ask_for_room},
    {"plainly a dialogue", 0, RUDE_UPPER, hold_dialogue},
    {"plainly an answer", 0, RUDE_ANSWER, hear_answer},
    {"plainly a flood", 0, RUDE_FLOOD, take_flood},
};

static enum outcome make(struct visit *visit, const struct kind *kind)
{
    visit->socket = INVALID_SOCKET;
    visit->kind = kind->name;
    visit->place = kind->place;
    enum outcome outcome = kind->run(visit);
    if (visit->socket != INVALID_SOCKET)
        closesocket(visit->socket);
    if (visit->longest_ms >= PATIENCE_MS && outcome != LOST)
        return complain(visit, "has waited %u ms", (unsigned)visit->longest_ms);
    return outcome;
}

enum outcome visit_make(struct visit *visit)
{
    visit->random = visit->seed * 1000003 + (uint64_t)visit->number * 7919;
    uint64_t rolled = roll(visit, 100);
    size_t kind = 0;
    while (rolled >= kinds[kind].share)
        rolled -= kinds[kind++].share;
    return make(visit, &kinds[kind]);
}

enum outcome visit_plainly(struct visit *visit, enum place place)
{
    return make(visit, &plain_kinds[place]);
}
