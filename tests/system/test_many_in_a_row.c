/* A connection leaves nothing behind: after many of them the server holds what it held before. */
#include "harness.h"
#include "usage.h"

#include "bench/handler.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WARM_UP 640
#define MANY    10000
#define AT_ONCE 64
#define HANDLES 16 /* what may come and go; one per connection would be MANY */
/* KB: 52 bytes per connection, and the megabyte that is now there and now not under Wine 8 */
#define KEPT (512 + 1024)

/* Fails with all that the log has of a connection that has not had its answer. */
static void expect_answer(struct process *server, SOCKET client)
{
    struct sockaddr_in own;
    int length = sizeof own;
    char answer[100];
    size_t count;
    enum client_end end = client_take(client, answer, sizeof answer, &count);

    if (end == END_ORDERLY && count == strlen(HANDLER_ANSWER) &&
        memcmp(answer, HANDLER_ANSWER, count) == 0)
        return;
    getsockname(client, (struct sockaddr *)&own, &length);
    char *log = output_copy(&server->err);
    char port[32];
    snprintf(port, sizeof port, ":%u ", ntohs(own.sin_port));
    for (char *line = strtok(log, "\n"); line != NULL; line = strtok(NULL, "\n"))
        if (strstr(line, port) != NULL)
            print_error("%s\n", line);
    fail_msg("wanted the answer and an orderly end, got '%.*s' and end %d", (int)count, answer,
             end);
}

/* count more connections, AT_ONCE at a time: whoever has its answer makes room for the next. */
static void serve(struct process *server, const char *address, size_t count)
{
    SOCKET clients[AT_ONCE];

    for (size_t i = 0; i < count + AT_ONCE; i++) {
        SOCKET *client = &clients[i % AT_ONCE];

        if (i >= AT_ONCE) {
            expect_answer(server, *client);
            client_close(*client);
        }
        if (i < count)
            *client = client_connect_to(address);
    }
}

/* The service has had that many connections, and each of them has come to its very end. */
static void expect_closed(struct process *server, size_t count)
{
    assert_true(output_wait_lines(&server->err, "close line#* exit 0 ", count, PATIENCE_MS));
}

static void handles_threads_and_memory_are_where_they_were(void **state)
{
    struct process *server = server_start("[service line]\n"
                                          "port = 0\n"
                                          "server = bin\\stdinetd-bench-handler.exe\n"
                                          "server_args = line\n");
    const char *address = server_address(server, "line", 0);

    (void)state;
    serve(server, address, WARM_UP);
    expect_closed(server, WARM_UP);
    struct usage before = usage_of(server);
    serve(server, address, MANY);
    expect_closed(server, WARM_UP + MANY);
    struct usage after = usage_of(server);
    print_message("handles %lu, then %lu; threads %lu, then %lu; private KB %lu, then %lu\n",
                  before.handles, after.handles, before.threads, after.threads,
                  before.private_kilobytes, after.private_kilobytes);
    assert_true(after.handles <= before.handles + HANDLES);
    assert_true(after.threads <= before.threads + POOL_THREADS);
    assert_true(after.private_kilobytes <= before.private_kilobytes + KEPT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(handles_threads_and_memory_are_where_they_were),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
