/* Workers that end, or are to: what becomes of them and of what they have. */
#include "harness.h"
#include "workers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROBE "tests\\worker_probe.exe"

static void expect_later(struct process *server, const char *pattern)
{
    if (!output_wait(&server->err, pattern, 3 * PATIENCE_MS))
        FAIL("the log has no '%s'", pattern);
}

static DWORD pid_of_visit(struct process *server)
{
    SOCKET client = workers_client(server);
    DWORD pid = workers_pid(client);

    workers_leave(client);
    return pid;
}

/* --- by itself */

static void a_crash_ends_what_it_has_and_another_is_started(void **state)
{
    struct process *server = workers_start(PROBE " 4", "workers = 1\nworker_connections = 4\n");
    SOCKET first = workers_client(server);
    DWORD pid = workers_pid(first);
    SOCKET second = workers_client(server);

    (void)state;
    assert_int_equal(workers_pid(second), pid);
    client_say(first, "crash\r\n");
    client_expect_end(first);
    client_expect_end(second);
    client_close(first);
    client_close(second);
    for (int i = 1; i <= 2; i++)
        server_expect(server, "close w#%d 127.0.0.1:* pid %lu end after *.* s, worker ended\n", i,
                      pid);
    server_expect(server,
                  "fail w pid %lu worker: exit 7 after *.* s, with 2 connections; another is "
                  "started at once\n",
                  pid);
    assert_int_not_equal(pid_of_visit(server), pid);
}

/* Not even given to one that never takes another: it stands behind the one that hangs. */
static void what_it_had_not_accepted_goes_to_another(void **state)
{
    struct process *server = workers_start(PROBE " 1", "workers = 1\nworker_connections = 3\n");
    SOCKET first = workers_client(server);
    DWORD pid = workers_pid(first);
    SOCKET second = workers_client(server);
    SOCKET third = workers_client(server);

    (void)state;
    client_say(second, "pid\r\n");
    client_say(third, "pid\r\n");
    server_await_answer("status --json", "\"connections\":3,\"requests\":3,");
    workers_kill(pid);
    DWORD other = strtoul(client_line(second), NULL, 10);
    assert_int_not_equal(other, pid);
    workers_leave(second);
    assert_int_equal(strtoul(client_line(third), NULL, 10), other);
    workers_leave(third);
    client_expect_end(first); /* under Wine perhaps after linger: the others must not wait for it */
    client_close(first);
    server_expect(server, "close w#1 127.0.0.1:* pid %lu end after *.* s, worker ended\n", pid);
    server_expect(server, "close w#3 127.0.0.1:* pid %lu end after *.* s\n", other);
    assert_int_equal(server_count(server, "open w#2 "), 1);
}

static void crashing_at_once_has_growing_pauses(void **state)
{
    struct process *server = workers_start("tests\\worker_fault.exe exit", "workers = 1\n");
    static const char *const pauses[] = {"at once", "in 0.25 s", "in 0.50 s", "in 1.00 s",
                                         "in 2.00 s"};

    (void)state;
    for (size_t i = 0; i < sizeof pauses / sizeof *pauses; i++)
        server_expect(server,
                      "fail w pid * worker: exit 3 after *.* s, with 0 connections; another is "
                      "started %s\n",
                      pauses[i]);
    size_t count = server_count(server, "worker: exit 3");
    assert_in_range(count, 5, 6);
    SOCKET client = workers_client(server); /* it need not wait for what does not come */
    client_expect_end(client);
    client_close(client);
    server_expect(server, "close w#1 127.0.0.1:* launch failed after ");
}

static void one_that_serves_in_between_comes_back_at_once(void **state)
{
    struct process *server = workers_start(PROBE, "workers = 1\n");

    (void)state;
    for (int i = 0; i < 6; i++) {
        workers_visit(server);
        workers_kill(pid_of_visit(server));
    }
    workers_visit(server);
    if (!output_wait_lines(&server->err, "another is started at once\n", 6, PATIENCE_MS))
        FAIL("not each is started at once");
    assert_int_equal(server_count(server, "another is started in"), 0);
}

/* --- replaced after so many */

static void after_its_requests_another_takes_its_place(void **state)
{
    struct process *server = workers_start(PROBE, "workers = 1\nworker_requests = 3\n");
    DWORD pids[9];

    (void)state;
    for (size_t i = 0; i < 9; i++) {
        pids[i] = pid_of_visit(server);
        assert_int_equal(i % 3 == 0 || pids[i] == pids[i - 1], 1);
        assert_int_equal(i % 3 != 0 || i == 0 || pids[i] != pids[i - 1], 1);
    }
    for (size_t i = 0; i < 9; i += 3)
        server_expect(server, "close w pid %lu worker: exit 0 after *.* s, with 0 connections\n",
                      pids[i]);
    assert_int_equal(server_count(server, "fail "), 0);
}

/* --- as many as are needed */

