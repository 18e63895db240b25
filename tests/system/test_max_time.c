/* How long a connection may last. On Windows itself its handler is asked to end first: see
   test_windows_only.c. */
#include "harness.h"

#include <stdlib.h>

#define MAX_TIME 700

static struct process *start(const char *mode)
{
    return server_start("[service probe]\n"
                        "port = 0\n"
                        "server = tests\\probe.exe\n"
                        "server_args = %s\n"
                        "max_time = %dms\n"
                        "stop_time = 300ms\n"
                        "[service upper]\n"
                        "port = 0\n"
                        "server = handlers\\upper.exe\n",
                        mode, MAX_TIME);
}

/* The time is over: handler and connection end, and the log says why. */
static void expect_ended(const char *mode)
{
    struct process *server = start(mode);
    SOCKET client = client_connect(server, "probe");
    HANDLE handler = process_open(strtoul(client_line(client), NULL, 10));

    assert_non_null(handler);
    client_expect_end(client);
    client_close(client);
    process_expect_gone(handler);
    server_expect(server, "close probe#1 * exit * after *, max_time\n");
}

static void a_handler_that_hangs_is_ended(void **state)
{
    (void)state;
    expect_ended("hang");
}

static void a_handler_that_does_not_listen_is_ended_too(void **state)
{
    (void)state;
    expect_ended("deaf");
}

static void everything_that_it_has_started_ends_with_it(void **state)
{
    (void)state;
    expect_ended("parent quiet");
}

static void it_is_not_ended_before(void **state)
{
    DWORD since = GetTickCount();
    struct process *server = start("hang");
    SOCKET client = client_connect(server, "probe");

    (void)state;
    client_line(client);
    client_expect_end(client);
    client_close(client);
    assert_true(GetTickCount() - since >= MAX_TIME);
    server_expect(server, "close probe#1 ");
}

static void the_time_of_one_service_is_not_that_of_another(void **state)
{
    struct process *server = start("hang");
    SOCKET upper = client_connect(server, "upper");
    SOCKET client = client_connect(server, "probe");

    (void)state;
    client_say(upper, "before\n");
    client_expect(upper, "BEFORE\r\n");
    client_line(client);
    client_expect_end(client);
    client_close(client);
    client_say(upper, "after\n");
    client_expect(upper, "AFTER\r\n");
    client_close(upper);
}

static void who_ends_in_time_is_not_said_to_have_been_ended(void **state)
{
    struct process *server = start("exit 5");
    SOCKET client = client_connect(server, "probe");

    (void)state;
    client_expect_end(client);
    client_close(client);
    server_expect(server, "close probe#1 * exit 5 after ");
    assert_int_equal(server_count(server, "max_time"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(a_handler_that_hangs_is_ended),
        SYSTEM_TEST(a_handler_that_does_not_listen_is_ended_too),
        SYSTEM_TEST(everything_that_it_has_started_ends_with_it),
        SYSTEM_TEST(it_is_not_ended_before),
        SYSTEM_TEST(the_time_of_one_service_is_not_that_of_another),
        SYSTEM_TEST(who_ends_in_time_is_not_said_to_have_been_ended),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
