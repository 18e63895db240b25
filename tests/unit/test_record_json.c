#include "unit.h"

#include "core/record.h"
#include "core/utf8.h"
#include "json_record.h"

/* 2026-11-24T13:05:07.123Z */
static const uint64_t some_time = 1795525507123;

static void assert_line(const struct record *record, const char *expected)
{
    char line[1000];
    size_t length = record_json(record, some_time, line, sizeof line);
    assert_string_equal(line, expected);
    assert_int_equal(length, strlen(line));
}

static void members_stand_in_a_fixed_order(void **state)
{
    (void)state;
    assert_line(&(struct record){.level = LEVEL_INFO,
                                 .verb = "close",
                                 .service = "upper",
                                 .connection = 17,
                                 .peer = "127.0.0.1:51820",
                                 .pid = 4312,
                                 .reason = "max_time",
                                 .has_exit_code = true,
                                 .exit_code = 3221225786,
                                 .has_duration = true,
                                 .duration_ms = 34,
                                 .count = 5,
                                 .detail = "exit 0xC000013A after 0.034 s, max_time"},
                "{\"time\":\"2026-11-24T13:05:07.123Z\",\"level\":\"info\",\"verb\":\"close\","
                "\"service\":\"upper\",\"connection\":17,\"peer\":\"127.0.0.1:51820\",\"pid\":4312,"
                "\"reason\":\"max_time\",\"exit_code\":3221225786,\"duration_ms\":34,\"count\":5,"
                "\"detail\":\"exit 0xC000013A after 0.034 s, max_time\"}\n");
}

static void absent_fields_are_left_out(void **state)
{
    (void)state;
    assert_line(&(struct record){.level = LEVEL_DEBUG, .verb = "stop", .service = ""},
                "{\"time\":\"2026-11-24T13:05:07.123Z\",\"level\":\"debug\",\"verb\":\"stop\"}\n");
    assert_line(&(struct record){.level = LEVEL_ERROR, .has_exit_code = true, .has_duration = true},
                "{\"time\":\"2026-11-24T13:05:07.123Z\",\"level\":\"error\",\"exit_code\":0,"
                "\"duration_ms\":0}\n");
}

static void what_json_or_a_console_could_misread_is_escaped(void **state)
{
    (void)state;
    assert_line(&(struct record){.detail = "\"\\/\b\f\n\r\t\x01\x1B[2J\x7F \xC2\x85 \xE2\x80\xA8"
                                           "\xE2\x80\xA9 \xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80"},
                "{\"time\":\"2026-11-24T13:05:07.123Z\",\"level\":\"error\",\"detail\":"
                "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001b[2J\\u007f \\u0085 \\u2028\\u2029 "
                "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80\"}\n");
}

static void each_broken_byte_becomes_a_replacement_character(void **state)
{
    (void)state;
    assert_line(&(struct record){.detail = "a\xFF\xE2\x82z\xC0\x80\xED\xA0\x80"},
                "{\"time\":\"2026-11-24T13:05:07.123Z\",\"level\":\"error\",\"detail\":"
                "\"a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDz\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"
                "\xEF\xBF\xBD\xEF\xBF\xBD\"}\n");
}

/* --- records of arbitrary bytes */

enum { TEXT_SIZE = 300, LINE_SIZE = 6 * 5 * TEXT_SIZE + 500 };

static uint32_t seed = 1;

static uint32_t random_number(uint32_t limit)
{
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % limit;
}

/* Bytes that are likely to hurt, and any other. */
static void random_text(char *text)
{
    static const char *const pieces[] = {"\"",           "\\",       "\n",       "\\u00",
                                         "\xC2",         "\xC2\x85", "\xE2\x80", "\xE2\x80\xA8",
                                         "\xF0\x9F\x98", "\x7F",     "{}",       "\xEF\xBF\xBD"};
    size_t wanted = random_number(random_number(4) == 0 ? TEXT_SIZE - 4 : 12);
    size_t length = 0;
    while (length < wanted) {
        const char *piece = pieces[random_number(sizeof pieces / sizeof *pieces)];
        if (random_number(3) == 0) {
            memcpy(text + length, piece, strlen(piece));
            length += strlen(piece);
        } else {
            text[length++] = (char)(1 + random_number(255));
        }
    }
    text[length] = '\0';
}

