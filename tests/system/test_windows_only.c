/* What only a real Windows can show. Wine 8 has no Ctrl-Break, cannot ask an inherited socket for
   its options, and there a write to a socket that would have to wait returns 0 bytes written. */
#include "harness.h"
#include "log.h"
#include "try.h"

#include "windows/secret.h"
#include "windows/token.h"

#include <stdio.h>
#include <stdlib.h>

static void a_handler_that_must_end_is_asked_by_ctrl_break_first(void **state)
{
    struct process *server = server_start("drain = 500ms\n"
                                          "[service polite]\n"
                                          "port = 0\n"
                                          "server = tests\\probe.exe\n"
                                          "server_args = polite\n");
    SOCKET client = client_connect(server, "polite");

    (void)state;
    client_line(client);
    server_console(server, PRESS_CTRL_C);
    client_expect(client, "break\n");
    client_expect_end(client);
    client_close(client);
    server_expect(server, "close polite#1 * exit 3 ");
}

static void nodelay_and_keepalive_are_set(void **state)
{
    struct process *server = server_start("[defaults]\n"
                                          "port = 0\n"
                                          "server = tests\\probe.exe\n"
                                          "server_args = socket\n"
                                          "[service default]\n"
                                          "[service off]\n"
                                          "nodelay = no\n"
                                          "keepalive = no\n");
    SOCKET client = client_connect(server, "default");

    (void)state;
    assert_string_equal(client_rest(client), "nodelay 1\nkeepalive 1\n");
    client_close(client);
    client = client_connect(server, "off");
    assert_string_equal(client_rest(client), "nodelay 0\nkeepalive 0\n");
    client_close(client);
}

static void a_handler_waits_for_a_client_that_takes_its_time(void **state)
{
    static char taken[8 * 1024 * 1024 + 1];
    struct process *server = server_start("[service flood]\n"
                                          "port = 0\n"
                                          "server = tests\\probe.exe\n"
                                          "server_args = flood 8388608\n");
    SOCKET client = client_connect(server, "flood");
    size_t count;

    (void)state;
    server_expect(server, "open flood#1 ");
    while (!client_has_news(client)) /* it writes, and nobody takes it yet */
        SwitchToThread();
    assert_int_equal(client_take(client, taken, sizeof taken, &count), END_ORDERLY);
    assert_int_equal(count, sizeof taken - 1);
    client_close(client);
}

/* max_time is over: the handler is asked, and has stop_time to go by itself. */
static struct process *start_with_stop_time(const char *mode, const char *stop_time)
{
    return server_start("[service probe]\n"
                        "port = 0\n"
                        "server = tests\\probe.exe\n"
                        "server_args = %s\n"
                        "max_time = 500ms\n"
                        "stop_time = %s\n",
                        mode, stop_time);
}

static void at_max_time_a_handler_may_end_in_its_own_way(void **state)
{
    struct process *server = start_with_stop_time("polite", "20s");
    SOCKET client = client_connect(server, "probe");

    (void)state;
    client_line(client);
    client_expect(client, "break\n");
    client_expect_end(client);
    client_close(client);
    server_expect(server, "close probe#1 * exit 3 after *, max_time\n");
}

static void after_stop_time_it_is_ended_by_force(void **state)
{
    DWORD since = GetTickCount();
    struct process *server = start_with_stop_time("deaf", "700ms");
    SOCKET client = client_connect(server, "probe");
    HANDLE handler = process_open(strtoul(client_line(client), NULL, 10));

    (void)state;
    client_expect_end(client);
    assert_true(GetTickCount() - since >= 500 + 700);
    client_close(client);
    process_expect_gone(handler);
    server_expect(server, "close probe#1 * exit 1 after *, max_time\n");
}

static void without_stop_time_it_is_not_asked(void **state)
{
    struct process *server = start_with_stop_time("polite", "0");
    SOCKET client = client_connect(server, "probe");

    (void)state;
    client_line(client);
    client_expect_end(client);
    client_close(client);
    server_expect(server, "close probe#1 * exit 1 after *, max_time\n");
}

static void expect_answer(struct process *server, const char *service, const char *answer)
{
    SOCKET client = client_connect(server, service);

    assert_string_equal(client_rest(client), answer);
    client_close(client);
}

static void priority_is_that_of_the_handler(void **state)
{
    struct process *server = server_start("[defaults]\n"
                                          "port = 0\n"
                                          "server = tests\\probe.exe\n"
                                          "server_args = priority\n"
                                          "[service idle]\n"
                                          "priority = idle\n"
                                          "[service normal]\n"
                                          "[service high]\n"
                                          "priority = high\n");

    (void)state;
    expect_answer(server, "idle", "40\n");
    expect_answer(server, "normal", "20\n");
    expect_answer(server, "high", "80\n");
}

static void a_handler_finds_its_limits_in_its_job(void **state)
{
    struct process *server = server_start("[service limited]\n"
                                          "port = 0\n"
                                          "server = tests\\probe.exe\n"
                                          "server_args = limits\n"
                                          "memory_max = 100M\n"
                                          "process_max = 7\n"
                                          "cpu_time_max = 90s\n"
                                          "priority = idle\n");

    (void)state;
    expect_answer(server, "limited",
                  "flags 262c\n"
                  "memory 104857600\n"
                  "processes 7\n"
                  "user time 90000 ms\n"
                  "priority 40\n");
}

