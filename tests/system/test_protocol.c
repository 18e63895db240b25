/* There is one transport: tcp serves, anything else is a mistake of the file. */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>

static void tcp_is_served_and_the_handler_is_told(void **state)
{
    struct process *server = server_start("[service env]\n"
                                          "port = 0\n"
                                          "protocol = tcp\n"
                                          "server = handlers\\env.exe\n");
    SOCKET client = client_connect(server, "env");

    (void)state;
    assert_true(text_has(client_rest(client), "\nPROTO=TCP\r\n"));
    client_close(client);
}

static void expect_refused(const char *protocol, const char *suggestion)
{
    char text[200];

    folder_copy("handlers\\env.exe", "env.exe");
    snprintf(text, sizeof text, "[service env]\nport = 0\nserver = env.exe\nprotocol = %s\n",
             protocol);
    folder_write("test.ini", text);
    snprintf(text, sizeof text,
             "test.ini:4: protocol: '%s' is not known; there is only tcp%s\r\n"
             "1 error; nothing would be served\r\n",
             protocol, suggestion);
    struct process *check = process_run("bin\\stdinetd.exe", "check -c test.ini");
    assert_int_equal(process_wait(check), 2);
    char *said = output_copy(&check->err);
    assert_string_equal(said, text);
    free(said);
}

static void check_knows_no_other(void **state)
{
    (void)state;
    expect_refused("udp", "");
    expect_refused("TCP", " (did you mean 'tcp'?)");
    expect_refused("tcp6", " (did you mean 'tcp'?)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(tcp_is_served_and_the_handler_is_told),
        SYSTEM_TEST(check_knows_no_other),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
