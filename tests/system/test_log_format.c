/* log_format: text and JSON of the same run say the same, record by record. */
#include "harness.h"
#include "json_record.h"
#include "log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Some of everything that there is to say, one thing after the other. */
static const char services[] = "log_level = debug\n"
                               "log_format = %s\n"
                               "[defaults]\n"
                               "port = 0\n"
                               "linger = 0\n"
                               "[service upper]\n"
                               "server = handlers\\upper.exe\n"
                               "[service rubbish]\n"
                               "server = tests\\probe.exe\n"
                               "server_args = stderr-binary\n"
                               "[service exit]\n"
                               "server = tests\\probe.exe\n"
                               "server_args = exit 3\n"
                               "[service time]\n"
                               "server = tests\\probe.exe\n"
                               "server_args = hang\n"
                               "console = none\n"
                               "max_time = 300ms\n"
                               "[service one]\n"
                               "server = handlers\\upper.exe\n"
                               "instances = 1\n"
                               "overload = refuse\n"
                               "[service gone]\n"
                               "server = %s\\gone.exe\n";

/* A connection that its handler ends. Returns when the log has so many lines. */
static void visit(struct process *server, const char *name, const char *service, size_t lines)
{
    SOCKET client = log_connect(server, name, service);
    char bytes[100];
    size_t count;

    client_take(client, bytes, sizeof bytes, &count);
    client_close(client);
    log_expect(name, "", lines);
}

static void be_refused(struct process *server, const char *name, size_t lines)
{
    SOCKET first = log_connect(server, name, "one");

    client_say(first, "hello\n");
    client_expect(first, "HELLO\r\n");
    visit(server, name, "one", lines + 2);
    client_end_sending(first);
    client_expect_end(first);
    client_close(first);
    log_expect(name, "", lines + 3);
}

/* The log of one run, the caller's to free. */
static char *log_of(const char *format, const char *name)
{
    folder_copy("handlers\\upper.exe", "gone.exe");
    struct process *server = log_server(name, NULL, services, format, folder_own());
    size_t lines = 6;

    log_expect(name, "", lines);
    folder_delete("gone.exe");
    log_dialogue(server, name, "upper");
    log_expect(name, "", lines += 2);
    visit(server, name, "rubbish", lines += 4);
    visit(server, name, "exit", lines += 2);
    visit(server, name, "time", lines += 2);
    be_refused(server, name, lines);
    lines += 3;
    visit(server, name, "gone", lines + 2);
    log_stop(server);
    assert_int_equal(server_count(server, "fail "), 0);
    return log_read(name);
}

/* What differs from run to run becomes '0', runs of blanks one: ports, process ids, times. What a
   broken byte becomes is '?' in both. */
static void normalise(char *line)
{
    static const char *const before[] = {"127.0.0.1:", "pid ", "after "};
    char *out = line;

    for (const char *next = line; *next != '\0';) {
        size_t digits = 0;

        for (size_t i = 0; i < ARRAYSIZE(before); i++) {
            size_t length = strlen(before[i]);

            if ((size_t)(out - line) >= length && strncmp(out - length, before[i], length) == 0)
                digits = strspn(next, "0123456789.");
        }
        if (digits > 0) {
            *out++ = '0';
            next += digits;
        } else if (strncmp(next, "\xEF\xBF\xBD", 3) == 0) {
            *out++ = '?';
            next += 3;
        } else {
            *out++ = *next;
            next += *next == ' ' ? strspn(next, " ") : 1;
        }
    }
    *out = '\0';
}

/* reason, exit_code and duration_ms are what detail says for people. */
static void check_fields(const struct record *record)
{
    char text[60];

    if (record->has_duration != (strcmp(record->verb, "close") == 0))
        fail_msg("duration_ms in '%s', or none in 'close'", record->verb);
    if (strcmp(record->verb, "refuse") == 0)
        assert_true(record->reason != NULL &&
                    strncmp(record->detail, record->reason, strlen(record->reason)) == 0);
    if (!record->has_duration)
        return;
    snprintf(text, sizeof text, "after %.3f s", (double)record->duration_ms / 1000.0);
    assert_non_null(strstr(record->detail, text));
    assert_int_equal(record->has_exit_code, strncmp(record->detail, "exit ", 5) == 0);
    snprintf(text, sizeof text, "exit %lu after", (unsigned long)record->exit_code);
    if (record->has_exit_code)
        assert_non_null(strstr(record->detail, text));
    assert_true(record->reason == NULL || strstr(record->detail, record->reason) != NULL);
    assert_true(record->reason != NULL || strncmp(record->detail, "exit ", 5) == 0);
}