struct random_record {
    struct record record;
    char verb[TEXT_SIZE], service[TEXT_SIZE], peer[TEXT_SIZE], reason[TEXT_SIZE], detail[TEXT_SIZE];
};

static void make_random(struct random_record *random)
{
    random_text(random->verb);
    random_text(random->service);
    random_text(random->peer);
    random_text(random->reason);
    random_text(random->detail);
    random->record =
        (struct record){.level = (enum level)random_number(4),
                        .verb = random->verb,
                        .service = random->service,
                        .connection = random_number(3) == 0 ? 0 : ~0ULL >> random_number(64),
                        .peer = random->peer,
                        .pid = random_number(2) == 0 ? 0 : random_number(1U << 24),
                        .reason = random->reason,
                        .has_exit_code = random_number(2) == 0,
                        .has_duration = random_number(2) == 0,
                        .detail = random->detail};
    if (random->record.has_exit_code)
        random->record.exit_code = ~0U >> random_number(32);
    if (random->record.has_duration)
        random->record.duration_ms = ~0ULL >> random_number(64);
    random->record.count = random_number(2) == 0 ? 0 : ~0ULL >> random_number(64);
}

static void read_line(struct json_record *read, const char *line, size_t length)
{
    const char *why;
    if (!json_record_read(read, line, length, &why))
        fail_msg("%s: %s", why, line);
}

/* A text with each broken byte replaced. The caller frees it. */
static char *repaired(const char *text)
{
    char *whole = malloc(3 * strlen(text) + 1);
    size_t used = 0;
    assert_non_null(whole);
    for (size_t left = strlen(text), step; left > 0; left -= step, text += step) {
        size_t length = utf8_length(text, left);
        step = length > 0 ? length : 1;
        memcpy(whole + used, length > 0 ? text : "\xEF\xBF\xBD", length > 0 ? length : 3);
        used += length > 0 ? length : 3;
    }
    whole[used] = '\0';
    return whole;
}

/* What was written, and what was read: NULL and "" are both absent. */
static bool same_text(const char *written, const char *read)
{
    char *whole = repaired(written == NULL ? "" : written);
    bool same = strcmp(whole, read == NULL ? "" : read) == 0;
    free(whole);
    return same;
}

static bool is_prefix(const char *beginning, const char *text)
{
    char *whole = repaired(text);
    bool begins = strncmp(beginning, whole, strlen(beginning)) == 0;
    free(whole);
    return begins;
}

static void assert_same(const struct record *written, const struct record *read)
{
    assert_int_equal(written->level, read->level);
    assert_true(same_text(written->verb, read->verb));
    assert_true(same_text(written->service, read->service));
    assert_true(written->connection == read->connection);
    assert_true(same_text(written->peer, read->peer));
    assert_int_equal(written->pid, read->pid);
    assert_true(same_text(written->reason, read->reason));
    assert_int_equal(written->has_exit_code, read->has_exit_code);
    assert_int_equal(written->exit_code, read->exit_code);
    assert_int_equal(written->has_duration, read->has_duration);
    assert_true(written->duration_ms == read->duration_ms);
    assert_true(written->count == read->count);
    assert_true(same_text(written->detail, read->detail));
}

static void whatever_the_bytes_the_line_is_one_object_that_says_the_same(void **state)
{
    static struct random_record random;
    static char line[LINE_SIZE];
    (void)state;
    for (int i = 0; i < 20000; i++) {
        struct json_record read;
        make_random(&random);
        size_t length = record_json(&random.record, some_time, line, sizeof line);
        read_line(&read, line, length);
        assert_int_equal(length, strlen(line));
        assert_string_equal(read.time, "2026-11-24T13:05:07.123Z");
        assert_same(&random.record, &read.record);
        json_record_free(&read);
    }
}

/* Text shows a '?' where JSON has a replacement character. */
static void show_questions(char *line)
{
    char *place;
    while ((place = strstr(line, "\xEF\xBF\xBD")) != NULL) {
        *place = '?';
        memmove(place + 1, place + 3, strlen(place + 3) + 1);
    }
}

