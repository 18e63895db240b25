/* Thousands of idle connections cost the server little memory and no thread, and what happens to
   any packet costs a connection a second or two. */
#include "harness.h"
#include "usage.h"

#include <stdio.h>

#define CROWD       5000
#define KILOBYTES   16 /* of the server's memory for each connection: the goal of any live one */
#define SOME        64
#define LAST_PACKET 6

static void five_thousand_idle_connections(void **state)
{
    static SOCKET clients[CROWD];
    struct process *server = server_start("instances = unlimited\n"
                                          "[service echo]\nport = 0\ninternal = echo\n"
                                          "instances = unlimited\n");
    char address[100];
    DWORD began = GetTickCount();

    (void)state;
    snprintf(address, sizeof address, "%s", server_address(server, "echo", 0));
    SOCKET first = client_connect_to(address);
    client_say(first, "x");
    client_expect(first, "x");
    struct usage before = usage_of(server);
    for (size_t i = 0; i < CROWD; i++)
        clients[i] = client_connect_to(address);
    client_say(clients[CROWD - 1], "x");
    client_expect(clients[CROWD - 1], "x");
    struct usage after = usage_of(server);
    unsigned long each = (after.private_kilobytes - before.private_kilobytes) * 1024 / CROWD;
    print_message("threads %lu, then %lu; private KB %lu, then %lu: %lu bytes each; %lu ms\n",
                  before.threads, after.threads, before.private_kilobytes, after.private_kilobytes,
                  each, GetTickCount() - began);
    assert_int_equal(after.threads, before.threads);
    assert_true(each <= (unsigned long)KILOBYTES * 1024);
    for (size_t i = 0; i < CROWD; i += SOME) { /* nobody is forgotten */
        client_say(clients[i], "y");
        client_expect(clients[i], "y");
    }
    for (size_t i = 0; i < CROWD; i++)
        client_close(clients[i]);
    client_say(first, "z");
    client_expect(first, "z");
    client_goodbye(first);
    server_console(server, PRESS_CTRL_C);
    assert_int_equal(process_wait(server), 0);
    print_message("%lu ms in all\n", GetTickCount() - began);
}

/* The arrival, what the client says, the answer, the client's end, and what comes behind those. */
static void whichever_packet_is_lost_everybody_is_served(void **state)
{
    (void)state;
    for (int skip = 0; skip <= LAST_PACKET; skip++) {
        char faults[64];

        snprintf(faults, sizeof faults, "GetQueuedCompletionStatus=%d,1,0", skip);
        print_message("%s\n", faults);
        struct process *server =
            server_start_with_faults(faults, "[service echo]\nport = 0\ninternal = echo\n");
        for (int visit = 0; visit < 2; visit++) {
            SOCKET client = client_connect(server, "echo");

            client_say(client, "hello");
            client_expect(client, "hello");
            client_goodbye(client);
        }
        server_expect(server, "close echo#2 * end after * s\n");
    }
}

/* The packet by which it is found out can be lost as well. */
static void a_lost_packet_and_a_lost_look_after_it(void **state)
{
    struct process *server = server_start_with_faults(
        "GetQueuedCompletionStatus=1,2,0", "[service echo]\nport = 0\ninternal = echo\n");
    SOCKET client = client_connect(server, "echo");

    (void)state;
    client_say(client, "hello");
    client_expect(client, "hello");
    client_goodbye(client);
    server_expect(server, "close echo#1 * end after * s\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(five_thousand_idle_connections),
        SYSTEM_TEST(whichever_packet_is_lost_everybody_is_served),
        SYSTEM_TEST(a_lost_packet_and_a_lost_look_after_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
