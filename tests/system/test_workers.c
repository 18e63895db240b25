/* A pool of running processes that are handed the sockets. */
#include "harness.h"
#include "workers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROBE "tests\\worker_probe.exe"

static void one_process_serves_one_connection_after_the_other(void **state)
{
    struct process *server = workers_start(PROBE, "workers = 1\n");
    DWORD pid = 0;

    (void)state;
    for (int i = 1; i <= 20; i++) {
        SOCKET client = workers_client(server);
        DWORD found = workers_pid(client);

        if (i == 1)
            pid = found;
        assert_int_equal(found, pid);
        assert_string_equal(workers_ask(client, "hello"), "HELLO");
        workers_leave(client);
        server_expect(server, "open w#%d 127.0.0.1:* pid %lu\n", i, pid);
        server_expect(server, "close w#%d 127.0.0.1:* pid %lu end after *.* s\n", i, pid);
    }
}

static void it_knows_who_has_come(void **state)
{
    struct process *server = workers_start(PROBE, "workers = 1\n");
    char expected[100];
    struct sockaddr_in own;
    int size = sizeof own;
    const char *address = server_address(server, "w", 0);

    (void)state;
    workers_visit(server);
    SOCKET client = client_connect_to(address);
    getsockname(client, (struct sockaddr *)&own, &size);
    snprintf(expected, sizeof expected, "127.0.0.1:%u %u %s 2", ntohs(own.sin_port),
             ntohs(own.sin_port), strchr(address, ':') + 1);
    assert_string_equal(workers_ask(client, "peer"), expected);
    workers_leave(client);
}

static void its_environment_has_no_connection(void **state)
{
    struct process *server = workers_start(PROBE, "workers = 1\nenv = COLOUR=green\n");
    SOCKET client = workers_client(server);

    (void)state;
    assert_string_equal(workers_ask(client, "env COLOUR"), "green");
    assert_string_equal(workers_ask(client, "env STDINETD_SERVICE"), "w");
    assert_string_equal(workers_ask(client, "env PROTO"), "TCP");
    assert_string_equal(workers_ask(client, "env TCPREMOTEIP"), "none");
    assert_string_equal(workers_ask(client, "env STDINETD_CONNECTION"), "none");
    assert_string_equal(workers_ask(client, "env STDINETD_WORKER"), "none"); /* the library's */
    assert_string_equal(workers_ask(client, "inherited"), "no");
    workers_leave(client);
}

/* The library has put NUL in the place of both. */
static void its_standard_output_cannot_harm_the_protocol(void **state)
{
    struct process *server = workers_start(PROBE, "workers = 1\n");
    SOCKET client = workers_client(server);

    (void)state;
    assert_string_equal(workers_ask(client, "stray"), "nothing comes");
    assert_string_equal(workers_ask(client, "hello"), "HELLO");
    workers_leave(client);
    workers_visit(server);
    assert_int_equal(server_count(server, "fail "), 0);
}

static void its_stderr_is_in_the_log(void **state)
{
    struct process *server = workers_start(PROBE, "workers = 1\n");
    SOCKET client = workers_client(server);
    DWORD pid = workers_pid(client);

    (void)state;
    assert_string_equal(workers_ask(client, "stderr hear me"), "said");
    server_expect(server, "stderr w pid %lu hear me\n", pid);
    workers_leave(client);
}

/* It is overlapped, and no completion port but the worker's has it. */
static void a_worker_may_use_a_completion_port(void **state)
{
    folder_write("banner.txt", "welcome\n");
    struct process *server =
        workers_start(PROBE, "workers = 1\nbanner = %s\\banner.txt\n", folder_own());

    (void)state;
    for (int i = 0; i < 5; i++) {
        SOCKET client = workers_client(server);

        assert_string_equal(client_line(client), "welcome");
        assert_string_equal(workers_ask(client, "port"), "port");
        assert_string_equal(workers_ask(client, "through the port"), "through the port");
        workers_leave(client);
    }
}

static void the_one_with_the_least_to_do_is_next(void **state)
{
    struct process *server =
        workers_start(PROBE " 8", "workers = 3\nworker_connections = 4\ninstances = 20\n");
    SOCKET clients[12];
    DWORD pids[12];

    (void)state;
    workers_await(server, 3);
    server_expect_answer("status", "workers: 3 of 3, 0 busy, 0 requests\n");
    for (size_t i = 0; i < 12; i++) {
        clients[i] = workers_client(server);
        pids[i] = workers_pid(clients[i]);
        if (i >= 3) /* each has one before one has two */
            assert_int_equal(pids[i], pids[i % 3]);
    }
    server_expect_answer("status", "workers: 3 of 3, 3 busy, 12 requests\n");
    workers_leave(clients[4]);
    server_expect(server, "close w#5 ");
    clients[4] = workers_client(server);
    assert_int_equal(workers_pid(clients[4]), pids[4]);
    for (size_t i = 0; i < 12; i++)
        workers_leave(clients[i]);
}

