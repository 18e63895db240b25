/* How many connections one client address may have, and how often it may come. */
#include "harness.h"

#define UPPER "port = 0\nserver = handlers\\upper.exe\n"

static SOCKET hello_from(struct process *server, const char *service, const char *own)
{
    SOCKET client = client_connect_from(server, service, own);

    client_say(client, "hello\n");
    client_expect(client, "HELLO\r\n");
    return client;
}

static void an_address_has_so_many_at_a_time_and_others_have_theirs(void **state)
{
    struct process *server = server_start("[service upper]\n"
                                          "per_source = 2\n" UPPER "[service other]\n" UPPER);
    SOCKET first = hello_from(server, "upper", "127.0.0.2");
    SOCKET second = hello_from(server, "upper", "127.0.0.2");

    (void)state;
    client_expect_refused(server, "upper", "127.0.0.2", "per_source: 127.0.0.2 has 2 open");
    SOCKET third = hello_from(server, "upper", "127.0.0.3");
    client_goodbye(hello_from(server, "other", "127.0.0.2"));
    client_goodbye(first);
    server_expect(server, "close upper#1 ");
    client_goodbye(hello_from(server, "upper", "127.0.0.2"));
    client_goodbye(second);
    client_goodbye(third);
}

/* As with instances: its handler is gone, only its end is looked after. */
static void a_lingering_connection_does_not_count(void **state)
{
    struct process *server = server_start("[service exit]\n"
                                          "port = 0\n"
                                          "server = tests\\probe.exe\n"
                                          "server_args = exit 0\n"
                                          "per_source = 1\n"
                                          "linger = 20s\n");
    SOCKET first = client_connect(server, "exit");

    (void)state;
    client_expect_end(first);
    SOCKET second = client_connect(server, "exit");
    client_expect_end(second);
    client_close(first);
    client_close(second);
    server_expect(server, "close exit#2 ");
    assert_int_equal(server_count(server, "refuse "), 0);
}

/* It is let through per_source and then turned away by instances: that must not use up its place.
 */
static void who_is_refused_for_something_else_does_not_count(void **state)
{
    struct process *server = server_start("[service upper]\n"
                                          "per_source = 1\n"
                                          "instances = 1\n"
                                          "overload = refuse\n" UPPER);
    SOCKET first = hello_from(server, "upper", "127.0.0.2");

    (void)state;
    client_expect_refused(server, "upper", "127.0.0.3",
                          "instances: 1 connections to this service *");
    client_goodbye(first);
    server_expect(server, "close upper#1 ");
    client_goodbye(hello_from(server, "upper", "127.0.0.3"));
}

/* Whoever waits for room counts: otherwise one address could fill the queue. */
static void who_waits_counts(void **state)
{
    struct process *server = server_start("[service upper]\n"
                                          "per_source = 2\n"
                                          "instances = 1\n" UPPER);
    SOCKET first = hello_from(server, "upper", "127.0.0.2");
    SOCKET waiting = client_connect_from(server, "upper", "127.0.0.2");

    (void)state;
    client_say(waiting, "patience\n");
    client_goodbye(first);
    client_expect(waiting, "PATIENCE\r\n");
    client_goodbye(waiting);
    server_expect(server, "close upper#2 ");
    client_goodbye(hello_from(server, "upper", "127.0.0.2"));
}

/* Of IPv6 it is the /64 that counts; this machine has one address in its own. */
static void ipv6_counts_by_its_64(void **state)
{
    struct process *server = server_start("[service upper]\n"
                                          "bind = ::1\n"
                                          "per_source = 1\n" UPPER);
    SOCKET first = client_hello(server, "upper");
    SOCKET second = client_connect(server, "upper");

    (void)state;
    client_expect_end(second);
    client_close(second);
    server_expect(server, "refuse upper#2 [::1]:* per_source: ::/64 has 1 open\n");
    client_goodbye(first);
}

static void an_address_that_comes_too_often_is_refused(void **state)
{
    struct process *server = server_start("[service upper]\n"
                                          "per_source_rate = 1/h 2\n" UPPER);

    (void)state;
    client_goodbye(hello_from(server, "upper", "127.0.0.2"));
    client_goodbye(hello_from(server, "upper", "127.0.0.2"));
    client_expect_refused(server, "upper", "127.0.0.2",
                          "per_source_rate: 127.0.0.2 may come again in *.* s");
    client_goodbye(hello_from(server, "upper", "127.0.0.3"));
}

static void after_a_while_it_may_come_again(void **state)
{
    struct process *server = server_start("[service upper]\n"
                                          "per_source_rate = 2 1\n" UPPER);

    (void)state;
    client_goodbye(hello_from(server, "upper", "127.0.0.2"));
    for (ULONGLONG end = GetTickCount64() + PATIENCE_MS; GetTickCount64() < end;) {
        SOCKET client = client_connect_from(server, "upper", "127.0.0.2");
        char answer[16];
        size_t count = 0;

        client_end_sending(client);
        client_take(client, answer, sizeof answer, &count);
        client_close(client);
        if (server_count(server, "open upper#") == 2)
            return;
    }
    FAIL("it was never let in again");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(an_address_has_so_many_at_a_time_and_others_have_theirs),
        SYSTEM_TEST(a_lingering_connection_does_not_count),
        SYSTEM_TEST(who_is_refused_for_something_else_does_not_count),
        SYSTEM_TEST(who_waits_counts),
        SYSTEM_TEST(ipv6_counts_by_its_64),
        SYSTEM_TEST(an_address_that_comes_too_often_is_refused),
        SYSTEM_TEST(after_a_while_it_may_come_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
