/* A soak of the real server: many thousands of clients of every kind, 48 at a time.

     soak [CONNECTIONS [SEED [CLIENTS AT A TIME]]]

   The same seed makes the same clients again, though not at the same moments. What must hold: who
   waits is served within the patience of the system tests; nobody who was to be served is lost or
   cut; in the log every connection has its beginning and its end; the server holds afterwards what
   it held after the first thousands; and Ctrl-C lets the last ones finish. The log is kept as
   soak.log in the build folder. */
#include "tally.h"
#include "visit.h"

#include "system/harness.h"
#include "system/usage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LOSSES = 20, /* after so many it is enough */
    PROGRESS_MS = 5000,
    WARM_UP_SHARE = 10,  /* a tenth of the connections comes before the first measurement … */
    WARM_UP_MOST = 2000, /* … but never more than these */
    HANDLES = 16,        /* what may come and go */
    /* KB: 17 bytes of each of 30,000 connections, and the megabyte that is now there and now not
       under Wine 8 */
    KEPT = 512 + 1024,
    LAST = 3 /* clients that are there when the server is told to stop */
};

static struct soak {
    LONG connections, at_once;
    uint64_t seed;
    struct process *server;
    struct sockaddr_in addresses[PLACES];
    struct tally tally;

    volatile LONG next; /* the number of the last client that has begun */
    LONG until;         /* nobody begins after this one */
    volatile LONG outcomes[LOST + 1], ordinary;
    volatile LONG longest_ms;
    CRITICAL_SECTION lock; /* whoever complains */
} soak;

/* --- the clients */

/* The last lines that the log has with that port: a port may have had several connections. */
static void show_log_of(unsigned port)
{
    char *log = output_copy(&soak.server->err);
    const char *last[8] = {NULL};
    char mark[32];
    size_t count = 0;

    snprintf(mark, sizeof mark, ":%u ", port);
    for (char *line = strtok(log, "\n"); line != NULL; line = strtok(NULL, "\n"))
        if (strstr(line, mark) != NULL)
            last[count++ % ARRAYSIZE(last)] = line;
    for (size_t i = count < ARRAYSIZE(last) ? 0 : count - ARRAYSIZE(last); i < count; i++)
        printf("    %s\n", last[i % ARRAYSIZE(last)]);
    if (count == 0)
        printf("    (the log has nothing of port %u)\n", port);
    free(log);
}

static void note(const struct visit *visit, enum outcome outcome)
{
    LONG longest = soak.longest_ms;

    InterlockedIncrement(&soak.outcomes[outcome]);
    if (outcome == SERVED && visit->place < RUDE_UPPER)
        InterlockedIncrement(&soak.ordinary);
    while ((LONG)visit->longest_ms > longest) {
        LONG before =
            InterlockedCompareExchange(&soak.longest_ms, (LONG)visit->longest_ms, longest);
        if (before == longest)
            break;
        longest = before;
    }
    if (outcome != LOST)
        return;
    EnterCriticalSection(&soak.lock);
    printf("client %lu (%s, service %s, port %u): %s\n", visit->number, visit->kind,
           visit_service_name(visit->place), visit->port, visit->complaint);
    show_log_of(visit->port);
    fflush(stdout);
    LeaveCriticalSection(&soak.lock);
}

static struct visit prepare(LONG number)
{
    return (struct visit){
        .seed = soak.seed, .number = (unsigned long)number, .addresses = soak.addresses};
}

static DWORD WINAPI be_clients(void *unused)
{
    (void)unused;
    while (soak.outcomes[LOST] < LOSSES) {
        LONG number = InterlockedIncrement(&soak.next);

        if (number > soak.until) {
            InterlockedDecrement(&soak.next);
            break;
        }
        struct visit visit = prepare(number);
        note(&visit, visit_make(&visit));
    }
    return 0;
}

static LONG visits_made(void)
{
    return soak.outcomes[SERVED] + soak.outcomes[REFUSED] + soak.outcomes[LEFT] +
           soak.outcomes[LOST];
}

