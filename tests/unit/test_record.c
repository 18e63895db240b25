#include "unit.h"

#include "core/record.h"

static void assert_line(const struct record *record, const char *expected)
{
    char line[200];
    size_t length = record_text(record, line, sizeof line);
    assert_string_equal(line, expected);
    assert_int_equal(length, strlen(line));
}

static void fields_stand_in_columns(void **state)
{
    (void)state;
    assert_line(
        &(struct record){.verb = "listen",
                         .service = "upper",
                         .peer = "127.0.0.1:7000",
                         .detail = "this machine only (bind=* serves the network)"},
        "listen  upper     127.0.0.1:7000   this machine only (bind=* serves the network)\n");
    assert_line(&(struct record){.verb = "open",
                                 .service = "upper",
                                 .connection = 1,
                                 .peer = "127.0.0.1:51820",
                                 .pid = 4312},
                "open    upper#1   127.0.0.1:51820  pid 4312\n");
    assert_line(&(struct record){.verb = "close",
                                 .service = "upper",
                                 .connection = 1,
                                 .peer = "127.0.0.1:51820",
                                 .pid = 4312,
                                 .detail = "exit 0 after 0.034 s"},
                "close   upper#1   127.0.0.1:51820  pid 4312  exit 0 after 0.034 s\n");
    assert_line(&(struct record){.verb = "stop", .detail = "1 connection open"},
                "stop    1 connection open\n");
}

static void a_wide_field_pushes_the_next(void **state)
{
    (void)state;
    assert_line(
        &(struct record){.verb = "open",
                         .service = "long-service-name",
                         .connection = 12345678901234567890U,
                         .peer = "[2001:db8::1]:51820",
                         .pid = 4294967295U},
        "open    long-service-name#12345678901234567890  [2001:db8::1]:51820  pid 4294967295\n");
}

static void columns_count_characters_not_bytes(void **state)
{
    (void)state;
    assert_line(&(struct record){.verb = "open", .service = "\xC3\xA4\xC3\xB6", .peer = "x"},
                "open    \xC3\xA4\xC3\xB6        x\n");
}

static void one_record_is_one_line(void **state)
{
    (void)state;
    assert_line(&(struct record){.verb = "fail", .detail = "a\r\nb\tc\x1B[2Jd\x7F"},
                "fail    a??b c?[2Jd?\n");
    assert_line(&(struct record){.verb = "fail", .detail = "a\xFF\xC2\x85z\xE2\x82"},
                "fail    a??z??\n"); /* 0x85 as U+0085 is a line break */
}

static void a_long_record_is_cut_between_characters(void **state)
{
    (void)state;
    char line[16];
    struct record record = {.verb = "fail",
                            .detail = "12345\xE2\x82\xAC"
                                      "6"};
    /* 14 bytes are left for the text: "fail    12345" and one that the next character does not fit
     * in */
    assert_int_equal(record_text(&record, line, sizeof line), 14);
    assert_string_equal(line, "fail    12345\n");
    record.detail = "123456789";
    assert_int_equal(record_text(&record, line, sizeof line), 15);
    assert_string_equal(line, "fail    123456\n");
}

static void nothing_follows_what_was_cut(void **state)
{
    (void)state;
    char line[16];
    struct record record = {
        .verb = "open", .service = "12345\xE2\x82\xAC", .connection = 7, .detail = "x"};
    record_text(&record, line, sizeof line);
    assert_string_equal(line, "open    12345\n"); /* and not "12345#" */
}

static void an_empty_record_is_an_empty_line(void **state)
{
    (void)state;
    assert_line(&(struct record){.verb = "", .service = NULL}, "\n");
}

static void a_line_of_a_file_begins_with_its_time_and_level(void **state)
{
    (void)state;
    char line[200];
    struct record record = {.level = LEVEL_WARNING, .verb = "fail", .detail = "odd"};
    size_t length = record_stamped_text(&record, 1795525507123, line, sizeof line);
    assert_string_equal(line, "2026-11-24T13:05:07.123Z  warning  fail    odd\n");
    assert_int_equal(length, strlen(line));
    record.level = LEVEL_INFO;
    record_stamped_text(&record, 0, line, 64);
    assert_string_equal(line, "1970-01-01T00:00:00.000Z  info     fail    odd\n");
    record.detail = "a detail that does not fit";
    assert_int_equal(record_stamped_text(&record, 0, line, 64), 63);
    assert_string_equal(line, "1970-01-01T00:00:00.000Z  info     fail    a detail that does \n");
}

static void assert_time(uint64_t time_ms, const char *expected)
{
    char text[RECORD_TIME_SIZE];
    record_time(time_ms, text);
    assert_string_equal(text, expected);
}

static void times_are_those_of_the_calendar(void **state)
{
    (void)state;
    assert_time(951782399999, "2000-02-28T23:59:59.999Z");
    assert_time(951782400000, "2000-02-29T00:00:00.000Z");
    assert_time(951868800000, "2000-03-01T00:00:00.000Z");
    assert_time(1767225599999, "2025-12-31T23:59:59.999Z");
    assert_time(1767225600000, "2026-01-01T00:00:00.000Z");
    assert_time(4107542400000, "2100-03-01T00:00:00.000Z"); /* no leap year */
    assert_time(253402300799999, "9999-12-31T23:59:59.999Z");
    assert_time(UINT64_MAX, "9999-12-31T23:59:59.999Z");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_stand_in_columns),
        cmocka_unit_test(a_wide_field_pushes_the_next),
        cmocka_unit_test(columns_count_characters_not_bytes),
        cmocka_unit_test(one_record_is_one_line),
        cmocka_unit_test(a_long_record_is_cut_between_characters),
        cmocka_unit_test(nothing_follows_what_was_cut),
        cmocka_unit_test(an_empty_record_is_an_empty_line),
        cmocka_unit_test(a_line_of_a_file_begins_with_its_time_and_level),
        cmocka_unit_test(times_are_those_of_the_calendar),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
