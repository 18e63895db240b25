/* What a running server says of itself, and that it stops when it is told to. */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void status_shows_what_clients_know(void **state)
{
    struct process *server = server_start("[defaults]\n"
                                          "port = 0\n"
                                          "server = handlers\\upper.exe\n"
                                          "[service upper]\n"
                                          "instances = 2\n"
                                          "overload = refuse\n"
                                          "[service other]\n"
                                          "port = 0 0\n");
    char pattern[200];

    (void)state;
    server_expect_answer("status", "upper 127.0.0.1:* 0 of 2 0 0 0 0\n");
    SOCKET first = client_hello(server, "upper");
    SOCKET second = client_hello(server, "upper");
    SOCKET third = client_connect(server, "upper");
    client_expect_end(third);
    client_close(third);
    snprintf(pattern, sizeof pattern, "upper %s spawn 2 of 2 0 2 1 0 *.* *.*\n",
             server_address(server, "upper", 0));
    server_expect_answer("status", pattern);
    server_expect_answer("status", " refused: instances 1\n");
    server_expect_answer("status", "upper#1 127.0.0.1:* serving * * s\n");
    server_expect_answer("status", "other 127.0.0.1:* 0 of 100 0 0 0 0\n");
    server_expect_answer("status",
                         ", running for * s, 2 of 1000 connections\nsince its start: 2 started, 1 "
                         "refused, 0 failed\n");
    client_goodbye(first);
    client_goodbye(second);
    server_expect(server, "close upper#1 ");
    server_expect(server, "close upper#2 ");
    server_expect_answer("status", "upper 127.0.0.1:* 0 of 2 0 2 1 0 *.* *.*\n");
}

static void for_programs_it_is_json(void **state)
{
    struct process *server = server_start("[service upper]\n"
                                          "port = 0\n"
                                          "server = handlers\\upper.exe\n");
    SOCKET client = client_hello(server, "upper");
    struct process *status = server_command("status --json");
    char pattern[300];

    (void)state;
    assert_int_equal(process_wait(status), 0);
    snprintf(pattern, sizeof pattern,
             "{\"version\":\"*\",\"pid\":%lu,\"phase\":\"running\",*\"name\":\"upper\","
             "\"addresses\":[\"%s\"],*\"live\":1,\"instances\":100,*\"connection\":1,"
             "\"service\":\"upper\",\"peer\":\"127.0.0.1:*\",\"state\":\"serving\",\"pid\":*}]}\n",
             server->id, server_address(server, "upper", 0));
    assert_true(output_wait(&status->out, pattern, PATIENCE_MS));
    client_goodbye(client);
}

static void what_pipes_pass_is_counted_while_it_passes_and_afterwards(void **state)
{
    static const char counted[] = "\"name\":\"one\",*\"bytes_in\":10,\"bytes_out\":12,"
                                  "*\"name\":\"other\",*\"bytes_in\":4,\"bytes_out\":5,";
    struct process *server = server_start("[defaults]\n"
                                          "port = 0\n"
                                          "server = handlers\\upper.exe\n"
                                          "stdio = pipe\n"
                                          "[service one]\n"
                                          "[service other]\n");

    (void)state;
    SOCKET first = client_connect(server, "one");
    client_say(first, "hello\n");
    client_expect(first, "HELLO\r\n");
    SOCKET second = client_connect(server, "one");
    client_say(second, "you\n");
    client_expect(second, "YOU\r\n");
    SOCKET other = client_connect(server, "other");
    client_say(other, "abc\n");
    client_expect(other, "ABC\r\n");
    server_expect_answer("status --json", counted);
    client_end_sending(first);
    client_expect_end(first);
    client_close(first);
    server_expect(server, "close one#1 * exit 0 ");
    server_expect_answer("status --json", counted);
    client_close(second);
    client_close(other);
}

