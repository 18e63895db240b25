/* Programs that are started before their connections come, with the socket as their standard
   handles. */
#include "harness.h"
#include "spares.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UPPER   "port = 0\nserver = handlers\\upper.exe\n"
#define PROBE   "port = 0\nserver = tests\\probe.exe\nserver_args = "
#define STARTED 2 /* how many wait */

/* The answer, with a line break before its first line too. */
static char *answer_of(SOCKET client)
{
    const char *rest = client_rest(client);
    size_t size = strlen(rest) + 2;
    char *text = malloc(size);

    assert_non_null(text);
    snprintf(text, size, "\n%s", rest);
    client_close(client);
    return text;
}

static bool was_started_before(const char *variables)
{
    return strstr(variables, "\nSTDINETD_PRESTART=1\n") != NULL;
}

static void expect_variables_of_spare(const char *variables)
{
    static const char *const never[] = {
        "\nTCPREMOTEIP=", "\nTCPREMOTEPORT=", "\nTCPLOCALIP=",  "\nTCPLOCALPORT=",
        "\nREMOTE_ADDR=", "\nREMOTE_PORT=",   "\nREMOTE_HOST=", "\nSTDINETD_CONNECTION="};

    assert_non_null(strstr(variables, "\nSTDINETD_SERVICE=who\n"));
    assert_non_null(strstr(variables, "\nPROTO=TCP\n"));
    assert_non_null(strstr(variables, "\nOWN=1\n"));
    for (size_t i = 0; i < ARRAYSIZE(never); i++)
        if (strstr(variables, never[i]) != NULL)
            fail_msg("a program that was started before has%s", never[i]);
}

/* Also where the server itself is the handler of such a connection. */
static void it_is_told_that_it_was_started_before_and_nothing_of_its_client(void **state)
{
    SetEnvironmentVariableA("REMOTE_ADDR", "192.0.2.1");
    SetEnvironmentVariableA("STDINETD_PRESTART", "1");
    struct process *server = server_start("[service who]\n"
                                          "prestart = 2\nenv = OWN=1\n" PROBE "environment\n"
                                          "[service plain]\n" PROBE "environment\n");
    (void)state;
    SetEnvironmentVariableA("REMOTE_ADDR", NULL);
    SetEnvironmentVariableA("STDINETD_PRESTART", NULL);
    spares_expect("2 of 2 ready");
    for (int i = 0; i < 3 * STARTED; i++) {
        char *variables = answer_of(client_connect(server, "who"));

        assert_true(was_started_before(variables));
        expect_variables_of_spare(variables);
        free(variables);
        spares_expect("2 of 2 ready");
    }
    spares_expect("prestart hit 100 %, 2 of 2 ready");
    char *variables = answer_of(client_connect(server, "plain"));
    assert_false(was_started_before(variables));
    assert_non_null(strstr(variables, "\nREMOTE_ADDR=127.0.0.1\n"));
    free(variables);
}

/* Two come at once, and one waits: which of them comes too late is not said. */
static void who_finds_none_is_served_as_ever(void **state)
{
    struct process *server = server_start("[service who]\n"
                                          "prestart = 1\n" PROBE "environment\n");
    bool missed = false;

    (void)state;
    for (int i = 0; i < 20 && !missed; i++) {
        spares_expect("1 of 1 ready");
        SOCKET first = client_connect(server, "who");
        SOCKET second = client_connect(server, "who");
        char *one = answer_of(first);
        char *two = answer_of(second);

        missed = was_started_before(one) != was_started_before(two);
        const char *late = was_started_before(one) ? two : one;
        if (missed) {
            assert_non_null(strstr(late, "\nTCPREMOTEIP=127.0.0.1\n"));
            assert_non_null(strstr(late, "\nSTDINETD_CONNECTION=who#"));
        }
        free(one);
        free(two);
    }
    assert_true(missed);
    spares_expect("prestart hit * %, 1 of 1 ready");
    spares_expect("since its start: * started, 0 refused, 0 failed");
}

