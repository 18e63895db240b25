/* Programs that wait for their connections, and a reload. */
#include "harness.h"
#include "spares.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SERVICE "[service who]\nport = 0\nprestart = 2\nserver = tests\\probe.exe\n"

static void reload(void)
{
    server_expect_answer("reload", "added *, changed *, removed *, kept ");
}

/* What the program says of its environment has that line. */
static bool says(struct process *server, const char *service, const char *line)
{
    SOCKET client = client_connect(server, service);
    bool found = text_count(client_rest(client), line) == 1;

    client_close(client);
    return found;
}

static void of_a_service_that_has_not_changed_they_stay(void **state)
{
    struct process *server = server_start(SERVICE "server_args = hang\n");

    (void)state;
    spares_expect("2 of 2 ready");
    struct spares before = spares_counted(server, 2);
    server_rewrite("[service other]\nport = 0\nserver = handlers\\echo.exe\n" SERVICE
                   "server_args = hang\n");
    reload();
    client_goodbye(client_connect(server, "other"));
    struct spares after = spares_of(server);
    for (size_t i = 0; i < before.count; i++)
        assert_true(spares_have(&after, before.ids[i]));
    SOCKET client = client_connect(server, "who");
    assert_true(spares_have(&before, strtoul(client_line(client), NULL, 10)));
    client_close(client);
    spares_close(&before);
    spares_close(&after);
}

/* The listener is the same, and nobody who comes gets a program of before. */
static void of_one_that_has_changed_they_are_replaced(void **state)
{
    struct process *server =
        server_start("log_level = debug\n" SERVICE "server_args = environment\nenv = ROUND=0\n");

    (void)state;
    for (int round = 1; round <= 5; round++) {
        char line[20];

        spares_expect("2 of 2 ready");
        struct spares before = spares_of(server);
        server_rewrite("log_level = debug\n" SERVICE "server_args = environment\nenv = ROUND=%d\n",
                       round);
        reload();
        snprintf(line, sizeof line, "ROUND=%d", round);
        assert_true(says(server, "who", line)); /* at once */
        spares_expect_gone(&before);
        spares_expect("2 of 2 ready");
        assert_true(says(server, "who", line));
        assert_true(says(server, "who", "STDINETD_PRESTART=1"));
    }
}

static void prestart_comes_and_goes(void **state)
{
    struct process *server = server_start("[service who]\nport = 0\nserver = tests\\probe.exe\n"
                                          "server_args = environment\n");

    (void)state;
    assert_false(says(server, "who", "STDINETD_PRESTART=1"));
    server_rewrite(SERVICE "server_args = environment\n");
    reload();
    spares_expect("2 of 2 ready");
    assert_true(says(server, "who", "STDINETD_PRESTART=1"));
    spares_expect("2 of 2 ready");
    struct spares before = spares_counted(server, 2);
    server_rewrite("[service who]\nport = 0\nserver = tests\\probe.exe\n"
                   "server_args = environment\n");
    reload();
    spares_expect_gone(&before);
    assert_false(says(server, "who", "STDINETD_PRESTART=1"));
}

static void of_one_that_is_removed_none_is_left(void **state)
{
    struct process *server = server_start(SERVICE "server_args = hang\n"
                                                  "[service early]\nport = 0\nprestart = 3\n"
                                                  "stdio = pipe\nserver = tests\\probe.exe\n"
                                                  "server_args = early\n");

    (void)state;
    spares_expect("2 of 2 ready");
    spares_expect("3 of 3 ready");
    struct spares before = spares_counted(server, 5);
    server_rewrite("[service other]\nport = 0\nserver = handlers\\upper.exe\n");
    reload();
    spares_expect_gone(&before);
    server_expect(server, "stop who * listens no more");
    client_goodbye(client_hello(server, "other"));
}

/* Whoever is served goes on; his program was one that waited. */
static void who_is_served_by_one_goes_on(void **state)
{
    struct process *server =
        server_start("[service upper]\nport = 0\nprestart = 2\nserver = handlers\\upper.exe\n");

    (void)state;
    spares_expect("2 of 2 ready");
    SOCKET client = client_hello(server, "upper");
    server_rewrite("[service upper]\nport = 0\nprestart = 1\nserver = handlers\\upper.exe\n");
    reload();
    spares_expect("1 of 1 ready");
    client_say(client, "still\n");
    client_expect(client, "STILL\r\n");
    client_goodbye(client);
    client_goodbye(client_hello(server, "upper"));
}

/* By a rename, which Windows allows while it runs. Those that wait are of the old one, whoever is
   started from then on is of the new one. */
static void a_program_can_be_replaced_at_any_time(void **state)
{
    char from[1024], to[1024];

    (void)state;
    folder_copy("handlers\\upper.exe", "it.exe");
    folder_copy("handlers\\daytime.exe", "new.exe");
    struct process *server =
        server_start("[service it]\nport = 0\nprestart = 2\nserver = %s\\it.exe\n", folder_own());
    spares_expect("2 of 2 ready");
    snprintf(from, sizeof from, "%s\\it.exe", folder_own());
    snprintf(to, sizeof to, "%s\\old.exe", folder_own());
    assert_true(MoveFileExA(from, to, MOVEFILE_REPLACE_EXISTING));
    snprintf(to, sizeof to, "%s\\new.exe", folder_own());
    assert_true(MoveFileExA(to, from, 0));
    for (int i = 0; i < 2; i++)
        client_goodbye(client_hello(server, "it"));
    spares_expect("prestart hit 100 %, 2 of 2 ready");
    for (int i = 0; i < 2; i++) {
        SOCKET client = client_connect(server, "it");

        assert_true(text_has(client_rest(client), "day, "));
        client_close(client);
        spares_expect("prestart hit 100 %, 2 of 2 ready");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(of_a_service_that_has_not_changed_they_stay),
        SYSTEM_TEST(of_one_that_has_changed_they_are_replaced),
        SYSTEM_TEST(prestart_comes_and_goes),
        SYSTEM_TEST(of_one_that_is_removed_none_is_left),
        SYSTEM_TEST(who_is_served_by_one_goes_on),
        SYSTEM_TEST(a_program_can_be_replaced_at_any_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
