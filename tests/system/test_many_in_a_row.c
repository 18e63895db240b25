/* A connection leaves nothing behind: after many of them the server holds what it held before. */
#include "harness.h"
#include "usage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WARM_UP 200
#define MANY    600
#define AT_ONCE 16
#define HANDLES 16  /* what may come and go; one per connection would be MANY */
#define KEPT    512 /* KB: 873 bytes per connection */

/* Fails with all that the log has of a connection that has not had its answer. */
static void expect_hello(struct process *server, SOCKET client)
{
    struct sockaddr_in own;
    int length = sizeof own;
    char answer[32];
    size_t count;
    enum client_end end = client_take(client, answer, sizeof answer, &count);

    if (end == END_ORDERLY && count == 7 && memcmp(answer, "HELLO\r\n", count) == 0)
        return;
    getsockname(client, (struct sockaddr *)&own, &length);
    char *log = output_copy(&server->err);
    char port[32];
    snprintf(port, sizeof port, ":%u ", ntohs(own.sin_port));
    for (char *line = strtok(log, "\n"); line != NULL; line = strtok(NULL, "\n"))
        if (strstr(line, port) != NULL)
            print_error("%s\n", line);
    fail_msg("wanted HELLO and an orderly end, got '%.*s' and end %d", (int)count, answer, end);
}

/* The service has had `before` connections; it has count more of them, to their very end. */
static void serve(struct process *server, size_t before, size_t count)
{
    SOCKET clients[AT_ONCE];

    for (size_t done = 0; done < count; done += AT_ONCE) {
        for (size_t i = 0; i < AT_ONCE; i++) {
            clients[i] = client_connect(server, "upper");
            client_say(clients[i], "hello\n");
            client_end_sending(clients[i]);
        }
        for (size_t i = 0; i < AT_ONCE; i++) {
            expect_hello(server, clients[i]);
            client_close(clients[i]);
        }
    }
    count = (count + AT_ONCE - 1) / AT_ONCE * AT_ONCE;
    assert_true(
        output_wait_lines(&server->err, "close upper#* exit 0 ", before + count, PATIENCE_MS));
}

static void handles_threads_and_memory_are_where_they_were(void **state)
{
    struct process *server =
        server_start("[service upper]\nport = 0\nserver = handlers\\upper.exe\n");

    (void)state;
    serve(server, 0, WARM_UP);
    struct usage before = usage_of(server);
    serve(server, server_count(server, "close upper#"), MANY);
    struct usage after = usage_of(server);
    print_message("handles %lu, then %lu; threads %lu, then %lu; private KB %lu, then %lu\n",
                  before.handles, after.handles, before.threads, after.threads,
                  before.private_kilobytes, after.private_kilobytes);
    assert_true(after.handles <= before.handles + HANDLES);
    assert_true(after.threads <= before.threads + 1);
    assert_true(after.private_kilobytes <= before.private_kilobytes + KEPT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(handles_threads_and_memory_are_where_they_were),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
