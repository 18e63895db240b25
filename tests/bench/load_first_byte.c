#include "load.h"

#include "statistics.h"
#include "windows/text.h"

#include <string.h>

enum {
    PAUSE_MS = 200,
    LEAST = 3,   /* visits, however short the time is */
    MOST = 1000, /* and however long */
};

/* Everything to the end, whatever it is. */
static bool take(SOCKET connection, double *first, struct error *error)
{
    char bytes[4096];
    int got;

    while ((got = recv(connection, bytes, sizeof bytes, 0)) > 0)
        if (*first == 0) {
            *first = clock_seconds();
            shutdown(connection, SD_SEND);
        }
    if (got == SOCKET_ERROR)
        return error_winsock(error, "recv");
    return *first != 0 || error_set(error, "the end came before the first byte");
}

static bool visit(const struct side *side, size_t turn, const char *ask, double *ms,
                  struct error *error)
{
    DWORD patience = LOAD_PATIENCE_MS;
    double began = clock_seconds();
    double first = 0;
    SOCKET connection = side_connect(side, turn);

    if (connection == INVALID_SOCKET)
        return error_winsock(error, "connect");
    setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, (const char *)&patience, sizeof patience);
    bool good = send(connection, ask, (int)strlen(ask), 0) == (int)strlen(ask)
                    ? take(connection, &first, error)
                    : error_winsock(error, "send");
    closesocket(connection);
    *ms = (first - began) * 1000;
    return good;
}

bool load_first_byte(const struct side *side, const char *ask, double seconds, double *median_ms,
                     struct error *error)
{
    double values[MOST];
    size_t count = 0;
    double until = clock_seconds() + seconds;

    while (count < LEAST || (count < MOST && clock_seconds() < until)) {
        if (!visit(side, count, ask, &values[count], error))
            return false;
        count++;
        Sleep(PAUSE_MS);
    }
    *median_ms = statistics_quantile(values, count, 0.5);
    return true;
}