static void text_and_json_of_a_record_agree(void **state)
{
    static struct random_record random;
    static char line[LINE_SIZE];
    static char text[LINE_SIZE];
    static char text_of_json[LINE_SIZE];
    (void)state;
    for (int i = 0; i < 5000; i++) {
        struct json_record read;
        make_random(&random);
        read_line(&read, line, record_json(&random.record, some_time, line, sizeof line));
        record_stamped_text(&random.record, some_time, text, sizeof text);
        record_stamped_text(&read.record, some_time, text_of_json, sizeof text_of_json);
        show_questions(text);
        show_questions(text_of_json);
        assert_string_equal(text, text_of_json);
        json_record_free(&read);
    }
}

/* --- too little room */

/* Whatever there is of a member but for detail is there whole. */
static void assert_part(const struct record *written, const struct json_record *read)
{
    const struct record *part = &read->record;
    assert_true(!read->has_level || part->level == written->level);
    assert_true(part->verb == NULL || same_text(written->verb, part->verb));
    assert_true(part->service == NULL || same_text(written->service, part->service));
    assert_true(part->connection == 0 || part->connection == written->connection);
    assert_true(part->peer == NULL || same_text(written->peer, part->peer));
    assert_true(part->pid == 0 || part->pid == written->pid);
    assert_true(part->reason == NULL || same_text(written->reason, part->reason));
    assert_true(!part->has_exit_code || part->exit_code == written->exit_code);
    assert_true(part->count == 0 || part->count == written->count);
    assert_true(!part->has_duration || part->duration_ms == written->duration_ms);
    assert_true(part->detail == NULL || is_prefix(part->detail, written->detail));
}

/* The line in exactly size bytes, so that a sanitizer sees one more. */
static void check_size(const struct record *record, size_t size)
{
    struct json_record read;
    char *line = malloc(size);
    assert_non_null(line);
    size_t length = record_json(record, some_time, line, size);
    assert_true(length < size);
    assert_int_equal(line[length], '\0');
    read_line(&read, line, length);
    assert_part(record, &read);
    json_record_free(&read);
    free(line);
}

static void a_line_of_any_size_is_a_valid_object(void **state)
{
    static struct random_record random;
    static char line[LINE_SIZE];
    (void)state;
    for (int i = 0; i < 100; i++) {
        make_random(&random);
        size_t length = record_json(&random.record, some_time, line, sizeof line);
        for (size_t size = 64; size <= length + 1; size++)
            check_size(&random.record, size);
    }
}

static void only_detail_is_cut_and_between_characters(void **state)
{
    struct record record = {
        .level = LEVEL_INFO, .verb = "fail", .detail = "12\xE2\x82\xAC\x01 and more"};
    static const char *const ends[] = {"\"verb\":\"fail\"}\n",
                                       "\"verb\":\"fail\",\"detail\":\"1\"}\n",
                                       "\"verb\":\"fail\",\"detail\":\"12\"}\n",
                                       "\"verb\":\"fail\",\"detail\":\"12\xE2\x82\xAC\"}\n",
                                       "\"verb\":\"fail\",\"detail\":\"12\xE2\x82\xAC\\u0001\"}\n"};
    char line[200];
    size_t whole = sizeof "{\"time\":\"2026-11-24T13:05:07.123Z\",\"level\":\"info\",\"verb\":"
                          "\"fail\",\"detail\":\"\"}\n";
    static const size_t more[] = {0, 1, 4, 10, 11}; /* 4 and 10: one byte before the next fits */
    (void)state;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        size_t size = whole + more[i];
        record_json(&record, some_time, line, size);
        assert_non_null(strstr(line, ends[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_stand_in_a_fixed_order),
        cmocka_unit_test(absent_fields_are_left_out),
        cmocka_unit_test(what_json_or_a_console_could_misread_is_escaped),
        cmocka_unit_test(each_broken_byte_becomes_a_replacement_character),
        cmocka_unit_test(whatever_the_bytes_the_line_is_one_object_that_says_the_same),
        cmocka_unit_test(text_and_json_of_a_record_agree),
        cmocka_unit_test(a_line_of_any_size_is_a_valid_object),
        cmocka_unit_test(only_detail_is_cut_and_between_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
