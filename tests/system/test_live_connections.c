/* A live connection costs the server no thread. */
#include "harness.h"
#include "usage.h"

#include "bench/handler.h"

#define LIVE 500

static void five_hundred_live_connections_take_no_thread(void **state)
{
    struct process *server = server_start("[service hold]\n"
                                          "port = 0\n"
                                          "instances = unlimited\n"
                                          "server = bin\\stdinetd-bench-handler.exe\n"
                                          "server_args = hold\n");
    const char *address = server_address(server, "hold", 0);
    SOCKET clients[LIVE + 1];

    (void)state;
    clients[0] = client_connect_to(address);
    client_expect(clients[0], HANDLER_ANSWER);
    struct usage before = usage_of(server);
    for (size_t i = 1; i <= LIVE; i++)
        clients[i] = client_connect_to(address);
    for (size_t i = 1; i <= LIVE; i++)
        client_expect(clients[i], HANDLER_ANSWER);
    assert_true(output_wait_lines(&server->err, "open hold#", LIVE + 1, PATIENCE_MS));
    struct usage after = usage_of(server);
    assert_int_equal(server_count(server, "open hold#"), LIVE + 1);
    assert_int_equal(server_count(server, "close hold#"), 0);
    print_message("threads %lu, then %lu; private KB %lu, then %lu\n", before.threads,
                  after.threads, before.private_kilobytes, after.private_kilobytes);
    assert_int_equal(after.threads, before.threads);
    for (size_t i = 0; i <= LIVE; i++) {
        client_end_sending(clients[i]);
        client_expect_end(clients[i]);
        client_close(clients[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(five_hundred_live_connections_take_no_thread),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
