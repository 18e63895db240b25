/* Fifty clients come without pause through fifty reloads and a stop, and every connection that was
   made is served in full: the clients' count, the log's and that of status are the same. */
#include "harness.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CLIENTS = 50,
    RELOADS = 50,
    PLACES = 12,
    STEADY = 6, /* services that are always there, though not always at the same place */
    LAST = 40   /* connections after the last reload, before the stop */
};

/* A port, and who serves it. */
struct place {
    unsigned port;
    char service[16]; /* "" none */
    bool may_come;    /* by clients */
};

static struct place places[PLACES];
static unsigned value; /* of an option that changes again and again */
static bool is_broken; /* the file has a mistake */

/* Clients connect under the shared lock. So nobody is between his choice of a place and the backlog
   when a place is given up: in the instant between the last look into a backlog and its end Windows
   still lets clients in, and resets them. */
static SRWLOCK connecting = SRWLOCK_INIT;
static bool nobody_may_come, all_may_go;
static volatile LONG made, served, under_way;
static char trouble[200]; /* the first thing that went wrong */

static void report(const char *what, const struct place *place)
{
    AcquireSRWLockExclusive(&connecting);
    if (trouble[0] == '\0')
        snprintf(trouble, sizeof trouble, "%s at %u (%s): %d", what, place->port, place->service,
                 WSAGetLastError());
    ReleaseSRWLockExclusive(&connecting);
}

/* Without the harness, which ends a test by a jump. */
static bool talk(SOCKET client)
{
    char answer[16];
    int length = 0;
    int got;

    if (send(client, "hello\n", 6, 0) != 6 || shutdown(client, SD_SEND) != 0)
        return false;
    while ((got = recv(client, answer + length, (int)sizeof answer - length, 0)) > 0)
        length += got;
    return got == 0 && length == 7 && memcmp(answer, "HELLO\r\n", 7) == 0;
}

static SOCKET come(unsigned *random, struct place *chosen)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    SOCKET client = INVALID_SOCKET;
    DWORD patience = PATIENCE_MS;

    AcquireSRWLockShared(&connecting);
    *random = *random * 1664525 + 1013904223;
    *chosen = places[(*random >> 16) % PLACES];
    if (chosen->may_come && !nobody_may_come) {
        client = socket(AF_INET, SOCK_STREAM, 0);
        address.sin_port = htons((u_short)chosen->port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, (const char *)&patience, sizeof patience);
        InterlockedIncrement(&made);
        InterlockedIncrement(&under_way);
    }
    bool connected = client != INVALID_SOCKET &&
                     connect(client, (const struct sockaddr *)&address, sizeof address) == 0;
    ReleaseSRWLockShared(&connecting);
    if (client != INVALID_SOCKET && !connected)
        report("connect", chosen);
    return client;
}

static DWORD WINAPI run_client(void *parameter)
{
    unsigned random = *(unsigned *)parameter;
    struct place place;

    while (!all_may_go) {
        SOCKET client = come(&random, &place);

        if (client == INVALID_SOCKET) {
            Sleep(1); /* nobody serves that place now, which is no reason to spin */
            continue;
        }
        if (talk(client))
            InterlockedIncrement(&served);
        else
            report("dialogue", &place);
        closesocket(client);
        InterlockedDecrement(&under_way);
    }
    return 0;
}

static void let_come(bool they_may)
{
    AcquireSRWLockExclusive(&connecting);
    nobody_may_come = !they_may;
    ReleaseSRWLockExclusive(&connecting);
}

/* --- the file */

static void find_ports(void)
{
    SOCKET probes[PLACES];

    for (int i = 0; i < PLACES; i++) {
        struct sockaddr_in address = {.sin_family = AF_INET};
        int length = sizeof address;

        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        probes[i] = socket(AF_INET, SOCK_STREAM, 0);
        assert_int_equal(bind(probes[i], (const struct sockaddr *)&address, sizeof address), 0);
        assert_int_equal(getsockname(probes[i], (struct sockaddr *)&address, &length), 0);
        places[i] = (struct place){.port = ntohs(address.sin_port)};
    }
    for (int i = 0; i < PLACES; i++)
        closesocket(probes[i]);
}

static const char *ini_text(void)
{
    static char text[4096];
    size_t used = (size_t)snprintf(text, sizeof text, "[defaults]\nserver = handlers\\upper.exe\n");

    for (int i = 0; i < PLACES; i++)
        if (places[i].service[0] != '\0')
            used += (size_t)snprintf(text + used, sizeof text - used,
                                     "[service %s]\nport = %u\nenv = VALUE=%u\n", places[i].service,
                                     places[i].port, i % 2 == 0 ? value : 0);
    if (is_broken)
        snprintf(text + used, sizeof text - used, "no_such_option = 1\n");
    return text;
}

