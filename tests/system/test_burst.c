/* Far more clients at once than may be served at a time: each has its turn, without a gap. */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BURST     500
#define INSTANCES 50

/* How many connections were open at the same time, by the log. */
static int most_at_a_time(struct process *server)
{
    char *log = output_copy(&server->err);
    int open = 0;
    int most = 0;

    for (char *line = strtok(log, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        if (text_begins(line, "open "))
            open++;
        else if (text_begins(line, "close "))
            open--;
        most = open > most ? open : most;
    }
    free(log);
    return most;
}

/* Without linger and stderr a connection is closed in the log before the next one can be opened. */
static void five_hundred_at_once_have_five_hundred_answers(void **state)
{
    struct process *server = server_start("[service upper]\n"
                                          "port = 0\n"
                                          "backlog = %d\n"
                                          "instances = %d\n"
                                          "overload = queue\n"
                                          "linger = 0\n"
                                          "stderr = null\n"
                                          "server = handlers\\upper.exe\n",
                                          BURST, INSTANCES);
    const char *address = server_address(server, "upper", 0);
    SOCKET clients[BURST];
    char text[32];

    (void)state;
    for (int i = 0; i < BURST; i++)
        clients[i] = client_connect_to(address);
    assert_true(output_wait_lines(&server->err, "open upper#", INSTANCES, PATIENCE_MS));
    for (int i = 0; i < BURST; i++) {
        snprintf(text, sizeof text, "client %d\n", i);
        client_say(clients[i], text);
        client_end_sending(clients[i]);
    }
    for (int i = 0; i < BURST; i++) {
        snprintf(text, sizeof text, "CLIENT %d\r\n", i);
        client_expect(clients[i], text);
        client_expect_end(clients[i]);
        client_close(clients[i]);
    }
    server_console(server, PRESS_CTRL_C);
    assert_int_equal(process_wait(server), 0);
    assert_int_equal(server_count(server, "close upper#* exit 0 "), BURST);
    assert_int_equal(most_at_a_time(server), INSTANCES);
    assert_int_equal(server_count(server, "fail "), 0); /* nothing had to be mended */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(five_hundred_at_once_have_five_hundred_answers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