static void show_progress(LONG before)
{
    tally_read(&soak.tally);
    printf("%ld of %ld, %ld/s; %ld served, %ld refused, %ld left early, %ld lost; longest wait "
           "%ld ms; %llu mended\n",
           visits_made(), soak.connections, (visits_made() - before) * 1000 / PROGRESS_MS,
           soak.outcomes[SERVED], soak.outcomes[REFUSED], soak.outcomes[LEFT], soak.outcomes[LOST],
           soak.longest_ms, (unsigned long long)soak.tally.mended);
    fflush(stdout);
}

/* All clients up to that number, to the end of each. */
static void run_until(LONG number)
{
    HANDLE threads[MAXIMUM_WAIT_OBJECTS];
    DWORD count = (DWORD)soak.at_once;
    LONG before = visits_made();

    soak.until = number;
    for (DWORD i = 0; i < count; i++) {
        threads[i] = CreateThread(NULL, 0, be_clients, NULL, 0, NULL);
        assert_non_null(threads[i]);
    }
    while (WaitForMultipleObjects(count, threads, TRUE, PROGRESS_MS) == WAIT_TIMEOUT) {
        show_progress(before);
        before = visits_made();
        if (process_has_ended(soak.server))
            fail_msg("the server is gone");
    }
    for (DWORD i = 0; i < count; i++)
        CloseHandle(threads[i]);
}

/* --- what must hold */

/* A backlog keeps its order: behind one more client of each service everybody has been taken. Then
   waits until all have their end in the log. */
static void settle(void)
{
    uint64_t deadline = GetTickCount64() + (uint64_t)2 * PATIENCE_MS;

    for (int place = 0; place < PLACES; place++) {
        struct visit visit = prepare(InterlockedIncrement(&soak.next));
        note(&visit, visit_plainly(&visit, (enum place)place));
    }
    soak.connections += PLACES;
    for (int quiet = 0; quiet < 3 && GetTickCount64() < deadline; Sleep(50)) {
        uint64_t accepted = soak.tally.accepted;

        tally_read(&soak.tally);
        quiet = tally_is_complete(&soak.tally, (uint64_t)soak.outcomes[REFUSED]) &&
                        soak.tally.accepted == accepted
                    ? quiet + 1
                    : 0;
    }
    if (!tally_is_complete(&soak.tally, (uint64_t)soak.outcomes[REFUSED])) {
        tally_show_open(&soak.tally);
        fail_msg("connections without an end");
    }
}

static void expect_the_log_agrees(void)
{
    const struct tally *tally = &soak.tally;

    printf("log: %llu accepted = %llu open + %llu refuse + %llu fail; longest ordinary connection "
           "%.3f s; %llu mended by the sweep\n",
           (unsigned long long)tally->accepted, (unsigned long long)tally->opened,
           (unsigned long long)tally->refused, (unsigned long long)tally->failed, tally->longest,
           (unsigned long long)tally->mended);
    assert_int_equal(soak.outcomes[LOST], 0);
    assert_int_equal(tally->accepted, tally->opened + tally->refused + tally->failed);
    assert_int_equal(tally->refused, soak.outcomes[REFUSED]);
    assert_int_equal(tally->opened_to, soak.ordinary);
    assert_true(tally->accepted <= (uint64_t)visits_made());
    assert_true(tally->accepted + (uint64_t)soak.outcomes[LEFT] >= (uint64_t)visits_made());
    assert_int_equal(tally->failed, 0);
    assert_int_equal(tally->twice, 0);
    assert_int_equal(tally->blemished, 0);
    assert_int_equal(tally->unexplained, 0);
}

static void expect_nothing_is_kept(struct usage before, struct usage after)
{
    printf("handles %lu, then %lu; threads %lu, then %lu; private KB %lu, then %lu\n",
           before.handles, after.handles, before.threads, after.threads, before.private_kilobytes,
           after.private_kilobytes);
    assert_true(after.handles <= before.handles + HANDLES);
    assert_true(after.threads <= before.threads + 1);
    assert_true(after.private_kilobytes <= before.private_kilobytes + KEPT);
}

