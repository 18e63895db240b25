/* The promise: what the handler wrote, the client gets, even where the handler never read what the
   client sent. Windows by itself resets such a connection, and what was under way is lost. */
#include "harness.h"

#define WRITTEN 200000
#define SENT    300000

static unsigned char sent[SENT];
static unsigned char taken[WRITTEN + 1];

static struct process *start(const char *linger)
{
    return server_start("[service flood]\n"
                        "port = 0\n"
                        "server = tests\\probe.exe\n"
                        "server_args = flood 200000\n"
                        "linger = %s\n",
                        linger);
}

/* Returns whether all that was written has come, and an orderly end behind it. */
static bool everything_comes(struct process *server)
{
    SOCKET client = client_connect(server, "flood");
    size_t count;
    bool orderly =
        client_exchange(client, sent, sizeof sent, taken, sizeof taken, &count) == END_ORDERLY;

    client_close(client);
    return orderly && count == WRITTEN;
}

static void all_of_the_output_comes_though_the_input_was_never_read(void **state)
{
    struct process *server = start("5s");

    (void)state;
    for (int i = 0; i < 100; i++) {
        if (!everything_comes(server))
            fail_msg("connection %d has lost something", i + 1);
        for (size_t k = 0; k < WRITTEN; k++) {
            if (taken[k] != k % 251)
                fail_msg("byte %zu of connection %d is wrong", k, i + 1);
        }
    }
}

/* The test above means something: without the lingering close there are losses. This client takes
   its time, so that not all of the output fits on its side before the server closes. */
static void with_linger_0_output_is_lost(void **state)
{
    struct process *server = start("0");
    SOCKET client = client_connect(server, "flood");
    size_t count;

    (void)state;
    client_send(client, sent, 10000);
    server_expect(server, "close flood#1 ");
    client_take(client, taken, sizeof taken, &count);
    assert_true(count < WRITTEN);
    client_close(client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(all_of_the_output_comes_though_the_input_was_never_read),
        SYSTEM_TEST(with_linger_0_output_is_lost),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
