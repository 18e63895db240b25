/* The environment variables of a handler: the server's, those of env, and who is connected to what.
 */
#include "harness.h"

#include <stdio.h>
#include <string.h>

static char variables[65536];

static struct process *start(const char *options)
{
    return server_start("[service who]\n"
                        "port = 0\n"
                        "server = tests\\probe.exe\n"
                        "server_args = environment\n"
                        "%s",
                        options);
}

/* The variables of a handler, each a line with a line break before it, too. */
static void ask(SOCKET client)
{
    snprintf(variables, sizeof variables, "\n%s", client_rest(client));
    client_close(client);
}

static void expect_variable(const char *line)
{
    char pattern[300];

    snprintf(pattern, sizeof pattern, "\n%s\n", line);
    if (strstr(variables, pattern) == NULL)
        fail_msg("there is no %s in:%s", line, variables);
}

static void expect_address(const char *format, const char *value)
{
    char line[200];

    snprintf(line, sizeof line, format, value);
    expect_variable(line);
}

static const char *own_port(SOCKET client)
{
    static char port[8];
    struct sockaddr_in address;
    int length = sizeof address;

    assert_int_equal(getsockname(client, (struct sockaddr *)&address, &length), 0);
    snprintf(port, sizeof port, "%u", ntohs(address.sin_port));
    return port;
}

static void a_handler_is_told_who_is_connected_to_what(void **state)
{
    struct process *server = start("");
    SOCKET client = client_connect(server, "who");
    const char *remote_port = own_port(client);
    const char *local_port = strchr(server_address(server, "who", 0), ':') + 1;

    (void)state;
    ask(client);
    expect_variable("PROTO=TCP");
    expect_variable("TCPREMOTEIP=127.0.0.1");
    expect_address("TCPREMOTEPORT=%s", remote_port);
    expect_variable("TCPLOCALIP=127.0.0.1");
    expect_address("TCPLOCALPORT=%s", local_port);
    expect_variable("REMOTE_ADDR=127.0.0.1");
    expect_address("REMOTE_PORT=%s", remote_port);
    expect_variable("REMOTE_HOST=127.0.0.1");
    expect_variable("STDINETD_SERVICE=who");
    expect_variable("STDINETD_CONNECTION=who#1");
}

static void env_adds_and_replaces(void **state)
{
    SetEnvironmentVariableW(L"STDINETD_TEST", L"old");
    struct process *server = start("env = STDINETD_TEST=new \"TITLE=two words\"\n");

    (void)state;
    ask(client_connect(server, "who"));
    expect_variable("STDINETD_TEST=new");
    expect_variable("TITLE=two words");
}

static void what_the_server_inherited_does_not_pass_for_the_client(void **state)
{
    SetEnvironmentVariableW(L"TCPREMOTEIP", L"6.6.6.6");
    struct process *server = start("");

    (void)state;
    ask(client_connect(server, "who"));
    expect_variable("TCPREMOTEIP=127.0.0.1");
    assert_null(strstr(variables, "6.6.6.6"));
}

static void passenv_keeps_the_rest_of_the_servers_own_out(void **state)
{
    SetEnvironmentVariableW(L"STDINETD_TEST", L"seen");
    SetEnvironmentVariableW(L"STDINETD_OTHER", L"unseen");
    struct process *server = start("passenv = STDINETD_T*\n");

    (void)state;
    ask(client_connect(server, "who"));
    expect_variable("STDINETD_TEST=seen");
    assert_null(strstr(variables, "STDINETD_OTHER"));
    assert_true(text_has(variables, "\nPATH=*\n") || text_has(variables, "\nPath=*\n"));
    expect_variable("STDINETD_SERVICE=who");
}

static void without_passenv_all_of_the_servers_own_pass(void **state)
{
    SetEnvironmentVariableW(L"STDINETD_OTHER", L"seen \x263A");
    struct process *server = start("");

    (void)state;
    ask(client_connect(server, "who"));
    expect_variable("STDINETD_OTHER=seen \xE2\x98\xBA");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(a_handler_is_told_who_is_connected_to_what),
        SYSTEM_TEST(env_adds_and_replaces),
        SYSTEM_TEST(what_the_server_inherited_does_not_pass_for_the_client),
        SYSTEM_TEST(passenv_keeps_the_rest_of_the_servers_own_out),
        SYSTEM_TEST(without_passenv_all_of_the_servers_own_pass),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
