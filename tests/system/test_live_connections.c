/* A live connection costs the server no thread. */
#include "harness.h"
#include "usage.h"

#define LIVE 200

static void two_hundred_live_connections_take_no_thread(void **state)
{
    struct process *server = server_start("[service hang]\n"
                                          "port = 0\n"
                                          "instances = unlimited\n"
                                          "server = tests\\probe.exe\n"
                                          "server_args = hang\n");
    SOCKET clients[LIVE + 1];

    (void)state;
    clients[0] = client_connect(server, "hang");
    client_line(clients[0]);
    struct usage before = usage_of(server);
    for (size_t i = 1; i <= LIVE; i++)
        clients[i] = client_connect(server, "hang");
    for (size_t i = 1; i <= LIVE; i++)
        if (client_line(clients[i])[0] == '\0')
            fail_msg("client %d has had no answer:\n%s", (int)i, output_copy(&server->err));
    struct usage after = usage_of(server);
    assert_int_equal(server_count(server, "open hang#"), LIVE + 1);
    assert_int_equal(server_count(server, "close hang#"), 0);
    print_message("threads %lu, then %lu; private KB %lu, then %lu\n", before.threads,
                  after.threads, before.private_kilobytes, after.private_kilobytes);
    assert_int_equal(after.threads, before.threads);
    for (size_t i = 0; i <= LIVE; i++)
        client_close(clients[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(two_hundred_live_connections_take_no_thread),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