static struct place *place_of(const char *service)
{
    for (int i = 0; i < PLACES; i++)
        if (strcmp(places[i].service, service) == 0)
            return &places[i];
    fail_msg("no place for '%s'", service);
    return NULL;
}

/* Nobody comes to a place any more once this returns. */
static void close_place(struct place *place)
{
    AcquireSRWLockExclusive(&connecting);
    place->may_come = false;
    place->service[0] = '\0';
    ReleaseSRWLockExclusive(&connecting);
}

static void open_all_places(void)
{
    AcquireSRWLockExclusive(&connecting);
    for (int i = 0; i < PLACES; i++)
        places[i].may_come = places[i].service[0] != '\0';
    ReleaseSRWLockExclusive(&connecting);
}

static void serve_at(struct place *place, const char *kind, int number)
{
    AcquireSRWLockExclusive(&connecting);
    snprintf(place->service, sizeof place->service, "%s%d", kind, number);
    ReleaseSRWLockExclusive(&connecting);
}

static void reload(DWORD exit_code)
{
    server_rewrite("%s", ini_text());
    struct process *client = server_command("reload");
    if (process_wait(client) != exit_code)
        FAIL("the reload says: %s", output_copy(&client->err));
}

/* One of the five things that a reload may have to do. */
static void change(int round)
{
    char name[16];
    struct place *place;

    switch (round % 5) {
    case 0:
        serve_at(place_of(""), "added", round / 5);
        break;
    case 1:
        value++;
        break;
    case 2:
        snprintf(name, sizeof name, "steady%d", round / 5 % STEADY);
        place = place_of("");
        close_place(place_of(name));
        serve_at(place, "steady", round / 5 % STEADY);
        break;
    case 3:
        snprintf(name, sizeof name, "added%d", round / 5);
        close_place(place_of(name));
        break;
    default:
        is_broken = true;
        reload(2);
        is_broken = false;
        break;
    }
    reload(0);
    open_all_places();
}

/* --- the test */

static void expect_no_trouble(void)
{
    AcquireSRWLockShared(&connecting);
    bool good = trouble[0] == '\0';
    ReleaseSRWLockShared(&connecting);
    if (!good)
        FAIL("%s", trouble);
}

/* Until the clients have made so many connections. */
static void wait_for_made(LONG count)
{
    for (int i = 0; made < count; i++) {
        if (i == PATIENCE_MS / 10)
            FAIL("the clients make no more connections");
        Sleep(10);
    }
}

static void expect_counts(struct process *server, LONG count)
{
    char *log = output_copy(&server->err);
    size_t opened = text_count(log, "open ");
    size_t closed = text_count(log, "close * exit 0 after ");

    free(log);
    assert_int_equal(opened, count);
    assert_int_equal(closed, count);
    assert_int_equal(served, count);
}

static void expect_status(struct process *server, LONG count)
{
    char pattern[100];

    snprintf(pattern, sizeof pattern, "since its start: %ld started, 0 refused, 0 failed\n", count);
    if (!output_wait_lines(&server->err, "close * exit 0 after ", (size_t)count, PATIENCE_MS))
        FAIL("not every connection has closed");
    server_expect_answer("status", pattern);
}

static void no_connection_is_lost(void **state)
{
    static unsigned seeds[CLIENTS];
    HANDLE threads[CLIENTS];

    (void)state;
    find_ports();
    for (int i = 0; i < STEADY; i++)
        serve_at(&places[i], "steady", i);
    struct process *server = server_start("%s", ini_text());
    for (int i = 0; i < STEADY; i++)
        server_address(server, places[i].service, 0);
    open_all_places();
    for (int i = 0; i < CLIENTS; i++) {
        seeds[i] = (unsigned)i;
        threads[i] = CreateThread(NULL, 0, run_client, &seeds[i], 0, NULL);
        assert_non_null(threads[i]);
    }
    for (int i = 0; i < RELOADS; i++)
        change(i);
    expect_no_trouble();

    let_come(false);
    for (int i = 0; under_way > 0 && i < PATIENCE_MS / 10; i++)
        Sleep(10);
    expect_no_trouble();
    expect_status(server, made);
    LONG before = made;
    let_come(true);
    wait_for_made(before + LAST);

    let_come(false);
    struct process *stop = server_command("stop");
    process_wait(stop);
    all_may_go = true;
    assert_int_equal(WaitForMultipleObjects(CLIENTS, threads, TRUE, PATIENCE_MS), WAIT_OBJECT_0);
    expect_no_trouble();
    assert_int_equal(process_wait(stop), 0);
    assert_int_equal(process_wait(server), 0);
    print_message("%ld connections, all served\n", made);
    expect_counts(server, made);
    for (int i = 0; i < CLIENTS; i++)
        CloseHandle(threads[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {SYSTEM_TEST(no_connection_is_lost)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