static void when_all_are_full_the_next_one_waits(void **state)
{
    struct process *server = workers_start(PROBE, "workers = 2\n"
                                                  "[service other]\n"
                                                  "port = 0\n"
                                                  "server = handlers\\upper.exe\n");
    SOCKET first = workers_client(server);
    DWORD pid = workers_pid(first);
    SOCKET second = workers_client(server);

    (void)state;
    workers_pid(second);
    SOCKET third = workers_client(server);
    client_say(third, "pid\r\n");
    client_goodbye(client_hello(server, "other"));
    assert_false(client_has_news(third));
    workers_leave(first);
    assert_int_equal(strtoul(client_line(third), NULL, 10), pid);
    workers_leave(second);
    workers_leave(third);
}

static void or_is_refused(void **state)
{
    struct process *server = workers_start(PROBE, "workers = 2\noverload = refuse\n");
    SOCKET first = workers_client(server);
    SOCKET second = workers_client(server);

    (void)state;
    workers_pid(first);
    workers_pid(second);
    SOCKET third = workers_client(server);
    client_expect_end(third);
    client_close(third);
    server_expect(server, "refuse w#3 127.0.0.1:* workers: all of them");
    workers_leave(first);
    server_expect(server, "close w#1 ");
    workers_visit(server);
    workers_leave(second);
    server_expect_answer("status", "refused: workers 1\n");
}

/* Keepalive when a connection has lasted for a while: a second, for the server looks once a second.
 */
static void its_sockets_have_the_options_of_the_service(void **state)
{
    struct process *server = workers_start(PROBE, "workers = 1\n"
                                                  "[service off]\n"
                                                  "port = 0\n"
                                                  "server = " PROBE "\n"
                                                  "workers = 1\n"
                                                  "nodelay = no\n"
                                                  "keepalive = no\n");
    SOCKET without = client_connect(server, "off");
    SOCKET client = workers_client(server);
    DWORD since = GetTickCount();

    (void)state;
    assert_string_equal(workers_ask(without, "options"), "nodelay 0 keepalive 0");
    while (strcmp(workers_ask(client, "options"), "nodelay 1 keepalive 1") != 0)
        if (GetTickCount() - since > PATIENCE_MS)
            FAIL("it has: %s", workers_ask(client, "options"));
    assert_string_equal(workers_ask(without, "options"), "nodelay 0 keepalive 0");
    workers_leave(without);
    workers_leave(client);
}

/* Whatever the listening socket had, which stays the same. */
static void or_those_of_a_reload(void **state)
{
    struct process *server = workers_start(PROBE, "workers = 1\n");
    static const char *const options[] = {"yes", "no", "yes"};

    (void)state;
    for (size_t i = 0; i < ARRAYSIZE(options); i++) {
        workers_rewrite(PROBE, "workers = 1\nkeepalive = no\nnodelay = %s\n", options[i]);
        server_expect_answer("reload", "changed w: ");
        SOCKET client = workers_client(server);
        assert_string_equal(workers_ask(client, "options"),
                            i == 1 ? "nodelay 0 keepalive 0" : "nodelay 1 keepalive 0");
        workers_leave(client);
    }
}

/* Where it counts, the server knows of the end before the client does. */
static void who_comes_again_at_the_end_is_not_too_many(void **state)
{
    static const char *const options[] = {"worker_connections = 16\nper_source = 1\n",
                                          "overload = refuse\n"};

    (void)state;
    for (size_t i = 0; i < ARRAYSIZE(options); i++) {
        struct process *server = workers_start(PROBE, "workers = 1\n%s", options[i]);

        workers_visit(server);
        for (int j = 0; j < 50; j++)
            workers_leave(workers_client(server));
        workers_visit(server);
        assert_int_equal(server_count(server, "refuse w#"), 0);
    }
}

static void programs_see_them_in_json(void **state)
{
    struct process *server = workers_start(PROBE, "workers = 1\nworkers_max = 3\n");
    SOCKET client = workers_client(server);
    char pattern[300];

    (void)state;
    snprintf(pattern, sizeof pattern,
             "\"launch\":\"worker\",*\"workers\":{\"live\":1,\"max\":3,\"busy\":1,\"requests\":1,"
             "\"processes\":[{\"pid\":%lu,\"connections\":1,\"requests\":1,\"age_ms\":*}]},*"
             "\"state\":\"serving\",\"pid\":%lu,",
             workers_pid(client), workers_pid(client));
    server_expect_answer("status --json", pattern);
    workers_leave(client);
}

