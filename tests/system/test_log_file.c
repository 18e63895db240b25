/* log_file: the log in a file instead of on stderr. */
#include "harness.h"
#include "log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UPPER "[service upper]\nport = 0\nserver = handlers\\upper.exe\n"

static void expect_errors(struct process *server, const char *expected)
{
    char *errors = output_copy(&server->err);

    assert_string_equal(errors, expected);
    free(errors);
}

static const char *where_it_goes(const char *name)
{
    static char line[1100];

    snprintf(line, sizeof line, "log     to %s\\%s\n", folder_own(), name);
    return line;
}

static void records_are_in_the_file_and_stderr_says_only_where(void **state)
{
    static const char *const lines[] = {
        "20*-*-*T*:*:*.*Z info listen upper 127.0.0.1:* this machine only *\n",
        "20*-*-*T*:*:*.*Z info open upper#1 127.0.0.1:* pid *\n",
        "20*-*-*T*:*:*.*Z info close upper#1 127.0.0.1:* pid * exit 0 after *\n",
        "20*-*-*T*:*:*.*Z info stop no connection open\n"};
    struct process *server = log_server("a.log", NULL, UPPER);

    (void)state;
    log_dialogue(server, "a.log", "upper");
    log_stop(server);
    expect_errors(server, where_it_goes("a.log"));
    log_expect_whole_lines("a.log");
    char *text = log_read("a.log");
    char *line = text;
    for (size_t i = 0; i < ARRAYSIZE(lines); i++, line = strchr(line, '\n') + 1)
        if (!text_begins(line, lines[i]))
            fail_msg("'%s' is not where it should be in\n%s", lines[i], text);
    assert_string_equal(line, "");
    free(text);
}

/* That of the server, up to a minute. */
static void the_time_is_utc_and_that_of_the_record(void **state)
{
    SYSTEMTIME now;
    FILETIME then_file;
    FILETIME now_file;
    int year, month, day, hour, minute, second, ms;

    (void)state;
    struct process *server = log_server("a.log", NULL, UPPER);
    log_dialogue(server, "a.log", "upper");
    log_stop(server);
    GetSystemTimeAsFileTime(&now_file);
    char *text = log_read("a.log");
    assert_int_equal(
        sscanf(text, "%d-%d-%dT%d:%d:%d.%dZ", &year, &month, &day, &hour, &minute, &second, &ms),
        7);
    free(text);
    now = (SYSTEMTIME){.wYear = (WORD)year,
                       .wMonth = (WORD)month,
                       .wDay = (WORD)day,
                       .wHour = (WORD)hour,
                       .wMinute = (WORD)minute,
                       .wSecond = (WORD)second,
                       .wMilliseconds = (WORD)ms};
    assert_true(SystemTimeToFileTime(&now, &then_file));
    ULARGE_INTEGER then = {.LowPart = then_file.dwLowDateTime,
                           .HighPart = then_file.dwHighDateTime};
    ULARGE_INTEGER until = {.LowPart = now_file.dwLowDateTime, .HighPart = now_file.dwHighDateTime};
    assert_true(then.QuadPart <= until.QuadPart);
    assert_true(until.QuadPart - then.QuadPart < 60ULL * 10000000);
}

static void an_existing_file_goes_on(void **state)
{
    (void)state;
    folder_write("a.log", "2026-11-24T13:05:07.123Z  info     stop    of yesterday\n");
    struct process *server = log_server("a.log", NULL, UPPER);
    log_stop(server);
    log_expect_whole_lines("a.log");
    char *text = log_read("a.log");
    assert_true(text_begins(text, "2026-11-24T13:05:07.123Z info stop of yesterday\n20"));
    assert_true(text_has(text, "stop no connection open\n"));
    free(text);
}

