#include "load.h"

#include "handler.h"
#include "windows/text.h"

#include <stdio.h>
#include <string.h>

/* Whether these bytes are what a handler sends from that place on. */
static bool is_expected(const char *bytes, size_t length, uint64_t place)
{
    while (length > 0) {
        size_t start = (size_t)(place % HANDLER_BLOCK_SIZE);
        size_t part = HANDLER_BLOCK_SIZE - start < length ? HANDLER_BLOCK_SIZE - start : length;

        if (memcmp(bytes, handler_block + start, part) != 0)
            return false;
        bytes += part;
        length -= part;
        place += part;
    }
    return true;
}

static bool receive(SOCKET connection, uint64_t count, double *seconds, struct error *error)
{
    static char bytes[HANDLER_BLOCK_SIZE];
    const uint64_t group = (uint64_t)HANDLER_GROUP * HANDLER_BLOCK_SIZE;
    uint64_t place = 0;
    uint64_t confirmed = 0;
    double first = 0;

    while (place < count) {
        int got = recv(connection, bytes, sizeof bytes, 0);

        if (got == SOCKET_ERROR)
            return error_winsock(error, "recv after %llu of %llu bytes", (unsigned long long)place,
                                 (unsigned long long)count);
        if (got == 0)
            return error_set(error, "the end came after %llu of %llu bytes",
                             (unsigned long long)place, (unsigned long long)count);
        if (!is_expected(bytes, (size_t)got, place))
            return error_set(error, "a wrong byte within %d after %llu", got,
                             (unsigned long long)place);
        if (place == 0)
            first = clock_seconds();
        place += (uint64_t)got;
        for (; confirmed < place / group; confirmed++)
            if (send(connection, ".", 1, 0) != 1)
                return error_winsock(error, "send after %llu bytes", (unsigned long long)place);
    }
    *seconds = clock_seconds() - first;
    int more = recv(connection, bytes, sizeof bytes, 0);
    if (more == SOCKET_ERROR)
        return error_winsock(error, "recv after all %llu bytes", (unsigned long long)count);
    return more == 0 ||
           error_set(error, "%d bytes more than %llu", more, (unsigned long long)count);
}

bool load_bytes(const struct side *side, uint64_t blocks, double *seconds, struct error *error)
{
    DWORD patience = LOAD_PATIENCE_MS;
    char request[30];
    int length = snprintf(request, sizeof request, "%llu\n", (unsigned long long)blocks);
    SOCKET connection = side_connect(side, 0);

    if (connection == INVALID_SOCKET)
        return error_winsock(error, "connect");
    handler_fill_block();
    setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, (const char *)&patience, sizeof patience);
    bool good = send(connection, request, length, 0) == length
                    ? receive(connection, blocks * HANDLER_BLOCK_SIZE, seconds, error)
                    : error_winsock(error, "send");
    closesocket(connection);
    return good;
}
