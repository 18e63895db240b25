/* A thousand ports. */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PORTS 1000

static char addresses[PORTS][32];

static struct process *start(const char *more)
{
    char ports[2 * PORTS + 1];

    for (size_t i = 0; i < PORTS; i++)
        memcpy(ports + 2 * i, "0 ", 2);
    ports[2 * PORTS - 1] = '\0';
    return server_start(
        "log_level = debug\n[service many]\nport = %s\nserver = handlers\\upper.exe\n%s", ports,
        more);
}

/* All of them, from the log. */
static void learn_addresses(struct process *server)
{
    size_t count = 0;

    assert_true(output_wait_lines(&server->err, "listen many ", PORTS, PATIENCE_MS));
    char *log = output_copy(&server->err);
    for (char *line = strtok(log, "\n"); line != NULL && count < PORTS; line = strtok(NULL, "\n"))
        if (sscanf(line, "listen many %31s", addresses[count]) == 1)
            count++;
    free(log);
    assert_int_equal(count, PORTS);
}

static void expect_answer(const char *address)
{
    SOCKET client = client_connect_to(address);

    client_say(client, "which?\n");
    client_expect(client, "WHICH?\r\n");
    client_end_sending(client);
    client_expect_end(client);
    client_close(client);
}

/* A service that is full turns clients away without starting anything: every port shows that it
   accepts in no time, and goes on accepting. */
static void a_thousand_ports_of_one_service_all_accept(void **state)
{
    struct process *server = start("instances = 1\noverload = refuse\n");

    (void)state;
    learn_addresses(server);
    SOCKET first = client_connect_to(addresses[0]);
    client_say(first, "hello\n");
    client_expect(first, "HELLO\r\n");
    for (size_t i = 0; i < 2 * PORTS; i++) {
        SOCKET client = client_connect_to(addresses[i % PORTS]);
        client_expect_end(client);
        client_close(client);
    }
    server_expect(server, "refuse many#%d ", 2 * PORTS + 1);
    assert_int_equal(server_count(server, "refuse many#"), 2 * PORTS);
    assert_int_equal(server_count(server, "fail "), 0); /* nothing had to be mended */
    client_close(first);
}

static void any_of_them_serves(void **state)
{
    struct process *server = start("");

    (void)state;
    learn_addresses(server);
    for (size_t i = 0; i < PORTS; i += 37)
        expect_answer(addresses[i]);
    expect_answer(addresses[PORTS - 1]);
    server_console(server, PRESS_CTRL_C);
    assert_int_equal(process_wait(server), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(a_thousand_ports_of_one_service_all_accept),
        SYSTEM_TEST(any_of_them_serves),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