static void stop_waits_for_open_connections(void **state)
{
    struct process *server = server_start("[service upper]\n"
                                          "port = 0\n"
                                          "server = handlers\\upper.exe\n");
    SOCKET client = client_hello(server, "upper");
    struct process *stop = server_command("stop");

    (void)state;
    assert_true(output_wait(&stop->out, "1 connection open\n", PATIENCE_MS));
    server_expect(server, "stop ");
    assert_false(process_has_ended(stop));
    server_expect_answer("status", ", draining for ");
    client_goodbye(client);
    assert_int_equal(process_wait(stop), 0);
    assert_true(output_wait(&stop->out, "stopped: every connection was finished\n", PATIENCE_MS));
    assert_true(process_has_ended(server));
    assert_int_equal(process_wait(server), 0);
}

static void stop_now_does_not(void **state)
{
    struct process *server = server_start("[service upper]\n"
                                          "port = 0\n"
                                          "stop_time = 100ms\n"
                                          "server = handlers\\upper.exe\n");
    SOCKET client = client_hello(server, "upper");
    struct process *stop = server_command("stop --now");

    (void)state;
    assert_int_equal(process_wait(stop), 1);
    assert_true(output_wait(&stop->out, "stopped: connections were cut short\n", PATIENCE_MS));
    assert_int_equal(process_wait(server), 1);
    client_close(client);
}

static void who_does_not_run_is_not_reached(void **state)
{
    (void)state;
    struct process *status = process_run("bin\\stdinetd.exe", "status --name nobody-of-this-name");
    assert_int_equal(process_wait(status), 1);
    assert_true(output_wait(&status->err,
                            "stdinetd: no stdinetd runs here under the name 'nobody-of-this-name'",
                            PATIENCE_MS));
    struct process *stop = process_run("bin\\stdinetd.exe", "stop --name nobody-of-this-name");
    assert_int_equal(process_wait(stop), 1);
}

/* It serves all the same, and says that it cannot be asked; who asks reaches the first. */
static void a_name_is_taken_once(void **state)
{
    struct process *first = server_start("[service upper]\n"
                                         "port = 0\n"
                                         "server = handlers\\upper.exe\n");
    char arguments[200];

    (void)state;
    snprintf(arguments, sizeof arguments, "run -c test.ini --name %s", server_name());
    struct process *second = server_start_with("%s", arguments);
    server_expect(second,
                  "listen status, reload and stop do not reach this server: *%s*--name NAME",
                  server_name());
    client_goodbye(client_hello(second, "upper"));
    struct process *stop = server_command("stop");
    assert_int_equal(process_wait(stop), 0);
    assert_int_equal(process_wait(first), 0);
    assert_false(process_has_ended(second));
}

static void serve_has_a_name_with_its_process_id(void **state)
{
    struct process *server =
        server_start_with("serve 0 -- %s\\handlers\\upper.exe", folder_build());
    char arguments[100];

    (void)state;
    snprintf(arguments, sizeof arguments, "stop --name stdinetd-%lu", server->id);
    struct process *stop = process_run("bin\\stdinetd.exe", arguments);
    assert_int_equal(process_wait(stop), 0);
    assert_int_equal(process_wait(server), 0);
}

static void watch_goes_on_until_the_server_is_gone(void **state)
{
    server_start("[service upper]\n"
                 "port = 0\n"
                 "server = handlers\\upper.exe\n");
    struct process *watch = server_command("status --watch");

    (void)state;
    assert_true(output_wait_lines(&watch->out, "SERVICE ", 2, PATIENCE_MS));
    assert_int_equal(process_wait(server_command("stop")), 0);
    assert_int_equal(process_wait(watch), 0);
    assert_true(output_wait(&watch->err, "the server is gone\n", PATIENCE_MS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(status_shows_what_clients_know),
        SYSTEM_TEST(for_programs_it_is_json),
        SYSTEM_TEST(what_pipes_pass_is_counted_while_it_passes_and_afterwards),
        SYSTEM_TEST(stop_waits_for_open_connections),
        SYSTEM_TEST(stop_now_does_not),
        SYSTEM_TEST(who_does_not_run_is_not_reached),
        SYSTEM_TEST(a_name_is_taken_once),
        SYSTEM_TEST(serve_has_a_name_with_its_process_id),
        SYSTEM_TEST(watch_goes_on_until_the_server_is_gone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
