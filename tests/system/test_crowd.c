/* Many at once. */
#include "harness.h"

#include <stdio.h>

#define CROWD 200

static void two_hundred_clients_at_once_each_get_their_own_answers(void **state)
{
    struct process *server = server_start("[service upper]\n"
                                          "port = 0\n"
                                          "instances = unlimited\n"
                                          "server = handlers\\upper.exe\n");
    SOCKET clients[CROWD];
    char text[32];

    (void)state;
    for (int i = 0; i < CROWD; i++)
        clients[i] = client_connect(server, "upper");
    for (int i = 0; i < CROWD; i++) {
        snprintf(text, sizeof text, "client %d\n", i);
        client_say(clients[i], text);
    }
    for (int i = 0; i < CROWD; i++) {
        snprintf(text, sizeof text, "CLIENT %d\r\n", i);
        client_expect(clients[i], text);
    }
    /* an answer can be quicker than the log */
    assert_true(output_wait_lines(&server->err, "open upper#", CROWD, PATIENCE_MS));
    assert_int_equal(server_count(server, "open upper#"), CROWD);
    assert_int_equal(server_count(server, "close upper#"), 0); /* none has ended yet */
    for (int i = 0; i < CROWD; i++) {
        client_end_sending(clients[i]);
        client_expect_end(clients[i]);
        client_close(clients[i]);
    }
    server_console(server, PRESS_CTRL_C);
    assert_int_equal(process_wait(server), 0);
    assert_int_equal(server_count(server, "close upper#* exit 0 "), CROWD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(two_hundred_clients_at_once_each_get_their_own_answers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