/* What the worker has sent, the client gets: the server looks after the end. */
static void what_was_sent_arrives_although_the_client_said_more(void **state)
{
    struct process *server = workers_start(PROBE, "workers = 1\n");
    char *much = calloc(1, 200001);

    (void)state;
    memset(much, 'x', 200000);
    for (int i = 0; i < 20; i++) {
        SOCKET client = workers_client(server);

        client_say(client, "one\r\nbye\r\n");
        client_send(client, much, 200000);
        assert_string_equal(client_line(client), "ONE");
        client_expect_end(client);
        client_close(client);
    }
    free(much);
}

/* --- a client that stays after the worker is done with it: the server waits for it, whatever the
   worker has made of the socket */

static SOCKET client_that_stays(struct process *server)
{
    SOCKET client = workers_client(server);

    assert_string_equal(workers_ask(client, "port"), "port");
    assert_string_equal(workers_ask(client, "through the port"), "through the port");
    client_say(client, "bye\r\n");
    client_expect_end(client);
    return client;
}

/* Longer than most clients take, for whom nothing is prepared. */
static void stay(struct process *server)
{
    ULONGLONG until = GetTickCount64() + 100;

    while (GetTickCount64() < until)
        workers_visit(server);
}

static void one_that_stays_silent_is_closed_after_a_while(void **state)
{
    struct process *server = workers_start(PROBE, "workers = 1\nlinger = 300ms\n");
    SOCKET client = client_that_stays(server);

    (void)state;
    server_expect(server, "close w#1 * client did not close");
    client_close(client);
}

static void one_that_says_more_may_close_later(void **state)
{
    struct process *server = workers_start(PROBE, "workers = 1\nlinger = 30\n");
    SOCKET client = client_that_stays(server);

    (void)state;
    client_say(client, "what the worker did not read\r\n");
    stay(server);
    client_say(client, "and this\r\n");
    assert_int_equal(server_count(server, "close w#1 "), 0);
    client_close(client);
    server_expect(server, "close w#1 * end after ");
    assert_int_equal(server_count(server, "client did not close"), 0);
}

static void and_one_that_stays_may_reset(void **state)
{
    struct process *server = workers_start(PROBE, "workers = 1\nlinger = 30\n");
    SOCKET client = client_that_stays(server);

    (void)state;
    stay(server);
    assert_int_equal(server_count(server, "close w#1 "), 0);
    client_reset(client);
    server_expect(server, "close w#1 ");
}

/* The socket is given to the process that has said so. */
static void a_launcher_may_start_it(void **state)
{
    char script[300];

    (void)state;
    snprintf(script, sizeof script, "@\"%s\\%s\"\r\n", folder_build(), PROBE);
    folder_write("work.cmd", script);
    snprintf(script, sizeof script, "%s\\work.cmd", folder_own());
    struct process *server = workers_start(script, "workers = 2\n");
    for (int i = 1; i <= 5; i++) {
        SOCKET client = workers_client(server);
        DWORD pid = workers_pid(client);

        assert_string_equal(workers_ask(client, "hello"), "HELLO");
        workers_leave(client);
        server_expect(server, "open w#%d 127.0.0.1:* pid %lu\n", i, pid);
    }
}

static void a_program_that_is_no_worker_is_told(void **state)
{
    struct process *probe = process_run(PROBE, "");

    (void)state;
    assert_int_equal(process_wait(probe), 1);
    assert_true(output_wait(&probe->out, "no worker: 50", PATIENCE_MS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(one_process_serves_one_connection_after_the_other),
        SYSTEM_TEST(it_knows_who_has_come),
        SYSTEM_TEST(its_environment_has_no_connection),
        SYSTEM_TEST(its_standard_output_cannot_harm_the_protocol),
        SYSTEM_TEST(its_stderr_is_in_the_log),
        SYSTEM_TEST(a_worker_may_use_a_completion_port),
        SYSTEM_TEST(the_one_with_the_least_to_do_is_next),
        SYSTEM_TEST(when_all_are_full_the_next_one_waits),
        SYSTEM_TEST(or_is_refused),
        SYSTEM_TEST(its_sockets_have_the_options_of_the_service),
        SYSTEM_TEST(or_those_of_a_reload),
        SYSTEM_TEST(who_comes_again_at_the_end_is_not_too_many),
        SYSTEM_TEST(programs_see_them_in_json),
        SYSTEM_TEST(what_was_sent_arrives_although_the_client_said_more),
        SYSTEM_TEST(one_that_stays_silent_is_closed_after_a_while),
        SYSTEM_TEST(one_that_says_more_may_close_later),
        SYSTEM_TEST(and_one_that_stays_may_reset),
        SYSTEM_TEST(a_launcher_may_start_it),
        SYSTEM_TEST(a_program_that_is_no_worker_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
