#include "load.h"

#include "core/memory.h"
#include "handler.h"
#include "statistics.h"
#include "web.h"
#include "windows/text.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_CLIENTS = 64 };

struct client {
    const struct side *side;
    double until;
    size_t turn; /* which listener is next */
    size_t step;
    SOCKET kept;         /* the connection, where it is kept */
    volatile LONG *stop; /* set by the first client that fails */

    uint64_t lost;
    double *latencies_ms;
    size_t answered, capacity;
    double finished;
    bool failed;
    struct error error;
};

double clock_seconds(void)
{
    LARGE_INTEGER frequency, ticks;

    QueryPerformanceFrequency(&frequency);
    QueryPerformanceCounter(&ticks);
    return (double)ticks.QuadPart / (double)frequency.QuadPart;
}

bool load_read_answer(SOCKET connection, bool to_the_end, struct error *error)
{
    static const int expected = sizeof HANDLER_ANSWER - 1;
    char answer[sizeof HANDLER_ANSWER + 1];
    int length = 0;
    int got = 1;

    while (length < (int)sizeof answer && (to_the_end || length < expected)) {
        got = recv(connection, answer + length, (int)sizeof answer - length, 0);
        if (got <= 0)
            break;
        length += got;
    }
    if (got == SOCKET_ERROR)
        return error_winsock(error, "recv after %d bytes of an answer of %d", length, expected);
    if (length != expected || memcmp(answer, HANDLER_ANSWER, (size_t)expected) != 0)
        return error_set(error, "wrong answer (%d bytes, %d expected): '%.*s'", length, expected,
                         length, answer);
    return true;
}

static void note_latency(struct client *client, double seconds)
{
    if (client->answered == client->capacity) {
        client->capacity = client->capacity == 0 ? 256 : 2 * client->capacity;
        client->latencies_ms =
            memory_grow(client->latencies_ms, client->capacity, sizeof *client->latencies_ms);
    }
    client->latencies_ms[client->answered++] = seconds * 1000;
}

static SOCKET connect_or_keep(struct client *client)
{
    if (client->kept != INVALID_SOCKET)
        return client->kept;
    client->turn += client->step;
    return side_connect(client->side, client->turn - client->step);
}

static void close_or_keep(struct client *client, SOCKET connection, bool good)
{
    client->kept = good && client->side->plan->keeps ? connection : INVALID_SOCKET;
    if (client->kept == INVALID_SOCKET)
        closesocket(connection);
}

static void visit(struct client *client)
{
    double began = clock_seconds();
    SOCKET connection = connect_or_keep(client);

    if (connection == INVALID_SOCKET) {
        client->failed = true;
        error_winsock(&client->error, "connect");
        return;
    }
    bool good = client->side->plan->web != WEB_NO
                    ? web_ask(connection, client->side, &client->error)
                    : load_read_answer(connection, true, &client->error);
    close_or_keep(client, connection, good);
    if (good)
        note_latency(client, clock_seconds() - began);
    else if (client->side->plan->may_lose)
        client->lost++;
    else
        client->failed = true;
}

static DWORD WINAPI run_client(void *parameter)
{
    struct client *client = parameter;

    while (!client->failed && !*client->stop && clock_seconds() < client->until)
        visit(client);
    if (client->failed)
        InterlockedExchange(client->stop, 1);
    client->finished = clock_seconds();
    if (client->kept != INVALID_SOCKET)
        closesocket(client->kept);
    return 0;
}

/* Waits for the clients. A server that does not answer is ended, which ends every connection. */
static bool wait_for_clients(struct side *side, HANDLE *threads, DWORD count, double seconds)
{
    DWORD patience = (DWORD)(seconds * 1000) + LOAD_PATIENCE_MS;
    bool in_time =
        count == 0 || WaitForMultipleObjects(count, threads, TRUE, patience) < WAIT_TIMEOUT;

    if (!in_time) {
        process_end(&side->process);
        WaitForMultipleObjects(count, threads, TRUE, INFINITE);
    }
    for (DWORD i = 0; i < count; i++)
        CloseHandle(threads[i]);
    return in_time;
}

static bool add_up(struct client *clients, unsigned count, double began, struct load_result *result,
                   struct error *error)
{
    double *latencies_ms = NULL;
    double finished = began;
    bool good = true;

    memset(result, 0, sizeof *result);
    for (unsigned i = 0; i < count; i++) {
        struct client *client = &clients[i];

        latencies_ms = memory_grow(latencies_ms, (size_t)result->answered + client->answered + 1,
                                   sizeof *latencies_ms);
        if (client->answered > 0)
            memcpy(latencies_ms + result->answered, client->latencies_ms,
                   client->answered * sizeof *latencies_ms);
        result->answered += client->answered;
        result->lost += client->lost;
        if (client->finished > finished)
            finished = client->finished;
        if (client->failed && good) {
            *error = client->error;
            good = false;
        }
        free(client->latencies_ms);
    }
    result->seconds = finished - began;
    if (good && result->answered == 0)
        good = error_set(error, "not one answer in %.1f s", result->seconds);
    if (good) {
        result->latency_median_ms =
            statistics_quantile(latencies_ms, (size_t)result->answered, 0.5);
        result->latency_95_ms = statistics_quantile(latencies_ms, (size_t)result->answered, 0.95);
    }
    free(latencies_ms);
    return good;
}

bool load_run(struct side *side, unsigned clients, double seconds, struct load_result *result,
              struct error *error)
{
    static size_t first_turn; /* goes on where the last run ended */
    struct client list[MOST_CLIENTS] = {0};
    HANDLE threads[MOST_CLIENTS];
    DWORD started = 0;
    volatile LONG stop = 0;
    double began = clock_seconds();

    for (unsigned i = 0; i < clients; i++) {
        list[i].side = side;
        list[i].kept = INVALID_SOCKET;
        list[i].until = began + seconds;
        list[i].turn = first_turn + i;
        list[i].step = clients;
        list[i].stop = &stop;
        threads[started] = CreateThread(NULL, 0, run_client, &list[i], 0, NULL);
        if (threads[started] == NULL) {
            error_windows(&list[i].error, "CreateThread for client %u", i + 1);
            list[i].failed = true;
            stop = 1;
            break;
        }
        started++;
    }
    bool in_time = wait_for_clients(side, threads, started, seconds);
    bool good = add_up(list, clients, began, result, error);
    first_turn += (size_t)result->answered;
    if (!in_time)
        return error_set(error, "a connection got no answer within %d s", LOAD_PATIENCE_MS / 1000);
    return good;
}