static void a_line_that_a_crash_has_cut_off_gets_its_end(void **state)
{
    (void)state;
    folder_write("a.log", "2026-11-24T13:05:07.123Z  info     stderr  and then it wen");
    struct process *server = log_server("a.log", NULL, UPPER);
    log_stop(server);
    log_expect_whole_lines("a.log");
    assert_int_equal(log_count("a.log", "and then it wen\n"), 1);
    assert_int_equal(log_count("a.log", "listen upper"), 1);
}

static void a_relative_path_starts_at_base(void **state)
{
    (void)state;
    folder_copy("handlers\\upper.exe", "program\\upper.exe");
    folder_write("program\\logs\\here", "");
    folder_write("ini\\test.ini", "[server]\nbase = ..\\program\nlog_file = logs\\..\\logs\\a.log\n"
                                  "[service upper]\nport = 0\nserver = upper.exe\n");
    char arguments[100];
    snprintf(arguments, sizeof arguments, "run -c ini\\test.ini --name %s", server_new_name());
    struct process *server = process_start("bin\\stdinetd.exe", arguments);
    log_expect("program\\logs\\a.log", "listen upper", 1);
    log_stop(server);
    expect_errors(server, where_it_goes("program\\logs\\a.log"));
}

static void what_keeps_it_from_serving_is_said_in_both(void **state)
{
    char ini[1500];
    char taken[100];

    (void)state;
    struct process *first = log_server("first.log", NULL, UPPER);
    char *text = log_read("first.log");
    assert_int_equal(
        sscanf(strstr(text, "listen  upper "), "listen upper 127.0.0.1:%99[0-9]", taken), 1);
    free(text);
    snprintf(ini, sizeof ini,
             "[server]\nbase = %s\nlog_file = %s\\a.log\n[service upper]\nport = %s\n"
             "server = handlers\\upper.exe\n",
             folder_build(), folder_own(), taken);
    folder_write("second.ini", ini);
    struct process *second = process_run("bin\\stdinetd.exe", "run -c second.ini");
    assert_int_equal(process_wait(second), 1);
    server_expect(second,
                  "stdinetd: second.ini:4: service upper: bind 127.0.0.1:%s: 10048: ", taken);
    assert_int_equal(
        log_count("a.log", "Z error fail second.ini:4: service upper: bind 127.0.0.1:*: 10048: "),
        1);
    log_stop(first);
}

static void a_second_server_leaves_the_file_alone_until_it_is_free(void **state)
{
    char arguments[100];

    (void)state;
    struct process *first = log_server("a.log", NULL, UPPER);
    log_dialogue(first, "a.log", "upper");
    log_expect("a.log", "close upper#1 ", 1);
    char *before = log_read("a.log");
    snprintf(arguments, sizeof arguments, "run -c test.ini --name %s", server_new_name());
    struct process *second = process_start("bin\\stdinetd.exe", arguments);
    server_expect(second, "Z error fail log: CreateFile *\\a.log: 32: * (records go to stderr ");
    server_expect(second, "Z info listen upper 127.0.0.1:");
    char *after = log_read("a.log");
    assert_string_equal(before, after);
    free(before);
    free(after);
    log_stop(first);
    log_expect("a.log",
               "Z warning fail log: 1 record went to stderr meanwhile, because of *: 32: ", 1);
    log_stop(second);
    assert_int_equal(log_count("a.log", "stop no connection open\n"), 2);
    assert_int_equal(server_count(second, "fail log: "), 1);
    log_expect_whole_lines("a.log");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(records_are_in_the_file_and_stderr_says_only_where),
        SYSTEM_TEST(the_time_is_utc_and_that_of_the_record),
        SYSTEM_TEST(an_existing_file_goes_on),
        SYSTEM_TEST(a_line_that_a_crash_has_cut_off_gets_its_end),
        SYSTEM_TEST(a_relative_path_starts_at_base),
        SYSTEM_TEST(what_keeps_it_from_serving_is_said_in_both),
        SYSTEM_TEST(a_second_server_leaves_the_file_alone_until_it_is_free),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
