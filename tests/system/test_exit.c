/* The exit code of a handler is in the log; a crash is one, too, and harms nobody else. */
#include "harness.h"

static void the_log_has_the_exit_code(void **state)
{
    struct process *server = server_start("[service exit]\n"
                                          "port = 0\n"
                                          "server = tests\\probe.exe\n"
                                          "server_args = exit 42\n");
    SOCKET client = client_connect(server, "exit");

    (void)state;
    client_expect_end(client);
    client_close(client);
    server_expect(server, "close exit#1 * exit 42 after ");
}

static void a_crash_ends_its_own_connection_alone(void **state)
{
    struct process *server = server_start("[service crash]\n"
                                          "port = 0\n"
                                          "server = tests\\probe.exe\n"
                                          "server_args = crash\n"
                                          "[service upper]\n"
                                          "port = 0\n"
                                          "server = handlers\\upper.exe\n");
    SOCKET other = client_connect(server, "upper");
    SOCKET client = client_connect(server, "crash");

    (void)state;
    client_expect(client, "crashing\n");
    client_expect_end(client);
    server_expect(server, "close crash#* exit 0xC0000005 after ");
    client_say(other, "well?\n");
    client_expect(other, "WELL?\r\n");
    client_close(client);
    client_close(other);
}

/* Whoever reads the log learns what the number means. */
static void a_dll_that_does_not_let_it_start_is_named(void **state)
{
    struct process *server = server_start("[service needs]\n"
                                          "port = 0\n"
                                          "server = tests\\needs_dll.exe\n");
    SOCKET client = client_connect(server, "needs");

    (void)state;
    client_expect_end(client);
    client_close(client);
    server_expect(server, "close needs#1 * exit 0xC0000142 (a DLL could not start: ");
}

static void a_dll_that_is_missing_is_named(void **state)
{
    (void)state;
    folder_copy("tests\\needs_dll.exe", "needs.exe");
    struct process *server = server_start("[service needs]\n"
                                          "port = 0\n"
                                          "server = %s\\needs.exe\n",
                                          folder_own());
    SOCKET client = client_connect(server, "needs");
    client_expect_end(client);
    client_close(client);
    server_expect(server, "close needs#1 * exit 0xC0000135 (a DLL that it needs was not found)");
}

/* stderr goes to the log, not to the client. */
static void stderr_of_a_handler_is_a_line_of_the_log(void **state)
{
    struct process *server = server_start("[service loud]\n"
                                          "port = 0\n"
                                          "server = tests\\probe.exe\n"
                                          "server_args = stderr \"something is odd\"\n");
    SOCKET client = client_connect(server, "loud");

    (void)state;
    client_expect_end(client);
    client_close(client);
    server_expect(server, "something is odd\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(the_log_has_the_exit_code),
        SYSTEM_TEST(a_crash_ends_its_own_connection_alone),
        SYSTEM_TEST(a_dll_that_does_not_let_it_start_is_named),
        SYSTEM_TEST(a_dll_that_is_missing_is_named),
        SYSTEM_TEST(stderr_of_a_handler_is_a_line_of_the_log),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
