#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "127.0.0.1:80", "[::1]:80", "*:80" */
static void parse_address(const char *text, struct sockaddr_storage *address, int *length)
{
    char host[64];
    const char *colon = strrchr(text, ':');
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
                             .ai_socktype = SOCK_STREAM};
    struct addrinfo *found;

    assert_non_null(colon);
    if (text[0] == '[')
        snprintf(host, sizeof host, "%.*s", (int)(colon - text - 2), text + 1);
    else if (text[0] == '*')
        snprintf(host, sizeof host, "127.0.0.1");
    else
        snprintf(host, sizeof host, "%.*s", (int)(colon - text), text);
    if (getaddrinfo(host, colon + 1, &hints, &found) != 0)
        FAIL("'%s' is no address", text);
    memcpy(address, found->ai_addr, found->ai_addrlen);
    *length = (int)found->ai_addrlen;
    freeaddrinfo(found);
}

/* select, with a new look every second: under Wine 8 a wake-up is lost now and then. Returns what
   select does, 0 after PATIENCE_MS. */
static int look_patiently(fd_set *readable, fd_set *writable)
{
    const fd_set wanted_readable = *readable;
    const fd_set wanted_writable = *writable;
    int ready = 0;

    for (int i = 0; i < PATIENCE_MS / 1000 && ready == 0; i++) {
        struct timeval second = {1, 0};

        *readable = wanted_readable;
        *writable = wanted_writable;
        ready = select(0, readable, writable, NULL, &second);
    }
    return ready;
}

/* recv, of which WSAETIMEDOUT is the error where nothing has come within PATIENCE_MS. */
static int receive(SOCKET client, char *bytes, size_t size)
{
    fd_set readable, nothing;

    FD_ZERO(&readable);
    FD_ZERO(&nothing);
    FD_SET(client, &readable);
    if (look_patiently(&readable, &nothing) == 0) {
        WSASetLastError(WSAETIMEDOUT);
        return SOCKET_ERROR;
    }
    return recv(client, bytes, (int)size, 0);
}

/* From an address of this machine; NULL: any. */
static SOCKET try_from(const char *text, const char *own)
{
    struct sockaddr_storage address;
    struct sockaddr_in from = {.sin_family = AF_INET};
    int length;
    DWORD patience = PATIENCE_MS;

    parse_address(text, &address, &length);
    /* Not inheritable: a second server that the test starts must not get it. */
    SOCKET client = WSASocketW(address.ss_family, SOCK_STREAM, IPPROTO_TCP, NULL, 0,
                               WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
    assert_true(client != INVALID_SOCKET);
    if (own != NULL) {
        assert_int_equal(inet_pton(AF_INET, own, &from.sin_addr), 1);
        assert_int_equal(bind(client, (const struct sockaddr *)&from, sizeof from), 0);
    }
    if (connect(client, (const struct sockaddr *)&address, length) != 0) {
        closesocket(client);
        return INVALID_SOCKET;
    }
    setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, (const char *)&patience, sizeof patience);
    setsockopt(client, SOL_SOCKET, SO_SNDTIMEO, (const char *)&patience, sizeof patience);
    return client;
}

SOCKET client_try(const char *address)
{
    return try_from(address, NULL);
}

SOCKET client_connect_to(const char *address)
{
    SOCKET client = client_try(address);

    if (client == INVALID_SOCKET)
        FAIL("connect %s: %d", address, WSAGetLastError());
    return client;
}