static void more_are_started_while_connections_wait(void **state)
{
    struct process *server =
        workers_start(PROBE, "workers = 1\nworkers_max = 4\noverload = refuse\n");
    SOCKET clients[4];
    DWORD pids[4];

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        clients[i] = workers_client(server);
        pids[i] = workers_pid(clients[i]);
        for (size_t k = 0; k < i; k++)
            assert_int_not_equal(pids[i], pids[k]);
    }
    server_expect_answer("status", "workers: 4 of 4, 4 busy, 4 requests\n");
    SOCKET more = workers_client(server);
    client_expect_end(more);
    client_close(more);
    for (size_t i = 0; i < 4; i++)
        workers_leave(clients[i]);
    /* 10 s without anything to do: one after the other, but for the first */
    for (size_t i = 1; i < 4; i++) {
        char pattern[100];

        snprintf(pattern, sizeof pattern, "close w pid %lu worker: exit 0 after", pids[i]);
        expect_later(server, pattern);
    }
    server_expect_answer("status", "workers: 1 of 4, 0 busy, 4 requests\n");
    assert_int_equal(pid_of_visit(server), pids[0]);
    assert_int_equal(server_count(server, "fail "), 0);
}

/* --- max_time */

/* The client sends nothing: the worker waits in recv, which the shutdown ends. */
static void max_time_ends_one_that_waits(void **state)
{
    struct process *server =
        workers_start(PROBE " 2", "workers = 1\nworker_connections = 2\nmax_time = 1\n");
    SOCKET client = workers_client(server);
    DWORD pid = workers_pid(client);

    (void)state;
    assert_string_equal(workers_ask(client, "wait"), "waiting");
    client_expect_end(client);
    client_close(client);
    server_expect(server, "stderr w pid %lu wait ended with 0, cancelled ", pid);
    server_expect(server, "close w#1 127.0.0.1:* pid %lu end after 1.* s, max_time\n", pid);
    assert_int_equal(pid_of_visit(server), pid); /* it lives */
}

/* Or does not read: the worker waits in send, which the cancel ends. */
static void max_time_ends_one_that_sends_to_nobody(void **state)
{
    struct process *server = workers_start(PROBE, "workers = 1\nmax_time = 1\nlinger = 1\n");
    SOCKET client = workers_client(server);
    DWORD pid = workers_pid(client);

    (void)state;
    client_say(client, "flood\r\n");
    server_expect(server, "stderr w pid %lu flood ended, cancelled 1\n", pid);
    client_close(client);
    server_expect(server, "close w#1 127.0.0.1:* pid %lu end after 1.* s, max_time\n", pid);
    assert_int_equal(pid_of_visit(server), pid);
}

static void one_that_does_not_let_go_is_ended_after_stop_time(void **state)
{
    struct process *server = workers_start(PROBE, "workers = 1\nmax_time = 1\nstop_time = 1\n");
    SOCKET client = workers_client(server);
    DWORD pid = workers_pid(client);

    (void)state;
    client_say(client, "hang\r\n");
    client_expect_end(client);
    client_close(client);
    server_expect(server,
                  "fail w pid %lu worker: did not let go of connection 1 within stop_time of the "
                  "end of its max_time; ended after ",
                  pid);
    server_expect(server, "close w#1 127.0.0.1:* pid %lu end after 2.* s, max_time\n", pid);
    assert_int_not_equal(pid_of_visit(server), pid);
}

/* --- reload */

static void a_reload_starts_new_ones_and_lets_the_old_finish(void **state)
{
    struct process *server = workers_start(PROBE, "workers = 2\n");
    workers_await(server, 2);
    SOCKET client = workers_client(server);
    DWORD pid = workers_pid(client);

    (void)state;
    workers_rewrite(PROBE, "workers = 2\nenv = COLOUR=green\n");
    server_expect_answer("reload", "changed w: env (1 connection goes on as before)");
    workers_await(server, 4);
    SOCKET other = workers_client(server);
    assert_string_equal(workers_ask(other, "env COLOUR"), "green");
    assert_string_equal(workers_ask(client, "env COLOUR"), "none");
    server_expect(server, "close w pid * worker: exit 0 after *.* s, with 0 connections\n");
    workers_leave(client);
    server_expect(server, "close w pid %lu worker: exit 0 after", pid);
    workers_leave(other);
    server_expect_answer("status", "workers: 2 of 2, 0 busy, 1 requests\n");
    assert_int_equal(server_count(server, "fail "), 0);
}

/* Neither those who come nor those who wait notice. */
static void a_reload_loses_nobody(void **state)
{
    struct process *server = workers_start(PROBE, "workers = 2\n");

    (void)state;
    for (int round = 0; round < 5; round++) {
        SOCKET busy[2] = {workers_client(server), workers_client(server)};
        SOCKET waiting[10];

        for (size_t i = 0; i < 2; i++)
            workers_pid(busy[i]);
        for (size_t i = 0; i < 10; i++) {
            waiting[i] = workers_client(server);
            client_say(waiting[i], "hello\r\n");
        }
        workers_rewrite(PROBE, "workers = 2\nenv = ROUND=%d\n", round);
        server_expect_answer("reload", "changed w: env");
        for (size_t i = 0; i < 2; i++)
            workers_leave(busy[i]);
        for (size_t i = 0; i < 10; i++) {
            assert_string_equal(client_line(waiting[i]), "HELLO");
            workers_leave(waiting[i]);
        }
    }
    assert_int_equal(server_count(server, "fail "), 0);
}

