/* A client that does not close its side cannot keep a connection open when the handler is gone. */
#include "harness.h"

static void the_connection_is_closed_when_the_client_is_silent_for_so_long(void **state)
{
    struct process *server = server_start("[service exit]\n"
                                          "port = 0\n"
                                          "server = tests\\probe.exe\n"
                                          "server_args = exit 0\n"
                                          "linger = 300ms\n");
    SOCKET client = client_connect(server, "exit");

    (void)state;
    client_expect_end(client);
    server_expect(server, "close exit#1 * exit 0 after * client did not close");
    client_close(client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(the_connection_is_closed_when_the_client_is_silent_for_so_long),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