unsigned client_free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int length = sizeof address;
    SOCKET probe = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);

    assert_int_equal(bind(probe, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(getsockname(probe, (struct sockaddr *)&address, &length), 0);
    closesocket(probe);
    return ntohs(address.sin_port);
}

SOCKET client_connect(struct process *server, const char *service)
{
    return client_connect_to(server_address(server, service, 0));
}

SOCKET client_connect_from(struct process *server, const char *service, const char *own)
{
    const char *address = server_address(server, service, 0);
    SOCKET client = try_from(address, own);

    if (client == INVALID_SOCKET)
        FAIL("connect %s from %s: %d", address, own, WSAGetLastError());
    return client;
}

void client_expect_served(SOCKET client)
{
    client_say(client, "hello\n");
    client_end_sending(client);
    client_expect(client, "HELLO\r\n");
    client_expect_end(client);
    client_close(client);
}

void client_expect_refused(struct process *server, const char *service, const char *own,
                           const char *reason)
{
    SOCKET client = client_connect_from(server, service, own);
    char nothing[8];
    size_t count;

    client_take(client, nothing, sizeof nothing, &count);
    assert_int_equal(count, 0);
    server_expect(server, "refuse %s#* %s:* %s\n", service, own, reason);
    client_close(client);
}

void client_send(SOCKET client, const void *bytes, size_t size)
{
    const char *next = bytes;

    while (size > 0) {
        int count = send(client, next, (int)size, 0);

        if (count <= 0)
            FAIL("send: %d", WSAGetLastError());
        next += count;
        size -= (size_t)count;
    }
}

void client_say(SOCKET client, const char *text)
{
    client_send(client, text, strlen(text));
}

void client_expect(SOCKET client, const char *text)
{
    char got[1024];
    size_t wanted = strlen(text);
    size_t length = 0;

    assert_true(wanted < sizeof got);
    while (length < wanted) {
        int count = receive(client, got + length, wanted - length);

        if (count <= 0)
            FAIL("wanted '%s', got '%.*s' and then %s %d", text, (int)length, got,
                 count == 0 ? "the end" : "error", WSAGetLastError());
        length += (size_t)count;
    }
    got[length] = '\0';
    assert_string_equal(got, text);
}

void client_expect_end(SOCKET client)
{
    char byte;
    int count = receive(client, &byte, 1);

    if (count != 0)
        FAIL("wanted the end, got %s %d", count == 1 ? "more data" : "error", WSAGetLastError());
}

const char *client_line(SOCKET client)
{
    static char line[4096];
    size_t length = 0;

    while (length < sizeof line - 1 && receive(client, line + length, 1) == 1 &&
           line[length] != '\n')
        length++;
    if (length > 0 && line[length - 1] == '\r')
        length--;
    line[length] = '\0';
    return line;
}

/* One recv into what is left of bytes; *end says how the other side has ended, if it has. */
static bool take_some(SOCKET client, void *bytes, size_t size, size_t *count, enum client_end *end)
{
    int got = receive(client, (char *)bytes + *count, size - *count);

    if (got > 0) {
        *count += (size_t)got;
        return true;
    }
    if (got < 0 && WSAGetLastError() == WSAETIMEDOUT)
        FAIL("the client waits in vain; %zu bytes have come", *count);
    *end = got == 0 ? END_ORDERLY : END_RESET;
    return false;
}

enum client_end client_take(SOCKET client, void *bytes, size_t size, size_t *count)
{
    enum client_end end = END_OPEN;

    *count = 0;
    while (*count < size && take_some(client, bytes, size, count, &end))
        ;
    return end;
}

const char *client_rest(SOCKET client)
{
    static char text[65536];
    size_t length;

    assert_int_equal(client_take(client, text, sizeof text - 1, &length), END_ORDERLY);
    text[length] = '\0';
    return text;
}

/* Waits until the client can send, where it wants to, or take. Returns what select does. */
static int wait_for(SOCKET client, fd_set *readable, fd_set *writable, bool wants_to_send)
{
    FD_ZERO(readable);
    FD_ZERO(writable);
    FD_SET(client, readable);
    if (wants_to_send)
        FD_SET(client, writable);
    return look_patiently(readable, writable);
}

enum client_end client_exchange(SOCKET client, const void *send_bytes, size_t send_size,
                                void *take_bytes, size_t take_size, size_t *count)
{
    const char *bytes = send_bytes;
    enum client_end end = END_OPEN;
    size_t sent = 0;
    fd_set readable;
    fd_set writable;
    u_long on = 1;

    *count = 0;
    ioctlsocket(client, (long)FIONBIO, &on);
    while (*count < take_size) {
        size_t limit = *count + IN_FLIGHT < send_size ? *count + IN_FLIGHT : send_size;

        if (wait_for(client, &readable, &writable, sent < limit) <= 0)
            FAIL("%zu bytes sent, %zu have come, and nothing moves", sent, *count);
        if (FD_ISSET(client, &writable)) {
            int part = send(client, bytes + sent, (int)(limit - sent), 0);

            if (part > 0)
                sent += (size_t)part;
            else
                send_size = sent; /* reset; what has come before is still to be had, or not */
        }
        if (FD_ISSET(client, &readable) && !take_some(client, take_bytes, take_size, count, &end))
            break;
    }
    on = 0;
    ioctlsocket(client, (long)FIONBIO, &on);
    return end;
}

bool client_has_news(SOCKET client)
{
    struct timeval at_once = {0, 0};
    fd_set readable;

    FD_ZERO(&readable);
    FD_SET(client, &readable);
    return select(0, &readable, NULL, NULL, &at_once) == 1;
}

void client_end_sending(SOCKET client)
{
    assert_int_equal(shutdown(client, SD_SEND), 0);
}

void client_close(SOCKET client)
{
    closesocket(client);
}

void client_reset(SOCKET client)
{
    struct linger at_once = {1, 0};

    setsockopt(client, SOL_SOCKET, SO_LINGER, (const char *)&at_once, sizeof at_once);
    closesocket(client);
}

SOCKET client_hello(struct process *server, const char *service)
{
    SOCKET client = client_connect(server, service);

    client_say(client, "hello\n");
    client_expect(client, "HELLO\r\n");
    return client;
}

void client_goodbye(SOCKET client)
{
    client_end_sending(client);
    client_expect_end(client);
    client_close(client);
}