static void expect_a_drain(void)
{
    const char *address = server_address(soak.server, visit_service_name(UPPER), 0);
    SOCKET clients[LAST];

    for (size_t i = 0; i < LAST; i++) {
        clients[i] = client_connect_to(address);
        client_say(clients[i], "here I am\n");
        client_expect(clients[i], "HERE I AM\r\n");
    }
    soak.outcomes[SERVED] += LAST;
    soak.ordinary += LAST;
    server_console(soak.server, PRESS_CTRL_C);
    server_expect(soak.server, "stop 3 connections open");
    for (size_t i = 0; i < LAST; i++) {
        client_say(clients[i], "goodbye\n");
        client_expect(clients[i], "GOODBYE\r\n");
        client_end_sending(clients[i]);
        client_expect_end(clients[i]);
        client_close(clients[i]);
    }
    assert_int_equal(process_wait(soak.server), 0);
}

/* --- the whole */

static void start(void)
{
    soak.server = server_start("%s", visit_services);
    for (int place = 0; place < PLACES; place++) {
        const char *text = server_address(soak.server, visit_service_name((enum place)place), 0);

        soak.addresses[place] = (struct sockaddr_in){
            .sin_family = AF_INET,
            .sin_port = htons((u_short)strtoul(strrchr(text, ':') + 1, NULL, 10)),
            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    }
    soak.tally.log = &soak.server->err;
}

static void the_server_serves_on_and_keeps_nothing(void **state)
{
    LONG warm_up = soak.connections / WARM_UP_SHARE;

    (void)state;
    start();
    run_until(warm_up < WARM_UP_MOST ? warm_up : WARM_UP_MOST);
    settle();
    struct usage before = usage_of(soak.server);
    run_until(soak.connections);
    settle();
    struct usage after = usage_of(soak.server);
    expect_nothing_is_kept(before, after);
    expect_a_drain();
    tally_read(&soak.tally); /* the refusals that had no record */
    expect_the_log_agrees();
}

/* Whatever happened, and before the server is ended with all that it has said. */
static int keep_log(void **state)
{
    char path[1024];
    wchar_t wide[1024];

    snprintf(path, sizeof path, "%s\\soak.log", folder_build());
    MultiByteToWideChar(CP_UTF8, 0, path, -1, wide, ARRAYSIZE(wide));
    FILE *file = _wfopen(wide, L"wb");
    if (file != NULL && soak.server != NULL) {
        char *log = output_copy(&soak.server->err);

        fputs(log, file);
        free(log);
    }
    if (file != NULL)
        fclose(file);
    return harness_teardown(state);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(
        the_server_serves_on_and_keeps_nothing, harness_setup, keep_log)};

    soak.connections = argc > 1 ? strtol(argv[1], NULL, 10) : 30000;
    soak.seed = argc > 2 ? strtoul(argv[2], NULL, 10) : 1;
    soak.at_once = argc > 3 ? strtol(argv[3], NULL, 10) : 48;
    if (argc > 4 || soak.connections < 1 || soak.at_once < 1 ||
        soak.at_once > MAXIMUM_WAIT_OBJECTS) {
        fputs("usage: soak [CONNECTIONS [SEED [CLIENTS AT A TIME, at most 64]]]\n", stderr);
        return 2;
    }
    InitializeCriticalSection(&soak.lock);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    printf("%ld connections: %ld served, %ld refused, %ld left early; %ld lost%s\n", visits_made(),
           soak.outcomes[SERVED], soak.outcomes[REFUSED], soak.outcomes[LEFT], soak.outcomes[LOST],
           failed == 0 ? "" : "; FAILED");
    tally_free(&soak.tally);
    return failed == 0 ? 0 : 1;
}