static void status_counts_them_for_programs_too(void **state)
{
    struct process *server =
        server_start("[service upper]\nprestart = 2\n" UPPER "[service plain]\n" UPPER);

    (void)state;
    spares_expect("upper * prestart 0 of 100 ");
    spares_expect("plain * spawn 0 of 100 ");
    spares_expect("prestart 2 of 2 ready");
    client_goodbye(client_hello(server, "upper"));
    spares_expect("prestart hit 100 %, 2 of 2 ready");
    server_expect_answer("status --json",
                         "\"prestart\":{\"wanted\":2,\"ready\":2,\"hits\":1,\"misses\":0}");
}

/* The process that serves is one of those that were there before its client. */
static void it_has_been_there_before_its_client(void **state)
{
    struct process *server = server_start("[service hang]\nprestart = 2\n" PROBE "hang\n");

    (void)state;
    spares_expect("2 of 2 ready");
    struct spares spares = spares_counted(server, STARTED);
    SOCKET client = client_connect(server, "hang");
    assert_true(spares_have(&spares, strtoul(client_line(client), NULL, 10)));
    client_close(client);
    spares_close(&spares);
}

/* What it asks instead of its environment. */
static void it_can_ask_its_socket_who_has_come(void **state)
{
    struct process *server = server_start("[service peer]\nprestart = 1\n" PROBE "peer\n");
    struct sockaddr_in own;
    int length = sizeof own;
    char expected[40];

    (void)state;
    spares_expect("1 of 1 ready");
    SOCKET client = client_connect(server, "peer");
    assert_int_equal(getsockname(client, (struct sockaddr *)&own, &length), 0);
    snprintf(expected, sizeof expected, "127.0.0.1:%u", ntohs(own.sin_port));
    assert_string_equal(client_line(client), expected);
    client_expect_end(client);
    client_close(client);
    spares_expect("hit 100 %");
}

static void stderr_is_what_it_is_for_every_program(void **state)
{
    struct process *server =
        server_start("[defaults]\nprestart = 1\nserver = tests\\probe.exe\n"
                     "server_args = stderr words\nport = 0\n"
                     "[service log]\nstderr = log\n[service null]\nstderr = null\n"
                     "[service socket]\nstderr = socket\n");
    SOCKET client;

    (void)state;
    for (int i = 0; i < 3; i++)
        spares_expect("1 of 1 ready");
    client = client_connect(server, "null");
    client_expect_end(client);
    client_close(client);
    client = client_connect(server, "socket");
    client_expect(client, "words\r\n");
    client_expect_end(client);
    client_close(client);
    client = client_connect(server, "log");
    client_expect_end(client);
    client_close(client);
    server_expect(server, "stderr log#3 * words\n");
    assert_int_equal(server_count(server, "words"), 1);
}

static void console_and_end_hold_for_it(void **state)
{
    struct process *server =
        server_start("[defaults]\nprestart = 1\nport = 0\nserver = tests\\probe.exe\n"
                     "[service none]\nconsole = none\nserver_args = console\n"
                     "[service shared]\nconsole = shared\nserver_args = console\n"
                     "[service parent]\nserver_args = parent\n");
    SOCKET client;

    (void)state;
    for (int i = 0; i < 3; i++)
        spares_expect("1 of 1 ready");
    client = client_connect(server, "none");
    assert_string_equal(client_line(client), "console no");
    client_close(client);
    client = client_connect(server, "shared");
    assert_string_equal(client_line(client), "console yes");
    client_close(client);
    client = client_connect(server, "parent");
    HANDLE left = process_open(strtoul(client_line(client), NULL, 10));
    client_say(client, "end\n");
    process_expect_gone(left);
    client_close(client);
}

