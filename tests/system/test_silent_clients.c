/* Clients that connect and then say nothing. */
#include "harness.h"

#define SILENT 1000

static SOCKET clients[SILENT];

static void expect_service(struct process *server)
{
    SOCKET client = client_connect(server, "upper");

    client_say(client, "and you?\n");
    client_expect(client, "AND YOU?\r\n");
    client_close(client);
}

static struct process *start(const char *options)
{
    return server_start("log_level = debug\n" /* each refusal has its record */
                        "[defaults]\n"
                        "port = 0\n"
                        "server = handlers\\upper.exe\n"
                        "[service silent]\n"
                        "backlog = 2000\n"
                        "%s"
                        "[service upper]\n",
                        options);
}

static void a_thousand_of_them_stop_no_other_service(void **state)
{
    struct process *server = start("instances = 10\n");
    size_t served = 0;

    (void)state;
    for (size_t i = 0; i < SILENT; i++)
        clients[i] = client_connect(server, "silent");
    expect_service(server);
    for (size_t i = 0; i < SILENT; i++)
        served += client_has_news(clients[i]);
    assert_int_equal(served, 0);
    for (size_t i = 0; i < SILENT; i++)
        client_close(clients[i]);
    expect_service(server);
}

static void where_the_service_is_full_they_are_turned_away(void **state)
{
    struct process *server = start("instances = 10\noverload = refuse\n");
    size_t held = 0;

    (void)state;
    for (size_t i = 0; i < SILENT; i++)
        clients[i] = client_connect(server, "silent");
    assert_true(
        output_wait_lines(&server->err, "refuse silent#* instances", SILENT - 10, PATIENCE_MS));
    expect_service(server);
    for (size_t i = 0; i < SILENT; i++)
        if (!client_has_news(clients[i]))
            held++;
    assert_int_equal(held, 10);
    for (size_t i = 0; i < SILENT; i++)
        client_close(clients[i]);
}

/* max_time is long enough for every handler to have started: what is ended in the middle of its
   start can stay behind as a Unix process under Wine 8, though Wine itself counts it as gone. */
static void max_time_gives_each_its_turn_and_an_end(void **state)
{
    struct process *server = start("instances = 100\nmax_time = 3s\nstop_time = 0\n");

    (void)state;
    for (size_t i = 0; i < SILENT; i++)
        clients[i] = client_connect(server, "silent");
    for (size_t i = 0; i < SILENT; i++) {
        client_expect_end(clients[i]);
        client_close(clients[i]);
    }
    if (!output_wait_lines(&server->err, "close silent#* max_time", SILENT, 3000))
        fail_msg("%s", output_copy(&server->err));
    expect_service(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(a_thousand_of_them_stop_no_other_service),
        SYSTEM_TEST(where_the_service_is_full_they_are_turned_away),
        SYSTEM_TEST(max_time_gives_each_its_turn_and_an_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
