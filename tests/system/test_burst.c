/* Far more clients at once than may be served at a time: each has its turn. */
#include "harness.h"

#include <stdio.h>

#define BURST     500
#define INSTANCES 50

static void five_hundred_at_once_have_five_hundred_answers(void **state)
{
    struct process *server = server_start("[service upper]\n"
                                          "port = 0\n"
                                          "backlog = %d\n"
                                          "instances = %d\n"
                                          "overload = queue\n"
                                          "server = handlers\\upper.exe\n",
                                          BURST, INSTANCES);
    const char *address = server_address(server, "upper", 0);
    SOCKET clients[BURST];
    char text[32];

    (void)state;
    for (int i = 0; i < BURST; i++)
        clients[i] = client_connect_to(address);
    for (int i = 0; i < BURST; i++) {
        snprintf(text, sizeof text, "client %d\n", i);
        client_say(clients[i], text);
        client_end_sending(clients[i]);
    }
    for (int i = 0; i < BURST; i++) {
        snprintf(text, sizeof text, "CLIENT %d\r\n", i);
        client_expect(clients[i], text);
        client_expect_end(clients[i]);
        client_close(clients[i]);
    }
    server_console(server, PRESS_CTRL_C);
    assert_int_equal(process_wait(server), 0);
    assert_int_equal(server_count(server, "close upper#* exit 0 "), BURST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(five_hundred_at_once_have_five_hundred_answers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
