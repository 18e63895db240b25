/* A connection that a worker has served leaves nothing behind, neither in the server nor in the
   worker. With an argument: that many connections. */
#include "harness.h"
#include "usage.h"
#include "workers.h"

#include <stdlib.h>

enum {
    WARM_UP = 300,
    AT_ONCE = 16,
    HANDLES = 16 /* what may come and go */
};

static size_t connections = 3000;

static void serve(const char *address, size_t count)
{
    SOCKET clients[AT_ONCE];

    for (size_t i = 0; i < count + AT_ONCE; i++) {
        SOCKET *client = &clients[i % AT_ONCE];

        if (i >= AT_ONCE) {
            assert_string_equal(client_line(*client), "HELLO");
            client_expect_end(*client);
            client_close(*client);
        }
        if (i < count) {
            *client = client_connect_to(address);
            client_say(*client, "hello\r\nbye\r\n");
        }
    }
}

static void handles_and_memory_are_where_they_were(void **state)
{
    struct process *server =
        workers_start("tests\\worker_probe.exe 8", "workers = 2\nworker_connections = 8\n");
    const char *address = server_address(server, "w", 0);
    DWORD pids[2];
    unsigned long handles[2];

    (void)state;
    workers_await(server, 2);
    SOCKET first = workers_client(server);
    pids[0] = workers_pid(first);
    SOCKET second = workers_client(server);
    pids[1] = workers_pid(second);
    workers_leave(first);
    workers_leave(second);
    serve(address, WARM_UP);
    assert_true(output_wait_lines(&server->err, "close w#* end after ", WARM_UP + 2, PATIENCE_MS));
    struct usage before = usage_of(server);
    for (size_t i = 0; i < 2; i++)
        handles[i] = usage_handles(pids[i]);
    serve(address, connections);
    assert_true(output_wait_lines(&server->err, "close w#* end after ", WARM_UP + 2 + connections,
                                  PATIENCE_MS));
    struct usage after = usage_of(server);
    print_message(
        "server: handles %lu, then %lu; threads %lu, then %lu; private KB %lu, then %lu\n",
        before.handles, after.handles, before.threads, after.threads, before.private_kilobytes,
        after.private_kilobytes);
    assert_true(after.handles <= before.handles + HANDLES);
    assert_true(after.threads <= before.threads + POOL_THREADS);
    for (size_t i = 0; i < 2; i++) {
        unsigned long now = usage_handles(pids[i]);

        print_message("worker: handles %lu, then %lu\n", handles[i], now);
        assert_true(now <= handles[i] + HANDLES);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(handles_and_memory_are_where_they_were),
    };

    if (argc > 1)
        connections = strtoul(argv[1], NULL, 10);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
