/* Programs that are started before their connections come, with pipes: they run already. */
#include "harness.h"
#include "spares.h"

#include <stdio.h>

#define EARLY "port = 0\nserver = tests\\probe.exe\nserver_args = early\nstdio = pipe\n"

static void what_it_says_early_goes_first(void **state)
{
    struct process *server = server_start("[service early]\nprestart = 2\n" EARLY);

    (void)state;
    spares_expect("2 of 2 ready");
    for (int i = 0; i < 6; i++) {
        SOCKET client = client_connect(server, "early");

        client_expect(client, "ready\n");
        client_say(client, "words\n");
        client_expect(client, "words\n");
        client_goodbye(client);
        spares_expect("2 of 2 ready");
    }
    spares_expect("prestart hit 100 %, 2 of 2 ready");
}

/* Before its connection its stderr is the service's, afterwards the connection's. */
static void its_stderr_is_read_before_and_after(void **state)
{
    struct process *server = server_start("[service early]\nprestart = 1\n" EARLY);

    (void)state;
    server_expect(server, "stderr early pid * early\n"); /* there is no connection yet */
    spares_expect("1 of 1 ready");
    SOCKET client = client_connect(server, "early");
    client_expect(client, "ready\n");
    client_say(client, "words\n");
    client_expect(client, "words\n");
    server_expect(server, "stderr early#1 127.0.0.1:* heard words\n");
    client_goodbye(client);
    server_expect(server, "close early#1 * exit 0 ");
    assert_int_equal(server_count(server, "heard"), 1);
}

/* The same with a pipe, of one that has not begun. */
static void suspended_with_a_pipe_it_has_not_begun(void **state)
{
    struct process *server =
        server_start("[service early]\nprestart = 1\nprestart_state = suspended\n" EARLY);

    (void)state;
    spares_expect("1 of 1 ready");
    SOCKET client = client_connect(server, "early");
    client_expect(client, "ready\n");
    client_goodbye(client);
    server_expect(server, "stderr early#1 127.0.0.1:* early\n");
    server_expect(server, "close early#1 * exit 0 ");
    spares_expect("hit 100 %");
}

static void who_finds_none_is_served_as_ever(void **state)
{
    struct process *server = server_start("[service early]\nprestart = 1\n" EARLY);
    SOCKET clients[6];

    (void)state;
    spares_expect("1 of 1 ready");
    for (int i = 0; i < 6; i++)
        clients[i] = client_connect(server, "early");
    for (int i = 0; i < 6; i++) {
        client_expect(clients[i], "ready\n");
        client_say(clients[i], "words\n");
        client_expect(clients[i], "words\n");
    }
    for (int i = 0; i < 6; i++)
        client_goodbye(clients[i]);
    spares_expect("since its start: 6 started, 0 refused, 0 failed");
}

/* It is not even waited for, since it may have much to do. */
static void it_has_been_there_before_its_client(void **state)
{
    struct process *server = server_start("[service early]\nprestart = 2\n" EARLY);

    (void)state;
    spares_expect("2 of 2 ready");
    struct spares spares = spares_counted(server, 2);
    SOCKET client = client_connect(server, "early");
    client_expect(client, "ready\n");
    server_expect(server, "open early#1 ");
    bool found = false;
    for (size_t i = 0; i < spares.count; i++) {
        char pattern[60];

        snprintf(pattern, sizeof pattern, "open early#1 * pid %lu", spares.ids[i]);
        found = found || server_count(server, pattern) == 1;
    }
    assert_true(found);
    client_goodbye(client);
    spares_close(&spares);
}

/* A program that does not wait is replaced, but less and less often, and the service serves. */
static void one_that_ends_by_itself_is_replaced_ever_more_slowly(void **state)
{
    struct process *server = server_start("[service exit]\nport = 0\nprestart = 2\n"
                                          "server = tests\\probe.exe\nserver_args = exit 3\n"
                                          "stdio = pipe\n");

    (void)state;
    server_expect(server, "fail exit prestart: pid * ended with exit code 3 before its "
                          "connection came; the next one in 0.25 s\n");
    server_expect(server, "fail exit *the next one in 0.5 s\n");
    server_expect(server, "fail exit *the next one in 1 s\n");
    SOCKET client = client_connect(server, "exit");
    client_expect_end(client);
    client_close(client);
    server_expect(server, "close exit#1 * exit 3 after ");
    server_expect(server, "fail exit *the next one in 2 s\n");
    assert_int_equal(server_count(server, "fail "), 4); /* not one for each */
}

static void a_stop_ends_those_that_wait_at_once(void **state)
{
    struct process *server = server_start("[service early]\nprestart = 3\n" EARLY);

    (void)state;
    spares_expect("3 of 3 ready");
    struct spares spares = spares_counted(server, 3);
    server_console(server, PRESS_CTRL_C);
    spares_expect_gone(&spares);
    assert_int_equal(process_wait(server), 0);
}

static void a_server_that_is_killed_leaves_none(void **state)
{
    struct process *server = server_start("[service early]\nprestart = 3\n" EARLY);

    (void)state;
    spares_expect("3 of 3 ready");
    struct spares spares = spares_counted(server, 3);
    process_kill(server);
    spares_expect_gone(&spares);
}

#define MAX_TIME 700

static void max_time_begins_with_the_connection(void **state)
{
    struct process *server =
        server_start("[service early]\nprestart = 1\nmax_time = %dms\n" EARLY, MAX_TIME);

    (void)state;
    spares_expect("1 of 1 ready");
    Sleep(2 * MAX_TIME); /* the time is over for whoever counts from the start */
    DWORD since = GetTickCount();
    SOCKET client = client_connect(server, "early");
    client_expect(client, "ready\n");
    client_expect_end(client);
    client_close(client);
    assert_true(GetTickCount() - since >= MAX_TIME);
    server_expect(server, "close early#1 * after 0.*, max_time\n");
}

static void a_lost_end_is_noticed_all_the_same(void **state)
{
    struct process *server = server_start("[service early]\nprestart = 1\n" EARLY);

    (void)state;
    for (int i = 0; i < 5; i++) {
        spares_expect("1 of 1 ready");
        struct spares spares = spares_of(server);
        SOCKET client = client_connect(server, "early");

        for (size_t k = 0; k < spares.count; k++)
            TerminateProcess(spares.processes[k], 9); /* before, while, or after it is handed on */
        spares_close(&spares);
        client_end_sending(client); /* another may serve him */
        client_rest(client);
        client_close(client);
    }
    if (!output_wait_lines(&server->err, "close early#", 5, PATIENCE_MS))
        FAIL("a connection has not ended");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(what_it_says_early_goes_first),
        SYSTEM_TEST(its_stderr_is_read_before_and_after),
        SYSTEM_TEST(suspended_with_a_pipe_it_has_not_begun),
        SYSTEM_TEST(who_finds_none_is_served_as_ever),
        SYSTEM_TEST(it_has_been_there_before_its_client),
        SYSTEM_TEST(one_that_ends_by_itself_is_replaced_ever_more_slowly),
        SYSTEM_TEST(a_stop_ends_those_that_wait_at_once),
        SYSTEM_TEST(a_server_that_is_killed_leaves_none),
        SYSTEM_TEST(max_time_begins_with_the_connection),
        SYSTEM_TEST(a_lost_end_is_noticed_all_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
