/* Ctrl-C: nobody new comes in, whoever is there may finish. */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void without_connections_the_server_ends_at_once(void **state)
{
    struct process *server =
        server_start("[service upper]\nport = 0\nserver = handlers\\upper.exe\n");
    char address[100];

    (void)state;
    snprintf(address, sizeof address, "%s", server_address(server, "upper", 0));
    server_console(server, PRESS_CTRL_C);
    server_expect(server, "stop no connection open");
    assert_int_equal(process_wait(server), 0);
    assert_true(client_try(address) == INVALID_SOCKET);
}

static void who_is_connected_may_finish(void **state)
{
    struct process *server =
        server_start("drain = 60s\n[service upper]\nport = 0\nserver = handlers\\upper.exe\n");
    SOCKET client = client_connect(server, "upper");

    (void)state;
    client_say(client, "before\n");
    client_expect(client, "BEFORE\r\n");
    server_console(server, PRESS_CTRL_C);
    server_expect(server, "stop 1 connection open, waiting up to 60 s (Ctrl-C again ends it now)");
    client_say(client, "after\n");
    client_expect(client, "AFTER\r\n");
    assert_false(process_has_ended(server));
    client_end_sending(client);
    client_expect_end(client);
    client_close(client);
    assert_int_equal(process_wait(server), 0);
}

static void a_handler_that_hangs_is_ended_when_the_time_is_over(void **state)
{
    struct process *server = server_start("drain = 500ms\n"
                                          "[service hang]\n"
                                          "port = 0\n"
                                          "server = tests\\probe.exe\n"
                                          "server_args = hang\n");
    SOCKET client = client_connect(server, "hang");
    HANDLE handler = process_open(strtoul(client_line(client), NULL, 10));

    (void)state;
    assert_non_null(handler);
    server_console(server, PRESS_CTRL_C);
    server_expect(server, "stop 1 connection asked to end");
    client_expect_end(client);
    client_close(client);
    process_expect_gone(handler);
    assert_int_equal(process_wait(server), 1);
}

/* The service is busy; one more client waits in the backlog, and has been let in. */
static void who_waits_in_the_backlog_is_served(void **state)
{
    struct process *server = server_start("drain = 60s\n"
                                          "[service upper]\n"
                                          "port = 0\n"
                                          "instances = 1\n"
                                          "server = handlers\\upper.exe\n");
    SOCKET first = client_connect(server, "upper");

    (void)state;
    client_say(first, "first\n");
    client_expect(first, "FIRST\r\n");
    SOCKET second = client_connect(server, "upper");
    SOCKET third = client_connect(server, "upper");
    client_say(second, "second\n");
    client_say(third, "third\n");
    server_console(server, PRESS_CTRL_C);
    server_expect(server, "stop 1 connection");
    client_close(first);
    client_expect(second, "SECOND\r\n");
    client_close(second);
    client_expect(third, "THIRD\r\n");
    client_close(third);
    assert_int_equal(process_wait(server), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(without_connections_the_server_ends_at_once),
        SYSTEM_TEST(who_is_connected_may_finish),
        SYSTEM_TEST(a_handler_that_hangs_is_ended_when_the_time_is_over),
        SYSTEM_TEST(who_waits_in_the_backlog_is_served),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
