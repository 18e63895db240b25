/* What ends a connection: the handler, or the last process that it has started (option end). */
#include "harness.h"

#include <stdlib.h>

/* A handler that has started a child and waits for a line before it exits. */
static SOCKET start_parent(struct process *server, HANDLE *child)
{
    SOCKET client = client_connect(server, "parent");

    *child = process_open(strtoul(client_line(client), NULL, 10));
    assert_non_null(*child);
    return client;
}

static struct process *start(const char *end, const char *kind)
{
    return server_start("[service parent]\n"
                        "port = 0\n"
                        "server = tests\\probe.exe\n"
                        "server_args = parent %s\n"
                        "end = %s\n"
                        "[service upper]\n"
                        "port = 0\n"
                        "server = handlers\\upper.exe\n",
                        kind, end);
}

static void expect_nothing_left(const char *kind)
{
    HANDLE child;
    struct process *server = start("handler", kind);
    SOCKET client = start_parent(server, &child);

    client_say(client, "go\n");
    client_expect_end(client);
    process_expect_gone(child);
    client_close(client);
    server_expect(server, "close parent#1 * exit 0 ");
}

static void the_handler_takes_a_child_that_holds_the_connection_with_it(void **state)
{
    (void)state;
    expect_nothing_left("holding");
}

static void the_handler_takes_a_quiet_child_with_it(void **state)
{
    (void)state;
    expect_nothing_left("quiet");
}

/* A whole connection from beginning to end: all that the server had to do before is done. */
static void let_the_server_settle(struct process *server)
{
    SOCKET client = client_connect(server, "upper");

    client_end_sending(client);
    client_expect_end(client);
    client_close(client);
    server_expect(server, "close upper#2 ");
}

static void with_end_job_the_connection_lasts_until_the_last_process_is_gone(void **state)
{
    HANDLE child;
    struct process *server = start("job", "quiet");
    SOCKET client = start_parent(server, &child);

    (void)state;
    client_say(client, "go\n");
    let_the_server_settle(server);
    assert_true(process_is_alive(child));
    assert_false(client_has_news(client));
    TerminateProcess(child, 0);
    client_expect_end(client);
    client_close(client);
    CloseHandle(child);
    server_expect(server, "close parent#1 * exit 0 ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(the_handler_takes_a_child_that_holds_the_connection_with_it),
        SYSTEM_TEST(the_handler_takes_a_quiet_child_with_it),
        SYSTEM_TEST(with_end_job_the_connection_lasts_until_the_last_process_is_gone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
