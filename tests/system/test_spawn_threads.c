/* Threads that start programs: as many as the option says. One is enough to serve many at a time,
   since it only starts them. */
#include "harness.h"
#include "usage.h"

#include <limits.h>
#include <stdio.h>

enum { CLIENTS = 10, THREAD_KILOBYTES = 128 };

static struct process *start(int threads)
{
    return server_start("spawn_threads = %d\n"
                        "[service upper]\n"
                        "port = 0\n"
                        "server = handlers\\upper.exe\n",
                        threads);
}

static void there_are_as_many_as_it_says(void **state)
{
    struct process *few = start(1);
    struct process *many = start(21);

    (void)state;
    assert_int_equal(usage_of(many).threads, usage_of(few).threads + 20);
}

/* Wine starts each with a megabyte, which would be copied at every start of a program. */
static void one_that_waits_takes_little_memory(void **state)
{
    struct process *few = start(1);
    struct process *many = start(21);
    long more = LONG_MAX;

    (void)state;
    for (int tries = 0; tries < 200 && more > 20 * THREAD_KILOBYTES; tries++) {
        Sleep(50); /* until the last of them has begun */
        more = (long)usage_of(many).resident_kilobytes - (long)usage_of(few).resident_kilobytes;
    }
    print_message("%ld KiB for 20 threads\n", more);
    assert_true(more <= 20 * THREAD_KILOBYTES);
}

static void one_thread_serves_many_clients_at_a_time(void **state)
{
    struct process *server = start(1);
    SOCKET clients[CLIENTS];
    char text[32];

    (void)state;
    for (int i = 0; i < CLIENTS; i++)
        clients[i] = client_connect(server, "upper");
    for (int round = 0; round < 2; round++) {
        for (int i = CLIENTS - 1; i >= 0; i--) { /* the last one has not to wait for the first */
            snprintf(text, sizeof text, "client %d\n", i);
            client_say(clients[i], text);
            snprintf(text, sizeof text, "CLIENT %d\r\n", i);
            client_expect(clients[i], text);
        }
    }
    assert_int_equal(server_count(server, "close upper#"), 0);
    for (int i = 0; i < CLIENTS; i++)
        client_close(clients[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(there_are_as_many_as_it_says),
        SYSTEM_TEST(one_that_waits_takes_little_memory),
        SYSTEM_TEST(one_thread_serves_many_clients_at_a_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
