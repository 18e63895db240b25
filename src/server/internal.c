#include "server/internal.h"

#include "windows/clock.h"
#include "windows/text.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

/* RFC 864: lines of 72 of the 95 printable characters, each beginning one character further. */
enum { CHARGEN_LENGTH = 72, CHARGEN_LINE = CHARGEN_LENGTH + 2, PRINTABLES = 95 };

static const char client_reset[] = "client reset";

static void go_on(struct conversation *conversation);

const char *internal_name(enum internal kind)
{
    return option_find(SECTION_SERVICE, "internal")->values[kind];
}

/* --- the end */

static bool is_quiet(const struct conversation *conversation)
{
    return !conversation->receiving && !conversation->sending;
}

/* The last packet, or the timer where there is none, calls ended. */
void conversation_end(struct conversation *conversation, const char *reason)
{
    if (conversation->over)
        return;
    conversation->over = true;
    conversation->reason = reason;
    if (conversation->receiving)
        CancelIoEx((HANDLE)conversation->socket, &conversation->receive.overlapped);
    if (conversation->sending)
        CancelIoEx((HANDLE)conversation->socket, &conversation->send.overlapped);
    if (is_quiet(conversation))
        timer_set(conversation->loop, &conversation->timer, 0);
}

static void on_timer(struct timer *timer)
{
    struct conversation *conversation = CONTAINER(timer, struct conversation, timer);

    conversation->ended(conversation, conversation->reason);
}

static void fail(struct conversation *conversation)
{
    int code = WSAGetLastError();

    conversation_end(conversation, code == WSAECONNRESET || code == WSAECONNABORTED
                                       ? client_reset
                                       : "connection lost");
}

/* --- input and output */

static void receive(struct conversation *conversation, char *bytes, size_t size)
{
    WSABUF block = {.buf = bytes, .len = (ULONG)size};
    DWORD flags = 0;

    conversation->receive.overlapped = (OVERLAPPED){0};
    conversation->receiving = WSARecv(conversation->socket, &block, 1, NULL, &flags,
                                      &conversation->receive.overlapped, NULL) == 0 ||
                              WSAGetLastError() == WSA_IO_PENDING;
    if (!conversation->receiving)
        fail(conversation);
}

static void send_rest(struct conversation *conversation)
{
    WSABUF block = {.buf = conversation->buffer + conversation->sent,
                    .len = (ULONG)(conversation->used - conversation->sent)};

    conversation->send.overlapped = (OVERLAPPED){0};
    conversation->sending = WSASend(conversation->socket, &block, 1, NULL, 0,
                                    &conversation->send.overlapped, NULL) == 0 ||
                            WSAGetLastError() == WSA_IO_PENDING;
    if (!conversation->sending)
        fail(conversation);
}

static bool result(const struct conversation *conversation, struct operation *operation,
                   DWORD *bytes)
{
    DWORD flags;

    return WSAGetOverlappedResult(conversation->socket, &operation->overlapped, bytes, FALSE,
                                  &flags);
}

/* Wine 8 may tell of a reset as of an orderly end; but then there is no peer any more. */
static bool is_reset(const struct conversation *conversation)
{
    struct sockaddr_storage peer;
    int length = sizeof peer;

    return getpeername(conversation->socket, (struct sockaddr *)&peer, &length) == SOCKET_ERROR &&
           WSAGetLastError() == WSAENOTCONN;
}

/* The client's end comes as 0 bytes. It ends echo and discard; chargen goes on for as long as
   somebody takes it. */
static void take_received(struct conversation *conversation, DWORD bytes)
{
    if (bytes == 0 && is_reset(conversation)) {
        conversation_end(conversation, client_reset);
    } else if (conversation->kind == INTERNAL_CHARGEN) {
        if (bytes > 0)
            receive(conversation, conversation->dropped, sizeof conversation->dropped);
    } else if (bytes == 0) {
        conversation_end(conversation, NULL);
    } else {
        if (conversation->kind == INTERNAL_ECHO)
            conversation->used = bytes;
        go_on(conversation);
    }
}

static void on_received(struct operation *operation, DWORD bytes)
{
    struct conversation *conversation = CONTAINER(operation, struct conversation, receive);
    bool good = result(conversation, operation, &bytes);

    conversation->turns++;
    conversation->receiving = false;
    if (!conversation->over && !good)
        fail(conversation);
    else if (!conversation->over)
        take_received(conversation, bytes);
    else if (is_quiet(conversation))
        conversation->ended(conversation, conversation->reason);
}

/* What had to wait may be sent in part. */
static void on_sent(struct operation *operation, DWORD bytes)
{
    struct conversation *conversation = CONTAINER(operation, struct conversation, send);
    bool good = result(conversation, operation, &bytes);

    conversation->turns++;
    conversation->sending = false;
    if (conversation->over) {
        if (is_quiet(conversation))
            conversation->ended(conversation, conversation->reason);
        return;
    }
    if (!good) {
        fail(conversation);
        return;
    }
    conversation->sent += bytes;
    if (conversation->sent == conversation->used)
        conversation->used = conversation->sent = 0;
    go_on(conversation);
}

