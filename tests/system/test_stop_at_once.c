/* The ways to have the server end now: a second Ctrl-C, Ctrl-Break, closing its console. */
#include "harness.h"

#include <stdlib.h>

/* From the event to the end of the server. */
#define AT_ONCE_MS 4000

static struct process *start_hanging(SOCKET *client, HANDLE *handler)
{
    struct process *server = server_start("drain = 1h\n"
                                          "[service hang]\n"
                                          "port = 0\n"
                                          "server = tests\\probe.exe\n"
                                          "server_args = deaf\n");

    *client = client_connect(server, "hang");
    *handler = process_open(strtoul(client_line(*client), NULL, 10));
    assert_non_null(*handler);
    return server;
}

/* The server is gone in time, its handler too, and the client has had an end. */
static void expect_end(struct process *server, SOCKET client, HANDLE handler, DWORD since)
{
    assert_int_equal(process_wait(server), 1);
    assert_true(GetTickCount() - since < AT_ONCE_MS);
    process_expect_gone(handler);
    client_expect_end(client);
    client_close(client);
    server_expect(server, "close hang#1 ");
}

static void a_second_ctrl_c_ends_everything_now(void **state)
{
    SOCKET client;
    HANDLE handler;
    struct process *server = start_hanging(&client, &handler);

    (void)state;
    server_console(server, PRESS_CTRL_C);
    server_expect(server, "stop 1 connection open");
    DWORD since = GetTickCount();
    server_console(server, PRESS_CTRL_C);
    expect_end(server, client, handler, since);
}

static void ctrl_break_ends_everything_in_time(void **state)
{
    SOCKET client;
    HANDLE handler;
    struct process *server = start_hanging(&client, &handler);
    DWORD since = GetTickCount();

    (void)state;
    server_console(server, PRESS_CTRL_BREAK);
    expect_end(server, client, handler, since);
}

static void closing_the_console_ends_everything_in_time(void **state)
{
    SOCKET client;
    HANDLE handler;
    struct process *server = start_hanging(&client, &handler);
    DWORD since = GetTickCount();

    (void)state;
    server_console(server, CLOSE_CONSOLE);
    expect_end(server, client, handler, since);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(a_second_ctrl_c_ends_everything_now),
        SYSTEM_TEST(ctrl_break_ends_everything_in_time),
        SYSTEM_TEST(closing_the_console_ends_everything_in_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
