/* A program in Go whose goroutines read and write at once: see ticker.go. */
#include "programs.h"

#include <string.h>

#define TICKER PROGRAMS "ticker.exe"

static void with_pipes_it_writes_while_it_waits_for_input(void **state)
{
    struct process *server = server_start("[service it]\n"
                                          "port = 0\n"
                                          "stdio = pipe\n"
                                          "server = " TICKER "\n");
    SOCKET client = client_connect(server, "it");

    (void)state;
    for (int i = 0; i < 5; i++)
        assert_string_equal(client_line(client), "tick");
    client_say(client, "hello\n");
    const char *line = client_line(client);
    while (strcmp(line, "tick") == 0)
        line = client_line(client);
    assert_string_equal(line, "HELLO");
    client_end_sending(client);
    assert_true(text_has(client_rest(client), "bye\n"));
    client_close(client);
    server_expect(server, "close it#1 * exit 0 ");
}

/* Its name says nothing. */
static void auto_is_socket(void **state)
{
    struct process *server = server_start("[service it]\n"
                                          "port = 0\n"
                                          "server = " TICKER "\n");
    SOCKET client = client_connect(server, "it");

    (void)state;
    program_expect_sockets(server);
    client_say(client, "hello\n");
    client_end_sending(client);
    const char *all = client_rest(client);
    assert_true(text_has(all, "HELLO\n"));
    assert_true(text_has(all, "bye\n"));
    client_close(client);
    server_expect(server, "close it#1 * exit 0 ");
}

/* With a socket, Windows would let it write only when its client sends. */
static void try_sees_which_it_needs(void **state)
{
    (void)state;
    program_expect_try(TICKER, "", program_runs_under_wine() ? "socket" : "pipe");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(with_pipes_it_writes_while_it_waits_for_input),
        SYSTEM_TEST(auto_is_socket),
        SYSTEM_TEST(try_sees_which_it_needs),
    };

    program_needed("the program in Go", TICKER, "");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