static void those_that_wait_are_not_among_the_instances(void **state)
{
    struct process *server = server_start("[service upper]\n"
                                          "prestart = 2\ninstances = 2\noverload = refuse\n" UPPER);

    (void)state;
    spares_expect("2 of 2 ready");
    SOCKET first = client_hello(server, "upper");
    SOCKET second = client_hello(server, "upper");
    spares_expect("upper * prestart 2 of 2 ");
    spares_expect("2 of 2 ready");
    SOCKET third = client_connect(server, "upper");
    client_expect_end(third);
    client_close(third);
    server_expect(server, "refuse upper#3 * instances");
    client_goodbye(first);
    client_goodbye(second);
}

/* And nobody is left of those that the refused have cost. */
static void a_refusal_costs_no_more_than_its_spare(void **state)
{
    struct process *server = server_start("[service upper]\nprestart = 2\n"
                                          "no_access = 127.0.0.2\n" UPPER);

    (void)state;
    for (int i = 0; i < 10; i++) {
        SOCKET refused = client_connect_from(server, "upper", "127.0.0.2");

        client_expect_end(refused);
        client_close(refused);
        client_goodbye(client_hello(server, "upper"));
    }
    spares_expect("2 of 2 ready");
    struct spares spares = spares_counted(server, STARTED);
    spares_close(&spares);
    assert_int_equal(server_count(server, "refuse upper#* no_access"), 10);
    spares_expect("since its start: 10 started, 10 refused, 0 failed");
}

static void a_banner_comes_first(void **state)
{
    folder_write("banner.txt", "Welcome.\r\n");
    folder_write("sorry.txt", "Not you.\r\n");
    struct process *server =
        server_start("[service upper]\nprestart = 2\nno_access = 127.0.0.2\n"
                     "banner = %s\\banner.txt\nbanner_fail = %s\\sorry.txt\n" UPPER,
                     folder_own(), folder_own());

    (void)state;
    spares_expect("2 of 2 ready");
    SOCKET client = client_connect(server, "upper");
    client_expect(client, "Welcome.\r\n");
    client_say(client, "hello\n");
    client_expect(client, "HELLO\r\n");
    client_goodbye(client);
    client = client_connect_from(server, "upper", "127.0.0.2");
    client_expect(client, "Not you.\r\n");
    client_expect_end(client);
    client_close(client);
    spares_expect("prestart hit 100 %, 2 of 2 ready");
}

#define MAX_TIME 700

static void max_time_begins_with_the_connection(void **state)
{
    struct process *server =
        server_start("[service hang]\nprestart = 1\nmax_time = %dms\n" PROBE "hang\n", MAX_TIME);

    (void)state;
    spares_expect("1 of 1 ready");
    Sleep(2 * MAX_TIME); /* the time is over for whoever counts from the start */
    DWORD since = GetTickCount();
    SOCKET client = client_connect(server, "hang");
    client_line(client);
    client_expect_end(client);
    client_close(client);
    assert_true(GetTickCount() - since >= MAX_TIME);
    server_expect(server, "close hang#1 * after 0.*, max_time\n");
    spares_expect("hit 100 %");
}

/* A socket is a pipe to GetFileType. */
static void it_has_no_sockets_and_pipes_but_its_own(void **state)
{
    struct process *server = server_start("[service handles]\nprestart = 3\n" PROBE "handles\n");
    SOCKET clients[12];

    (void)state;
    spares_expect("3 of 3 ready");
    for (int i = 0; i < 12; i++)
        clients[i] = client_connect(server, "handles");
    for (int i = 0; i < 12; i++) {
        const char *handles = client_rest(clients[i]);

        assert_int_equal(text_count(handles, " File pipe"), 3);
        client_close(clients[i]);
    }
}

static void the_end_of_one_reaches_its_client_while_others_stay_open(void **state)
{
    struct process *server = server_start("[service upper]\nprestart = 3\nlinger = 0\n" UPPER);
    SOCKET stays = client_hello(server, "upper");

    (void)state;
    for (int round = 0; round < 20; round++)
        client_goodbye(client_hello(server, "upper"));
    client_goodbye(stays);
}

