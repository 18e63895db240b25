/* What only a real Windows can show. Wine 8 has no Ctrl-Break, cannot ask an inherited socket for
   its options, and there a write to a socket that would have to wait returns 0 bytes written. */
#include "harness.h"

#include <stdlib.h>

static void a_handler_that_must_end_is_asked_by_ctrl_break_first(void **state)
{
    struct process *server = server_start("drain = 500ms\n"
                                          "[service polite]\n"
                                          "port = 0\n"
                                          "server = tests\\probe.exe\n"
                                          "server_args = polite\n");
    SOCKET client = client_connect(server, "polite");

    (void)state;
    client_line(client);
    server_console(server, PRESS_CTRL_C);
    client_expect(client, "break\n");
    client_expect_end(client);
    client_close(client);
    server_expect(server, "close polite#1 * exit 3 ");
}

static void nodelay_and_keepalive_are_set(void **state)
{
    struct process *server = server_start("[defaults]\n"
                                          "port = 0\n"
                                          "server = tests\\probe.exe\n"
                                          "server_args = socket\n"
                                          "[service default]\n"
                                          "[service off]\n"
                                          "nodelay = no\n"
                                          "keepalive = no\n");
    SOCKET client = client_connect(server, "default");

    (void)state;
    assert_string_equal(client_rest(client), "nodelay 1\nkeepalive 1\n");
    client_close(client);
    client = client_connect(server, "off");
    assert_string_equal(client_rest(client), "nodelay 0\nkeepalive 0\n");
    client_close(client);
}

static void a_handler_waits_for_a_client_that_takes_its_time(void **state)
{
    static char taken[8 * 1024 * 1024 + 1];
    struct process *server = server_start("[service flood]\n"
                                          "port = 0\n"
                                          "server = tests\\probe.exe\n"
                                          "server_args = flood 8388608\n");
    SOCKET client = client_connect(server, "flood");
    size_t count;

    (void)state;
    server_expect(server, "open flood#1 ");
    Sleep(50); /* the buffers are full by now, or the test proves less */
    assert_int_equal(client_take(client, taken, sizeof taken, &count), END_ORDERLY);
    assert_int_equal(count, sizeof taken - 1);
    client_close(client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(a_handler_that_must_end_is_asked_by_ctrl_break_first),
        SYSTEM_TEST(a_handler_waits_for_a_client_that_takes_its_time),
        SYSTEM_TEST(nodelay_and_keepalive_are_set),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