static void a_program_beyond_its_limits_is_refused_or_ended(void **state)
{
    struct process *server = server_start("[defaults]\n"
                                          "port = 0\n"
                                          "server = tests\\probe.exe\n"
                                          "[service memory]\n"
                                          "server_args = allocate 500000000\n"
                                          "memory_max = 100M\n"
                                          "[service processes]\n"
                                          "server_args = parent\n"
                                          "process_max = 1\n"
                                          "[service time]\n"
                                          "server_args = spin\n"
                                          "cpu_time_max = 200ms\n");

    (void)state;
    SOCKET memory = client_connect(server, "memory");
    assert_string_equal(client_rest(memory), "refused\n");
    SOCKET processes = client_connect(server, "processes");
    client_expect_end(processes);
    SOCKET time = client_connect(server, "time");
    client_expect_end(time);
    server_expect(server, "close memory#1 * memory_max was reached\n");
    server_expect(server, "close processes#2 * process_max was reached\n");
    server_expect(server, "close time#3 * cpu_time_max\n");
    client_close(memory);
    client_close(processes);
    client_close(time);
}

static void integrity_is_at_most_what_the_option_says(void **state)
{
    struct process *server = server_start("[defaults]\n"
                                          "port = 0\n"
                                          "server = tests\\probe.exe\n"
                                          "server_args = rights\n"
                                          "[service medium]\n"
                                          "integrity = medium\n"
                                          "[service low]\n"
                                          "integrity = low\n");

    (void)state;
    SOCKET client = client_connect(server, "medium");
    assert_true(text_has(client_rest(client), "\nintegrity 8192\n"));
    client_close(client);
    client = client_connect(server, "low");
    assert_true(text_has(client_rest(client), "\nintegrity 4096\n"));
    client_close(client);
}

/* What only an administrator may, and the server reads it as LocalSystem. */
static void a_password_is_kept_by_windows_until_another_takes_its_place(void **state)
{
    static const char *const passwords[] = {"first", "second"};
    char arguments[1200];
    struct error error;

    (void)state;
    if (!token_is_administrator())
        skip();
    for (size_t i = 0; i < ARRAYSIZE(passwords); i++) {
        snprintf(arguments, sizeof arguments,
                 "/d /s /c \"echo %s|\"%s\\bin\\stdinetd.exe\" password .\\stdinetd-test\"",
                 passwords[i], folder_build());
        struct process *command = process_run(getenv("COMSPEC"), arguments);
        assert_int_equal(process_wait(command), 0);
        wchar_t *password = secret_read("STDINETD-test", &error);
        if (password == NULL)
            fail_msg("%s", error.text);
        assert_int_equal(wcscmp(password, i == 0 ? L"first" : L"second"), 0);
        secret_free(password);
    }
    assert_true(secret_store("stdinetd-test", NULL, &error));
    assert_null(secret_read("stdinetd-test", &error));
}

/* Wine 8 keeps the name until the server ends, and tells nobody. */
static void a_file_that_somebody_deletes_is_begun_anew(void **state)
{
    (void)state;
    struct process *server =
        log_server("a.log", NULL, "[service upper]\nport = 0\nserver = handlers\\upper.exe\n");
    char address[LOG_ADDRESS_SIZE];
    log_address(server, "a.log", "upper", address);
    folder_delete("a.log");
    SOCKET client = client_connect_to(address);
    client_say(client, "hello\n");
    client_expect(client, "HELLO\r\n");
    log_expect("a.log", "open upper#1 ", 1);
    client_close(client);
    log_stop(server);
    assert_int_equal(log_count("a.log", "close upper#1 "), 1);
}

/* Wine asks no rights of the user root. */
static void a_file_that_may_not_be_written_is_waited_for(void **state)
{
    char path[1100];

    (void)state;
    folder_write("a.log", "");
    snprintf(path, sizeof path, "%s\\a.log", folder_own());
    assert_true(SetFileAttributesA(path, FILE_ATTRIBUTE_READONLY));
    struct process *server =
        log_server("a.log", NULL, "[service upper]\nport = 0\nserver = handlers\\upper.exe\n");
    server_expect(server, "Z error fail log: CreateFile *\\a.log: 5: ");
    log_dialogue(server, "a.log", "upper");
    assert_true(SetFileAttributesA(path, FILE_ATTRIBUTE_NORMAL));
    log_expect("a.log", "Z warning fail log: * went to stderr meanwhile, because of *: 5: ", 1);
    log_stop(server);
}

/* One thread's read of a socket keeps another one's write waiting. */
static void a_program_of_two_threads_is_told_to_take_pipes(void **state)
{
    struct process *try = try_probe("echo-threads");

    (void)state;
    try_expect_choice(try, "pipe");
    try_expect(try, "answers a line when the next one comes yes, in ");
    try_expect(try, "two threads");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(a_handler_that_must_end_is_asked_by_ctrl_break_first),
        SYSTEM_TEST(a_program_beyond_its_limits_is_refused_or_ended),
        SYSTEM_TEST(a_handler_waits_for_a_client_that_takes_its_time),
        SYSTEM_TEST(nodelay_and_keepalive_are_set),
        SYSTEM_TEST(at_max_time_a_handler_may_end_in_its_own_way),
        SYSTEM_TEST(after_stop_time_it_is_ended_by_force),
        SYSTEM_TEST(without_stop_time_it_is_not_asked),
        SYSTEM_TEST(priority_is_that_of_the_handler),
        SYSTEM_TEST(a_handler_finds_its_limits_in_its_job),
        SYSTEM_TEST(integrity_is_at_most_what_the_option_says),
        SYSTEM_TEST(a_password_is_kept_by_windows_until_another_takes_its_place),
        SYSTEM_TEST(a_file_that_somebody_deletes_is_begun_anew),
        SYSTEM_TEST(a_file_that_may_not_be_written_is_waited_for),
        SYSTEM_TEST(a_program_of_two_threads_is_told_to_take_pipes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
