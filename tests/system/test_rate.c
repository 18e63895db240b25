/* How many connections are begun in a time: who comes too soon waits, and is served all the same.
 */
#include "harness.h"

#define UPPER "server = handlers\\upper.exe\n"

/* By its own dialogue with another service the test knows that the server had time to take the
   waiting client, and did not. */
static void expect_waiting(struct process *server, SOCKET client)
{
    client_goodbye(client_hello(server, "other"));
    assert_false(client_has_news(client));
}

static void what_is_too_soon_waits(const char *overload)
{
    struct process *server = server_start("[defaults]\n"
                                          "port = 0\n" UPPER "[service upper]\n"
                                          "rate = 20/m 2\n"
                                          "overload = %s\n"
                                          "[service other]\n",
                                          overload);
    SOCKET first = client_hello(server, "upper");
    SOCKET second = client_hello(server, "upper");
    SOCKET third = client_connect(server, "upper");

    client_say(third, "patience\n");
    expect_waiting(server, third);
    client_expect(third, "PATIENCE\r\n");
    client_goodbye(third);
    client_goodbye(second);
    client_goodbye(first);
    assert_int_equal(server_count(server, "refuse "), 0);
    assert_int_equal(server_count(server, "fail "), 0);
}

static void what_is_beyond_the_burst_waits_and_is_served(void **state)
{
    (void)state;
    what_is_too_soon_waits("queue");
}

static void also_where_overload_is_refuse(void **state)
{
    (void)state;
    what_is_too_soon_waits("refuse");
}

static void the_rate_is_kept(void **state)
{
    enum { CLIENTS = 21, RATE = 20 };
    struct process *server = server_start("[service upper]\n"
                                          "port = 0\n"
                                          "rate = 20 1\n" UPPER);
    SOCKET clients[CLIENTS];
    ULONGLONG began = GetTickCount64();

    (void)state;
    for (int i = 0; i < CLIENTS; i++)
        clients[i] = client_connect(server, "upper");
    for (int i = 0; i < CLIENTS; i++)
        client_expect_served(clients[i]);
    /* the last is begun a second after the first; the clock of this test counts in 16 ms */
    assert_true(GetTickCount64() - began >= (CLIENTS - 1) * 1000 / RATE - 32);
}

/* Each listener takes one although only one of them may go on: the others wait inside. */
static void it_holds_for_all_ports_of_a_service_together(void **state)
{
    enum { PORTS = 4 };
    struct process *server = server_start("[defaults]\n"
                                          "port = 0\n" UPPER "[service upper]\n"
                                          "port = 0 0 0 0\n"
                                          "rate = 2 1\n"
                                          "overload = refuse\n"
                                          "[service other]\n");
    SOCKET clients[PORTS];
    ULONGLONG began = GetTickCount64();

    (void)state;
    for (size_t i = 0; i < PORTS; i++)
        clients[i] = client_connect_to(server_address(server, "upper", i));
    for (size_t i = 0; i < PORTS; i++)
        client_expect_served(clients[i]);
    assert_true(GetTickCount64() - began >= (PORTS - 1) * 500 - 32);
    assert_int_equal(server_count(server, "refuse "), 0);
}

static void who_waits_is_served_during_a_drain(void **state)
{
    struct process *server = server_start("[defaults]\n"
                                          "port = 0\n" UPPER "[service upper]\n"
                                          "port = 0 0\n"
                                          "rate = 20/m 1\n"
                                          "[service other]\n");
    SOCKET first = client_hello(server, "upper");
    SOCKET second = client_connect_to(server_address(server, "upper", 0));
    SOCKET third = client_connect_to(server_address(server, "upper", 1));

    (void)state;
    expect_waiting(server, second);
    server_console(server, PRESS_CTRL_C);
    server_expect(server, "stop ");
    client_goodbye(first);
    client_expect_served(second);
    client_expect_served(third);
    assert_int_equal(process_wait(server), 0);
    assert_int_equal(server_count(server, "close upper#* exit 0 "), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(what_is_beyond_the_burst_waits_and_is_served),
        SYSTEM_TEST(also_where_overload_is_refuse),
        SYSTEM_TEST(the_rate_is_kept),
        SYSTEM_TEST(it_holds_for_all_ports_of_a_service_together),
        SYSTEM_TEST(who_waits_is_served_during_a_drain),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