static void workers_may_come_and_go_with_a_reload(void **state)
{
    struct process *server = workers_start(PROBE, "workers = 1\n");

    (void)state;
    workers_visit(server);
    workers_rewrite("handlers\\upper.exe", "workers = 0\n");
    server_expect_answer("reload", "changed w: ");
    client_expect_served(client_connect_to(server_address(server, "w", 1)));
    server_expect(server, "close w pid * worker: exit 0 after");
    workers_rewrite(PROBE, "workers = 1\n");
    server_expect_answer("reload", "changed w: ");
    SOCKET client = client_connect_to(server_address(server, "w", 2));
    assert_string_equal(workers_ask(client, "hello"), "HELLO");
    workers_leave(client);
}

/* --- stop */

static void a_drain_waits_for_them(void **state)
{
    struct process *server = workers_start(PROBE, "workers = 2\n");
    SOCKET client = workers_client(server);
    HANDLE worker = process_open(workers_pid(client));
    struct process *stop = server_command("stop");

    (void)state;
    server_expect(server, "stop 1 connection open");
    assert_string_equal(workers_ask(client, "still here"), "STILL HERE");
    workers_leave(client);
    assert_int_equal(process_wait(stop), 0);
    assert_int_equal(process_wait(server), 0);
    process_expect_gone(worker);
    assert_int_equal(server_count(server, "worker: exit 0 after *.* s, with 0 connections\n"), 2);
}

static void a_stop_at_once_gives_them_stop_time(void **state)
{
    struct process *server = workers_start(PROBE, "workers = 1\nstop_time = 10\n");
    SOCKET client = workers_client(server);

    (void)state;
    workers_pid(client);
    client_say(client, "work 700\r\nbye\r\n");
    struct process *stop = server_command("stop --now");
    assert_string_equal(client_line(client), "worked"); /* it could finish */
    client_expect_end(client);
    client_close(client);
    assert_int_equal(process_wait(stop), 1);
    assert_int_equal(process_wait(server), 1);
    server_expect(server, "close w#1 * end after *.* s, ended by the stop of the server\n");
}

static void and_not_longer(void **state)
{
    struct process *server = workers_start(PROBE " 1 stay", "workers = 2\nstop_time = 1\n");
    SOCKET client = workers_client(server);
    HANDLE worker = process_open(workers_pid(client));

    (void)state;
    client_say(client, "hang\r\n");
    struct process *stop = server_command("stop --now");
    client_expect_end(client);
    client_close(client);
    assert_int_equal(process_wait(stop), 1);
    process_expect_gone(worker);
    server_expect(server, "close w#1 * end after *.* s, ended by the stop of the server\n");
}

/* A worker that stays is no connection that is cut short. */
static void one_that_does_not_end_is_ended(void **state)
{
    struct process *server = workers_start(PROBE " 1 stay", "workers = 1\nstop_time = 1\n");

    (void)state;
    workers_visit(server);
    struct process *stop = server_command("stop");
    assert_int_equal(process_wait(stop), 0);
    assert_int_equal(process_wait(server), 0);
    server_expect(server, "fail w pid * worker: did not end within stop_time; ended after");
}

static void they_end_with_a_server_that_is_killed(void **state)
{
    struct process *server = workers_start(PROBE, "workers = 1\n");
    SOCKET client = workers_client(server);
    HANDLE worker = process_open(workers_pid(client));

    (void)state;
    process_kill(server);
    process_expect_gone(worker);
    client_close(client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(a_crash_ends_what_it_has_and_another_is_started),
        SYSTEM_TEST(what_it_had_not_accepted_goes_to_another),
        SYSTEM_TEST(crashing_at_once_has_growing_pauses),
        SYSTEM_TEST(one_that_serves_in_between_comes_back_at_once),
        SYSTEM_TEST(after_its_requests_another_takes_its_place),
        SYSTEM_TEST(more_are_started_while_connections_wait),
        SYSTEM_TEST(max_time_ends_one_that_waits),
        SYSTEM_TEST(max_time_ends_one_that_sends_to_nobody),
        SYSTEM_TEST(one_that_does_not_let_go_is_ended_after_stop_time),
        SYSTEM_TEST(a_reload_starts_new_ones_and_lets_the_old_finish),
        SYSTEM_TEST(a_reload_loses_nobody),
        SYSTEM_TEST(workers_may_come_and_go_with_a_reload),
        SYSTEM_TEST(a_drain_waits_for_them),
        SYSTEM_TEST(a_stop_at_once_gives_them_stop_time),
        SYSTEM_TEST(and_not_longer),
        SYSTEM_TEST(one_that_does_not_end_is_ended),
        SYSTEM_TEST(they_end_with_a_server_that_is_killed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
