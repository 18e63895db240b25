/* Clients that go without a word. The server serves on. */
#include "harness.h"

static struct process *start(void)
{
    return server_start("[service upper]\n"
                        "port = 0\n"
                        "server = handlers\\upper.exe\n"
                        "[service flood]\n"
                        "port = 0\n"
                        "server = tests\\probe.exe\n"
                        "server_args = flood 100000000\n");
}

static void expect_service(struct process *server)
{
    SOCKET client = client_connect(server, "upper");

    client_say(client, "and now?\n");
    client_expect(client, "AND NOW?\r\n");
    client_close(client);
}

static void a_reset_in_the_middle_of_a_dialogue(void **state)
{
    struct process *server = start();
    SOCKET client = client_connect(server, "upper");

    (void)state;
    client_say(client, "hello\n");
    client_expect(client, "HELLO\r\n");
    client_reset(client);
    server_expect(server, "close upper#1 * exit ");
    expect_service(server);
}

static void a_client_that_does_not_want_the_rest(void **state)
{
    struct process *server = start();
    SOCKET client = client_connect(server, "flood");
    char byte;

    (void)state;
    assert_int_equal(recv(client, &byte, 1, 0), 1);
    client_reset(client);
    server_expect(server, "close flood#1 * exit 1 after ");
    expect_service(server);
}

static void clients_that_are_gone_before_they_are_served(void **state)
{
    struct process *server = start();

    (void)state;
    for (int i = 0; i < 30; i++)
        client_reset(client_connect(server, "upper"));
    expect_service(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(a_reset_in_the_middle_of_a_dialogue),
        SYSTEM_TEST(a_client_that_does_not_want_the_rest),
        SYSTEM_TEST(clients_that_are_gone_before_they_are_served),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
