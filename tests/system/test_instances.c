/* How many connections at a time, and what becomes of the next one. */
#include "harness.h"

#define UPPER "port = 0\nserver = handlers\\upper.exe\n"

/* By its own dialogue with another service the test knows that the server had time to take the
 * waiting client, and did not. */
static void expect_waiting(struct process *server, SOCKET client)
{
    client_goodbye(client_hello(server, "other"));
    assert_false(client_has_news(client));
}

static void with_queue_the_next_one_waits_for_its_turn(void **state)
{
    struct process *server = server_start("[service upper]\n"
                                          "instances = 2\n" UPPER "[service other]\n" UPPER);
    SOCKET first = client_hello(server, "upper");
    SOCKET second = client_hello(server, "upper");
    SOCKET third = client_connect(server, "upper");

    (void)state;
    client_say(third, "patience\n");
    expect_waiting(server, third);
    client_goodbye(first);
    client_expect(third, "PATIENCE\r\n");
    client_goodbye(second);
    client_goodbye(third);
}

static void with_refuse_the_next_one_is_turned_away(void **state)
{
    struct process *server = server_start("[service upper]\n"
                                          "instances = 2\n"
                                          "overload = refuse\n" UPPER);
    SOCKET first = client_hello(server, "upper");
    SOCKET second = client_hello(server, "upper");
    SOCKET third = client_connect(server, "upper");

    (void)state;
    client_expect_end(third);
    client_close(third);
    server_expect(server, "refuse upper#3 127.0.0.1:* instances");
    client_goodbye(first);
    server_expect(server, "close upper#1 ");
    client_goodbye(client_hello(server, "upper"));
    client_goodbye(second);
}

static void the_whole_server_has_a_limit_too(void **state)
{
    struct process *server =
        server_start("instances = 2\n"
                     "[service one]\n" UPPER "[service two]\n" UPPER "[service three]\n"
                     "overload = refuse\n" UPPER);
    SOCKET one = client_hello(server, "one");
    SOCKET two = client_hello(server, "two");
    SOCKET waiting = client_connect(server, "one");

    (void)state;
    client_say(waiting, "patience\n");
    SOCKET refused = client_connect(server, "three");
    client_expect_end(refused);
    client_close(refused);
    server_expect(server, "refuse three#* instances");
    assert_false(client_has_news(waiting));
    client_goodbye(two);
    client_expect(waiting, "PATIENCE\r\n");
    client_goodbye(waiting);
    client_goodbye(one);
}

/* The handler is gone, its client has not closed yet: that connection lingers, and takes nobody's
 * place. */
static void a_lingering_connection_does_not_count(void **state)
{
    struct process *server = server_start("[service exit]\n"
                                          "port = 0\n"
                                          "server = tests\\probe.exe\n"
                                          "server_args = exit 0\n"
                                          "instances = 1\n"
                                          "linger = 20s\n");
    SOCKET first = client_connect(server, "exit");

    (void)state;
    client_expect_end(first);
    SOCKET second = client_connect(server, "exit");
    client_expect_end(second);
    assert_int_equal(server_count(server, "close exit#"), 0);
    client_close(first);
    client_close(second);
    server_expect(server, "close exit#1 ");
    server_expect(server, "close exit#2 ");
}

/* Who is served keeps his place until he goes: of a crowd as many are accepted as there are places,
 * and nobody to wait in the server, which knows nothing of those in the backlog. */
static void a_crowd_is_accepted_by_the_place(void **state)
{
    struct process *server = server_start("[service discard]\n"
                                          "port = 0\n"
                                          "internal = discard\n"
                                          "instances = 12\n"
                                          "[service other]\n" UPPER);
    SOCKET clients[30];

    (void)state;
    for (size_t i = 0; i < ARRAYSIZE(clients); i++)
        clients[i] = client_connect(server, "discard");
    server_expect(server, "open discard#12 ");
    client_goodbye(client_hello(server, "other"));
    server_expect_answer("status", "discard 127.0.0.1:* 12 of 12 0 12 0 0 ");
    for (size_t i = 0; i < ARRAYSIZE(clients); i++)
        client_close(clients[i]);
    server_console(server, PRESS_CTRL_C);
    assert_int_equal(process_wait(server), 0);
    assert_int_equal(server_count(server, "open discard#"), ARRAYSIZE(clients));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(with_queue_the_next_one_waits_for_its_turn),
        SYSTEM_TEST(with_refuse_the_next_one_is_turned_away),
        SYSTEM_TEST(the_whole_server_has_a_limit_too),
        SYSTEM_TEST(a_lingering_connection_does_not_count),
        SYSTEM_TEST(a_crowd_is_accepted_by_the_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