/* --- the services */

/* "Monday, February 22, 1982 17:37:43-0800", in local time and with how far that is ahead of UTC:
   RFC 867 leaves the form to the server. */
static void write_daytime(struct conversation *conversation)
{
    static const char *const days[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                       "Thursday", "Friday", "Saturday"};
    static const char *const months[] = {"January",   "February", "March",    "April",
                                         "May",       "June",     "July",     "August",
                                         "September", "October",  "November", "December"};
    const int64_t minute = (int64_t)60 * 10000000;
    FILETIME times[2];
    SYSTEMTIME utc;
    SYSTEMTIME now;

    GetSystemTime(&utc);
    if (!SystemTimeToTzSpecificLocalTime(NULL, &utc, &now))
        now = utc;
    SystemTimeToFileTime(&utc, &times[0]);
    SystemTimeToFileTime(&now, &times[1]);
    int64_t ticks[2];
    for (size_t i = 0; i < 2; i++)
        ticks[i] = (int64_t)((uint64_t)times[i].dwHighDateTime << 32 | times[i].dwLowDateTime);
    int ahead = (int)((ticks[1] - ticks[0]) / minute);
    conversation->used = (size_t)snprintf(conversation->buffer, sizeof conversation->buffer,
                                          "%s, %s %02u, %u %02u:%02u:%02u%c%02d%02d\r\n",
                                          days[now.wDayOfWeek % 7], months[(now.wMonth + 11) % 12],
                                          now.wDay, now.wYear, now.wHour, now.wMinute, now.wSecond,
                                          ahead < 0 ? '-' : '+', abs(ahead) / 60, abs(ahead) % 60);
}

/* RFC 868: seconds since 1900 in 32 bits, which begin again in 2036. */
static void write_time(struct conversation *conversation)
{
    const uint64_t from_1900 = 2208988800; /* to 1970 */
    uint32_t seconds = (uint32_t)(clock_utc_ms() / 1000 + from_1900);

    for (size_t i = 0; i < 4; i++)
        conversation->buffer[i] = (char)(unsigned char)(seconds >> (24 - 8 * i));
    conversation->used = 4;
}

static void write_chargen(struct conversation *conversation)
{
    for (size_t i = 0; i < sizeof conversation->buffer; i++) {
        unsigned column = conversation->column;

        if (column < CHARGEN_LENGTH)
            conversation->buffer[i] = (char)(' ' + (conversation->line + column) % PRINTABLES);
        else
            conversation->buffer[i] = column == CHARGEN_LENGTH ? '\r' : '\n';
        conversation->column = (column + 1) % CHARGEN_LINE;
        if (conversation->column == 0)
            conversation->line = (conversation->line + 1) % PRINTABLES;
    }
    conversation->used = sizeof conversation->buffer;
}

/* Whenever nothing is under way: what is there is sent, then comes what the service does next. */
static void go_on(struct conversation *conversation)
{
    bool answers_once =
        conversation->kind == INTERNAL_DAYTIME || conversation->kind == INTERNAL_TIME;

    if (conversation->used == 0 && answers_once) {
        conversation_end(conversation, NULL);
        return;
    }
    if (conversation->used == 0 && conversation->kind == INTERNAL_CHARGEN)
        write_chargen(conversation);
    if (conversation->used > 0)
        send_rest(conversation);
    else
        receive(conversation, conversation->buffer, sizeof conversation->buffer);
}

bool conversation_begin(struct conversation *conversation, struct error *error)
{
    conversation->receive.complete = on_received;
    conversation->send.complete = on_sent;
    conversation->timer.fire = on_timer;
    if (!loop_associate(conversation->loop, (HANDLE)conversation->socket, error)) {
        conversation_end(conversation, "launch failed");
        return false;
    }
    if (conversation->kind == INTERNAL_DAYTIME)
        write_daytime(conversation);
    else if (conversation->kind == INTERNAL_TIME)
        write_time(conversation);
    else if (conversation->kind == INTERNAL_CHARGEN)
        receive(conversation, conversation->dropped, sizeof conversation->dropped);
    if (!conversation->over)
        go_on(conversation);
    return true;
}

/* --- packets that are lost */

static bool is_overdue(bool under_way, const struct operation *operation)
{
    return under_way && HasOverlappedIoCompleted(&operation->overlapped);
}

bool conversation_is_overdue(const struct conversation *conversation)
{
    return is_overdue(conversation->receiving, &conversation->receive) ||
           is_overdue(conversation->sending, &conversation->send);
}

void conversation_mend(struct conversation *conversation, DWORD turns)
{
    if (conversation->turns != turns)
        return;
    if (is_overdue(conversation->receiving, &conversation->receive))
        on_received(&conversation->receive, 0);
    else if (is_overdue(conversation->sending, &conversation->send))
        on_sent(&conversation->send, 0);
}
