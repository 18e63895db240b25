/* A .cmd file is a program like any other. */
#include "harness.h"

static void a_script_reads_writes_and_has_its_arguments(void **state)
{
    folder_write("with blank\\greet.cmd", "@echo off\r\n"
                                          "set /p \"name=\"\r\n"
                                          "echo %~1, %name%: %2\r\n"
                                          "exit 7\r\n");
    struct process *server = server_start("[service greet]\n"
                                          "port = 0\n"
                                          "server = %s\\with blank\\greet.cmd\n"
                                          "server_args = hello \"two words & more\"\n",
                                          folder_own());
    SOCKET client = client_connect(server, "greet");

    (void)state;
    client_say(client, "world\r\n");
    assert_string_equal(client_rest(client), "hello, world: \"two words & more\"\r\n");
    client_close(client);
    server_expect(server, "close greet#1 * exit 7 ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(a_script_reads_writes_and_has_its_arguments),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
