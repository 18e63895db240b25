/* A port that cannot be had: the server says which one, and serves nothing. */
#include "harness.h"

#include <stdio.h>
#include <string.h>

static void the_server_names_it_and_opens_nothing(void **state)
{
    struct process *first =
        server_start("[service first]\nport = 0\nserver = handlers\\echo.exe\n");
    char arguments[2000];
    const char *port = strchr(server_address(first, "first", 0), ':') + 1;

    (void)state;
    snprintf(arguments, sizeof arguments,
             "[service free]\nport = 0\nserver = %s\\handlers\\echo.exe\n"
             "[service taken]\nport = %s\nserver = %s\\handlers\\echo.exe\n",
             folder_build(), port, folder_build());
    folder_write("second.ini", arguments);
    struct process *second = process_run("bin\\stdinetd.exe", "run -c second.ini");

    assert_int_equal(process_wait(second), 1);
    snprintf(arguments, sizeof arguments,
             "stdinetd: second.ini:4: service taken: bind 127.0.0.1:%s: *: ", port);
    server_expect(second, "%s", arguments);
    assert_int_equal(server_count(second, "listen "), 0);

    SOCKET client = client_connect(first, "first"); /* and the first one is none the worse */
    client_say(client, "hello");
    client_expect(client, "hello");
    client_close(client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(the_server_names_it_and_opens_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
