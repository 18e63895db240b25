/* Nobody reads what the server logs: a console in which its user is selecting text, a pipe whose
   reader is stuck. It serves all the same, and says afterwards how much is missing. */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FLOOD 20000 /* more than the server keeps for a log that does not take it */

static struct process *start(void)
{
    return server_start("[service flood]\n"
                        "port = 0\n"
                        "server = tests\\probe.exe\n"
                        "server_args = stderr-flood %d\n"
                        "linger = 0\n"
                        "[service upper]\n"
                        "port = 0\n"
                        "server = handlers\\upper.exe\n",
                        FLOOD);
}

static void expect_service(const char *address)
{
    SOCKET client = client_connect_to(address);

    client_say(client, "and you?\n");
    client_expect(client, "AND YOU?\r\n");
    client_end_sending(client);
    client_expect_end(client);
    client_close(client);
}

/* The sum of what the server says to have dropped. */
static size_t count_dropped(const char *log)
{
    size_t sum = 0;

    for (const char *line = log; (line = strstr(line, "log: ")) != NULL; line++)
        sum += strtoul(line + strlen("log: "), NULL, 10);
    return sum;
}

static void the_server_serves_and_counts_what_is_missing(void **state)
{
    struct process *server = start();
    char address[32];

    (void)state;
    snprintf(address, sizeof address, "%s", server_address(server, "upper", 0));
    SOCKET client = client_connect(server, "flood");
    server_expect(server, "open flood#1 ");
    output_pause(&server->err);
    for (int i = 0; i < 10; i++)
        expect_service(address);
    client_expect_end(client); /* the flood is over, too: a full log holds nobody up */
    client_close(client);
    expect_service(address);
    output_resume(&server->err);
    server_expect(server, "fail log: * records dropped, because the output was too slow\n");
    expect_service(address);
    server_console(server, PRESS_CTRL_C);
    assert_int_equal(process_wait(server), 0);

    /* 12 dialogues and the flood have an open and a close each. */
    char *log = output_copy(&server->err);
    size_t records = text_count(log, "stderr flood#1 *line ") + text_count(log, "open ") +
                     text_count(log, "close ");
    assert_true(count_dropped(log) > 0);
    assert_int_equal(records + count_dropped(log), FLOOD + 2 * 13);
    free(log);
}

static void the_server_ends_when_it_is_told_to(void **state)
{
    struct process *server = start();
    SOCKET client = client_connect(server, "flood");

    (void)state;
    server_expect(server, "stderr flood#1 *line 1.");
    output_pause(&server->err);
    client_expect_end(client);
    client_close(client);
    server_console(server, PRESS_CTRL_C);
    assert_int_equal(process_wait(server), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(the_server_serves_and_counts_what_is_missing),
        SYSTEM_TEST(the_server_ends_when_it_is_told_to),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
