/* Clients that reset their connection at any stage: every connection has its end in the log, and
   the server serves on. test_vanishing_client.c has those in the middle of a dialogue. */
#include "harness.h"

#define MANY 20

/* The server ends by itself, so every connection has its end, and none had to be cut short. */
static void expect_orderly_stop(struct process *server)
{
    server_console(server, PRESS_CTRL_C);
    assert_int_equal(process_wait(server), 0);
    assert_int_equal(server_count(server, "close "), server_count(server, "open "));
    assert_int_equal(server_count(server, "fail "), 0); /* nothing had to be mended */
}

static void expect_service(struct process *server)
{
    SOCKET client = client_connect(server, "upper");

    client_say(client, "and now?\n");
    client_expect(client, "AND NOW?\r\n");
    client_close(client);
}

/* One service "probe" that runs this mode, and an ordinary one. */
static struct process *start(const char *mode, const char *options)
{
    return server_start("spawn_threads = 1\n"
                        "[service probe]\n"
                        "port = 0\n"
                        "server = tests\\probe.exe\n"
                        "server_args = %s\n"
                        "%s"
                        "[service upper]\n"
                        "port = 0\n"
                        "server = handlers\\upper.exe\n",
                        mode, options);
}

static void while_they_wait_for_their_turn(void **state)
{
    struct process *server = start("sink", "instances = 1\n");
    SOCKET first = client_connect(server, "probe");
    SOCKET waiting[MANY];

    (void)state;
    server_expect(server, "open probe#1 ");
    for (size_t i = 0; i < MANY; i++)
        waiting[i] = client_connect(server, "probe");
    for (size_t i = 0; i < MANY; i++)
        client_reset(waiting[i]);
    client_say(first, "1234");
    client_end_sending(first);
    client_expect(first, "4\n");
    client_close(first);

    SOCKET last = client_connect(server, "probe");
    client_say(last, "12");
    client_end_sending(last);
    client_expect(last, "2\n");
    client_close(last);
    expect_orderly_stop(server);
}

/* There is one thread that starts handlers: most of the clients are gone before it comes to them.
 */
static void while_their_handlers_are_started(void **state)
{
    struct process *server = start("sink", "");
    SOCKET clients[MANY];

    (void)state;
    for (size_t i = 0; i < MANY; i++)
        clients[i] = client_connect(server, "probe");
    for (size_t i = 0; i < MANY; i++)
        client_reset(clients[i]);
    expect_service(server);
    expect_orderly_stop(server);
}

static void while_the_connection_lingers(void **state)
{
    struct process *server = start("exit 0", "linger = 30s\n");
    SOCKET client = client_connect(server, "probe");

    (void)state;
    client_expect_end(client);
    assert_int_equal(server_count(server, "close probe#1 "), 0);
    client_reset(client);
    server_expect(server, "close probe#1 * exit 0 after "); /* PATIENCE_MS is less than linger */
    expect_service(server);
    expect_orderly_stop(server);
}

/* The handler has nothing to do with its client, and goes on. */
static void while_the_handler_does_something_else(void **state)
{
    struct process *server = start("hang", "max_time = 500ms\nstop_time = 0\n");
    SOCKET client = client_connect(server, "probe");

    (void)state;
    client_line(client);
    client_reset(client);
    expect_service(server);
    server_expect(server, "close probe#1 * max_time\n");
    expect_orderly_stop(server);
}

static void while_the_handler_writes_to_the_log(void **state)
{
    struct process *server = start("stderr-flood 5000", "");

    (void)state;
    client_reset(client_connect(server, "probe"));
    SOCKET client = client_connect(server, "probe");
    server_expect(server, "stderr probe#* line 1.");
    client_reset(client);
    server_expect(server, "close probe#*");
    expect_service(server);
    expect_orderly_stop(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(while_they_wait_for_their_turn),
        SYSTEM_TEST(while_their_handlers_are_started),
        SYSTEM_TEST(while_the_connection_lingers),
        SYSTEM_TEST(while_the_handler_does_something_else),
        SYSTEM_TEST(while_the_handler_writes_to_the_log),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
