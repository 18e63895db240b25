/* A client asks, the handler answers, many times over one connection; then the client says
 * good-bye. */
#include "harness.h"

static void each_line_is_answered_before_the_next_is_sent(void **state)
{
    struct process *server = server_start("[ports]\n0 = handlers\\upper.exe\n");
    SOCKET client = client_connect(server, "upper");

    (void)state;
    client_say(client, "hello\n");
    client_expect(client, "HELLO\r\n");
    client_say(client, "and again\n");
    client_expect(client, "AND AGAIN\r\n");
    client_end_sending(client);
    client_expect_end(client);
    client_close(client);
    server_expect(server, "open upper#1 127.0.0.1:* pid *");
    server_expect(server, "close upper#1 127.0.0.1:* pid * exit 0 after 0.* s");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(each_line_is_answered_before_the_next_is_sent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
