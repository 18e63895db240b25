/* Workers are killed at random moments while clients come from everywhere: each connection is
   either answered or, if its worker had accepted it, ended; and status, log and clients agree. */
#include "harness.h"
#include "workers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KILLS = 100, BETWEEN = 2, CLIENTS = 8, WORKERS = 4, MOST = 200000 };

static struct {
    const char *address;
    volatile LONG kills, answered, cut, strange, stop;
    volatile LONG pids[WORKERS]; /* that were seen last */
    volatile char was_answered[MOST];
} field;

/* What a client has been told: its connection's number and its worker's pid; false where it was
 * cut.
 */
static bool ask(SOCKET client, const char *line, char *answer, int size)
{
    int used = 0;

    if (send(client, line, (int)strlen(line), 0) <= 0)
        return false;
    while (used < size - 1) {
        if (recv(client, answer + used, 1, 0) != 1)
            return false;
        if (answer[used] == '\n')
            break;
        used++;
    }
    answer[used] = '\0';
    return true;
}

static void visit(unsigned *random)
{
    char answer[200];
    bool answered = false;
    SOCKET client = client_try(field.address);

    if (client == INVALID_SOCKET) {
        InterlockedIncrement(&field.strange);
        return;
    }
    if (ask(client, "pid\r\n", answer, sizeof answer)) {
        *random = *random * 1664525 + 1013904223;
        field.pids[*random >> 16 & (WORKERS - 1)] = atol(answer);
        answered = ask(client, "peer\r\n", answer, sizeof answer);
    }
    if (answered) {
        field.was_answered[strtoul(strrchr(answer, ' '), NULL, 10) % MOST] = 1;
        InterlockedIncrement(&field.answered);
        shutdown(client, SD_SEND);
        while (recv(client, answer, sizeof answer, 0) > 0)
            continue;
    } else {
        InterlockedIncrement(&field.cut);
    }
    closesocket(client);
}

static DWORD WINAPI be_clients(void *parameter)
{
    unsigned random = (unsigned)(uintptr_t)parameter;

    while (!field.stop)
        visit(&random);
    return 0;
}

/* An id may mean another process by now, or one that has ended already. */
static bool kill_worker(DWORD pid)
{
    wchar_t path[1024];
    DWORD size = 1024;
    HANDLE worker = OpenProcess(PROCESS_TERMINATE | PROCESS_QUERY_LIMITED_INFORMATION | SYNCHRONIZE,
                                FALSE, pid);
    bool killed = worker != NULL && WaitForSingleObject(worker, 0) == WAIT_TIMEOUT &&
                  QueryFullProcessImageNameW(worker, 0, path, &size) &&
                  wcsstr(path, L"worker_probe") != NULL && TerminateProcess(worker, 77) &&
                  WaitForSingleObject(worker, PATIENCE_MS) == WAIT_OBJECT_0;

    if (worker != NULL)
        CloseHandle(worker);
    return killed;
}

/* Somebody is served in between, or they are taken for a program that cannot run. */
static void kill_at_random(void)
{
    ULONGLONG until = GetTickCount64() + 150000;
    unsigned random = 12345;
    LONG answered = 0;

    while (field.kills < KILLS && GetTickCount64() < until) {
        random = random * 1664525 + 1013904223;
        Sleep(random >> 16 & 127);
        LONG pid = field.pids[random >> 24 & (WORKERS - 1)];
        if (field.answered - answered < BETWEEN || pid == 0 || !kill_worker((DWORD)pid))
            continue;
        field.kills++;
        answered = field.answered;
    }
}

/* Every connection has its beginning once and its end once, and the end says what its client saw.
 */
static void compare_with_log(struct process *server, unsigned long total)
{
    char *log = output_copy(&server->err);
    char *opened = calloc(total + 1, 1);
    char *closed = calloc(total + 1, 1);
    unsigned long lost = 0;
    unsigned long unanswered = 0;

    for (char *line = strtok(log, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        unsigned long number = 0;

        if (sscanf(line, "open w#%lu", &number) == 1)
            opened[number]++;
        if (strstr(line, "Its worker") != NULL)
            unanswered++;
        if (sscanf(line, "close w#%lu", &number) != 1 || strstr(line, " end after ") == NULL)
            continue;
        closed[number]++;
        if (strstr(line, "worker ended") != NULL)
            lost++;
        else if (!field.was_answered[number])
            FAIL("a client was cut, and the log knows nothing of it: %s", line);
    }
    for (unsigned long i = 1; i <= total; i++)
        if (opened[i] != 1 || closed[i] != 1)
            FAIL("connection %lu has %d beginnings and %d ends", i, opened[i], closed[i]);
    assert_true((unsigned long)field.cut <= lost);
    print_message(
        "%lu connections, %ld answered, %lu cut by %ld kills; %lu went to another worker\n", total,
        field.answered, lost, field.kills, unanswered);
    free(opened);
    free(closed);
    free(log);
}

static void killed_workers_lose_only_what_they_had_accepted(void **state)
{
    struct process *server = workers_start("tests\\worker_probe.exe 2",
                                           "workers = %d\nworker_connections = 2\n", WORKERS);
    HANDLE threads[CLIENTS];
    char pattern[100];

    (void)state;
    field.address = server_address(server, "w", 0);
    for (size_t i = 0; i < CLIENTS; i++)
        threads[i] = CreateThread(NULL, 0, be_clients, (void *)(uintptr_t)(i + 1), 0, NULL);
    kill_at_random();
    field.stop = 1;
    assert_int_equal(WaitForMultipleObjects(CLIENTS, threads, TRUE, 2 * PATIENCE_MS),
                     WAIT_OBJECT_0);
    for (size_t i = 0; i < CLIENTS; i++)
        CloseHandle(threads[i]);
    assert_int_equal(field.kills, KILLS);
    assert_int_equal(field.strange, 0);
    unsigned long total = (unsigned long)(field.answered + field.cut);
    if (!output_wait_lines(&server->err, "close w#* end after ", total, PATIENCE_MS))
        FAIL("not each of %lu connections has an end", total);
    compare_with_log(server, total);
    assert_int_equal(server_count(server, "fail w#* no worker"), 0);
    snprintf(pattern, sizeof pattern, " 0 of 100 0 %lu 0 0 ", total);
    server_expect_answer("status", pattern);
    snprintf(pattern, sizeof pattern, " 0 busy, %lu requests\n", total);
    server_expect_answer("status", pattern);
    server_expect_answer("stop", "stopped: every connection was finished\n");
    /* whoever was killed while it had nothing was noticed too */
    assert_int_equal(server_count(server, "fail w pid * worker: exit 77 "), KILLS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(killed_workers_lose_only_what_they_had_accepted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