static void a_stop_ends_those_that_wait_at_once(void **state)
{
    struct process *server = server_start("[service upper]\nprestart = 3\n" UPPER);

    (void)state;
    SOCKET client = client_hello(server, "upper");
    spares_expect("3 of 3 ready");
    struct spares spares = spares_counted(server, 4);
    HANDLE handler = server_handler(server, "upper#1");
    server_console(server, PRESS_CTRL_C);
    server_expect(server, "stop 1 connection open");
    size_t left = 0;
    for (size_t i = 0; i < spares.count; i++)
        left += WaitForSingleObject(spares.processes[i], 3000) == WAIT_TIMEOUT;
    assert_int_equal(left, 1); /* who is in may finish */
    assert_true(process_is_alive(handler));
    CloseHandle(handler);
    client_goodbye(client);
    assert_int_equal(process_wait(server), 0);
    spares_expect_gone(&spares);
}

static void a_server_that_is_killed_leaves_none(void **state)
{
    struct process *server = server_start("[service upper]\nprestart = 8\n" UPPER);

    (void)state;
    spares_expect("8 of 8 ready");
    struct spares spares = spares_counted(server, 8);
    process_kill(server);
    spares_expect_gone(&spares);
}

/* One that somebody has ended meanwhile is no use, and nobody notices. */
static void one_that_was_ended_is_replaced(void **state)
{
    struct process *server = server_start("[service upper]\nprestart = 2\n" UPPER);

    (void)state;
    spares_expect("2 of 2 ready");
    struct spares spares = spares_of(server);
    for (size_t i = 0; i < spares.count; i++)
        TerminateProcess(spares.processes[i], 7);
    spares_expect_gone(&spares);
    client_goodbye(client_hello(server, "upper"));
    server_expect(server, "fail upper prestart: pid * ended with exit code 7 before its "
                          "connection came; the next one in ");
    for (int i = 0; i < 4; i++)
        client_goodbye(client_hello(server, "upper"));
    spares_expect("2 of 2 ready");
}

/* What cannot be said in the file is said by check. */
static void check_says_what_such_a_program_does_not_get(void **state)
{
    char arguments[300];

    (void)state;
    folder_write("x.ini", "[service one]\nport = 1\nserver = y.cmd\nprestart = 2\n"
                          "[service two]\nport = 2\nserver = y.cmd\n");
    folder_write("y.cmd", "echo hello\r\n");
    snprintf(arguments, sizeof arguments, "check -c \"%s\\x.ini\"", folder_own());
    struct process *check = process_run("bin\\stdinetd.exe", arguments);
    assert_int_equal(process_wait(check), 0);
    char *said = output_copy(&check->err);
    assert_true(
        text_has(said, "x.ini:1: note: prestart: programs of service 'one' *no TCPREMOTEIP"));
    assert_int_equal(text_count(said, "note:"), 1);
    free(said);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(it_is_told_that_it_was_started_before_and_nothing_of_its_client),
        SYSTEM_TEST(who_finds_none_is_served_as_ever),
        SYSTEM_TEST(status_counts_them_for_programs_too),
        SYSTEM_TEST(it_has_been_there_before_its_client),
        SYSTEM_TEST(it_can_ask_its_socket_who_has_come),
        SYSTEM_TEST(stderr_is_what_it_is_for_every_program),
        SYSTEM_TEST(console_and_end_hold_for_it),
        SYSTEM_TEST(those_that_wait_are_not_among_the_instances),
        SYSTEM_TEST(a_refusal_costs_no_more_than_its_spare),
        SYSTEM_TEST(a_banner_comes_first),
        SYSTEM_TEST(max_time_begins_with_the_connection),
        SYSTEM_TEST(it_has_no_sockets_and_pipes_but_its_own),
        SYSTEM_TEST(the_end_of_one_reaches_its_client_while_others_stay_open),
        SYSTEM_TEST(a_stop_ends_those_that_wait_at_once),
        SYSTEM_TEST(a_server_that_is_killed_leaves_none),
        SYSTEM_TEST(one_that_was_ended_is_replaced),
        SYSTEM_TEST(check_says_what_such_a_program_does_not_get),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
