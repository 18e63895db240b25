/* The console of a handler: the server's, none, or one of its own. */
#include "harness.h"

#include <stdio.h>

static void ask(struct process *server, const char *service, char *answer, size_t size)
{
    SOCKET client = client_connect(server, service);

    snprintf(answer, size, "%s", client_rest(client));
    client_close(client);
}

static void it_is_shared_or_none_or_its_own(void **state)
{
    char answer[1024];
    struct process *server = server_start("[defaults]\n"
                                          "port = 0\n"
                                          "server = tests\\probe.exe\n"
                                          "server_args = console\n"
                                          "[service shared]\n"
                                          "console = shared\n"
                                          "[service none]\n"
                                          "console = none\n"
                                          "[service own]\n"
                                          "console = own\n");

    (void)state;
    ask(server, "shared", answer, sizeof answer);
    assert_string_equal(answer, "console yes\nprocesses 2\n"); /* the server and the handler */
    ask(server, "none", answer, sizeof answer);
    assert_string_equal(answer, "console no\nprocesses 0\n");
    ask(server, "own", answer, sizeof answer);
    assert_string_equal(answer, "console yes\nprocesses 1\n");
}

/* Only as a Windows service, which this test is not, is it none for whoever has fewer rights. */
static void in_a_console_it_is_shared_with_whatever_rights(void **state)
{
    char answer[1024];
    struct process *server = server_start("[defaults]\n"
                                          "port = 0\n"
                                          "server = tests\\probe.exe\n"
                                          "server_args = console\n"
                                          "[service equal]\n"
                                          "privileges = keep\n"
                                          "[service fewer]\n"
                                          "privileges = drop\n");

    (void)state;
    ask(server, "equal", answer, sizeof answer);
    assert_string_equal(answer, "console yes\nprocesses 2\n");
    ask(server, "fewer", answer, sizeof answer);
    assert_string_equal(answer, "console yes\nprocesses 2\n");
}

#define SHARING 20

static void twenty_handlers_share_that_of_the_server(void **state)
{
    char answer[1024];
    struct process *server = server_start("[defaults]\n"
                                          "port = 0\n"
                                          "server = tests\\probe.exe\n"
                                          "[service hang]\n"
                                          "console = shared\n"
                                          "server_args = hang\n"
                                          "[service console]\n"
                                          "console = shared\n"
                                          "server_args = console\n");
    SOCKET clients[SHARING];

    (void)state;
    for (size_t i = 0; i < SHARING; i++)
        clients[i] = client_connect(server, "hang");
    for (size_t i = 0; i < SHARING; i++)
        client_line(clients[i]);
    ask(server, "console", answer, sizeof answer);
    assert_string_equal(answer, "console yes\nprocesses 22\n");
    for (size_t i = 0; i < SHARING; i++)
        client_close(clients[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(it_is_shared_or_none_or_its_own),
        SYSTEM_TEST(in_a_console_it_is_shared_with_whatever_rights),
        SYSTEM_TEST(twenty_handlers_share_that_of_the_server),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