/* A line of JSON as the text of the same record, without its time. */
static void text_of(const char *line, size_t length, char *text, size_t size)
{
    struct json_record read;
    const char *why;

    if (!json_record_read(&read, line, length, &why))
        fail_msg("%s: %.*s", why, (int)length, line);
    check_fields(&read.record);
    record_stamped_text(&read.record, 0, text, size);
    json_record_free(&read);
}

static void text_and_json_of_a_run_agree(void **state)
{
    char *text = log_of("text", "text.log");
    char *json = log_of("json", "json.log");
    const char *text_line = text;
    size_t lines = 0;

    (void)state;
    for (const char *line = json; *line != '\0'; lines++) {
        static char from_json[16384];
        static char from_text[16384];
        size_t length = strcspn(line, "\n") + 1;
        size_t text_length = strcspn(text_line, "\n") + 1;

        text_of(line, length, from_json, sizeof from_json);
        snprintf(from_text, sizeof from_text, "%.*s", (int)text_length, text_line);
        normalise(from_json);
        normalise(from_text);
        assert_string_equal(from_json + 24, from_text + 24); /* behind the time */
        line += length;
        text_line += text_length;
    }
    assert_string_equal(text_line, "");
    assert_true(lines > 25);
    free(text);
    free(json);
}

static void close_says_in_json_why_it_was_no_plain_exit(void **state)
{
    (void)state;
    char *json = log_of("json", "json.log");
    assert_true(
        text_has(json, "\"verb\":\"close\",\"service\":\"time\",*\"reason\":\"max_time\","));
    assert_true(text_has(json, "\"service\":\"exit\",*\"exit_code\":3,\"duration_ms\":"));
    assert_true(
        text_has(json, "\"service\":\"gone\",*\"reason\":\"launch failed\",\"duration_ms\":"));
    assert_false(text_has(json, "\"service\":\"exit\",*\"reason\":"));
    free(json);
}

static void json_holds_on_stderr_too(void **state)
{
    struct json_record read;
    const char *why;
    char arguments[100];
    size_t lines = 0;

    (void)state;
    folder_write("test.ini", "[server]\nlog_format = json\n[service upper]\nport = 0\n"
                             "server = upper.exe\n");
    folder_copy("handlers\\upper.exe", "upper.exe");
    snprintf(arguments, sizeof arguments, "run -c test.ini --name %s", server_new_name());
    struct process *server = process_start("bin\\stdinetd.exe", arguments);
    server_expect(server, "\"verb\":\"listen\",\"service\":\"upper\"");
    log_stop(server);
    char *log = output_copy(&server->err);
    for (const char *line = log; *line != '\0'; lines++, line += strcspn(line, "\n") + 1)
        if (!json_record_read(&read, line, strcspn(line, "\n") + 1, &why))
            fail_msg("%s: %s", why, line);
        else
            json_record_free(&read);
    assert_int_equal(lines, 2); /* listen, stop */
    free(log);
}

static void where_the_log_goes_is_said_in_json_too(void **state)
{
    struct json_record read;
    const char *why;
    char to[1100];

    (void)state;
    struct process *server = log_server("a.log", NULL,
                                        "log_format = json\n[service upper]\nport = 0\n"
                                        "server = handlers\\upper.exe\n");
    log_stop(server);
    char *line = output_copy(&server->err);
    assert_true(json_record_read(&read, line, strlen(line), &why));
    snprintf(to, sizeof to, "to %s\\a.log", folder_own());
    assert_string_equal(read.record.detail, to);
    json_record_free(&read);
    free(line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(text_and_json_of_a_run_agree),
        SYSTEM_TEST(close_says_in_json_why_it_was_no_plain_exit),
        SYSTEM_TEST(json_holds_on_stderr_too),
        SYSTEM_TEST(where_the_log_goes_is_said_in_json_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
