/* The promise: what the handler wrote, the client gets, even where the handler never read what the
   client sent. Windows by itself resets such a connection, and what was under way is lost. */
#include "harness.h"

#include <stdio.h>

#define WRITTEN 200000
#define SENT    300000

static char sent[SENT];
static unsigned char taken[WRITTEN + 1];

enum lingering { LINGER_5S, LINGER_0 };

static struct process *start(enum lingering linger)
{
    return server_start("[service flood]\n"
                        "port = 0\n"
                        "server = tests\\probe.exe\n"
                        "server_args = flood 200000\n"
                        "linger = %s\n",
                        linger == LINGER_0 ? "0" : "5s");
}

/* The client sends more than its handler ever reads, and takes nothing before the handler is gone;
   without lingering, before the server has closed too. Returns whether all of the output has come,
   and an orderly end behind it. */
static bool everything_comes(struct process *server, enum lingering linger, int number)
{
    SOCKET client = client_connect(server, "flood");
    char connection[32];
    size_t count;

    send(client, sent, sizeof sent, 0); /* with linger = 0 this may fail */
    snprintf(connection, sizeof connection, "flood#%d", number);
    process_expect_gone(server_handler(server, connection));
    if (linger == LINGER_0)
        server_expect(server, "close %s ", connection);
    bool orderly = client_take(client, taken, sizeof taken, &count) == END_ORDERLY;
    client_close(client);
    return orderly && count == WRITTEN;
}

static void all_of_the_output_comes_though_the_input_was_never_read(void **state)
{
    struct process *server = start(LINGER_5S);

    (void)state;
    for (int i = 1; i <= 100; i++) {
        if (!everything_comes(server, LINGER_5S, i))
            fail_msg("connection %d has lost something", i);
        for (size_t k = 0; k < WRITTEN; k++) {
            if (taken[k] != k % 251)
                fail_msg("byte %zu of connection %d is wrong", k, i);
        }
    }
}

/* The test above means something. */
static void with_linger_0_output_is_lost(void **state)
{
    struct process *server = start(LINGER_0);
    int lost = 0;

    (void)state;
    for (int i = 1; i <= 10; i++)
        lost += everything_comes(server, LINGER_0, i) ? 0 : 1;
    print_message("with linger = 0, %d of 10 connections have lost output\n", lost);
    assert_true(lost > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(all_of_the_output_comes_though_the_input_was_never_read),
        SYSTEM_TEST(with_linger_0_output_is_lost),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
