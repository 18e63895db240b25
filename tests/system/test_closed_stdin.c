/* Standard input and standard output are handles of their own. */
#include "harness.h"

static void a_handler_that_closes_its_stdin_can_still_write(void **state)
{
    struct process *server = server_start("[service probe]\n"
                                          "port = 0\n"
                                          "server = tests\\probe.exe\n"
                                          "server_args = close-stdin\n");
    SOCKET client = client_connect(server, "probe");

    (void)state;
    client_say(client, "still there\n");
    assert_string_equal(client_rest(client), "still there\n");
    client_close(client);
    server_expect(server, "close probe#1 * exit 0 ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(a_handler_that_closes_its_stdin_can_still_write),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
