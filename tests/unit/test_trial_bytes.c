/* What is sent to a program that sends everything back, and what is made of what comes. */
#include "unit.h"

#include "core/text_buffer.h"
#include "core/trial_bytes.h"

static struct trial_bytes judge(const char *received, size_t length)
{
    struct trial_bytes bytes;
    trial_bytes_judge(&bytes, received, length);
    return bytes;
}

/* What comes back from a program that puts another text in the place of each of these bytes. */
static struct trial_bytes judge_with(char byte, const char *instead)
{
    size_t length;
    char *sent = trial_bytes_sent(&length);
    struct text_buffer received = {0};
    for (size_t i = 0; i < length; i++) {
        if (sent[i] == byte)
            text_buffer_add_text(&received, instead);
        else
            text_buffer_add(&received, sent + i, 1);
    }
    struct trial_bytes bytes = judge(received.text, received.length);
    free(received.text);
    free(sent);
    return bytes;
}

static void every_value_is_sent(void **state)
{
    bool seen[256] = {false};
    size_t length;
    char *sent = trial_bytes_sent(&length);

    (void)state;
    for (size_t i = 0; i < length; i++)
        seen[(unsigned char)sent[i]] = true;
    for (size_t i = 0; i < 256; i++)
        assert_true(seen[i]);
    free(sent);
}

static void all_is_kept_where_all_comes_back(void **state)
{
    size_t length;
    char *sent = trial_bytes_sent(&length);
    struct trial_bytes bytes = judge(sent, length);

    (void)state;
    assert_int_equal(trial_bytes_count(&bytes, TRIAL_BYTE_KEPT), TRIAL_BYTE_CHECKS);
    free(sent);
}

static void nothing_is_known_where_nothing_comes_back(void **state)
{
    struct trial_bytes bytes = judge("", 0);

    (void)state;
    assert_int_equal(trial_bytes_count(&bytes, TRIAL_BYTE_UNKNOWN), TRIAL_BYTE_CHECKS);
}

static void what_a_program_puts_in_front_of_a_line_changes_nothing(void **state)
{
    struct trial_bytes bytes = judge_with('\n', "\n7\t");

    (void)state;
    assert_int_equal(trial_bytes_count(&bytes, TRIAL_BYTE_KEPT), TRIAL_BYTE_CHECKS);
}

static void expect_change(struct trial_bytes bytes, enum trial_byte_check check)
{
    for (size_t i = 0; i < TRIAL_BYTE_CHECKS; i++)
        assert_int_equal(bytes.results[i],
                         i == (size_t)check ? TRIAL_BYTE_CHANGED : TRIAL_BYTE_KEPT);
}

static void each_change_is_seen_alone(void **state)
{
    (void)state;
    expect_change(judge_with('\0', ""), TRIAL_NUL);
    expect_change(judge_with(26, ""), TRIAL_CTRL_Z);
    expect_change(judge_with((char)0xE9, "?"), TRIAL_HIGH);
    expect_change(judge_with(7, ""), TRIAL_CONTROL);
}

/* The way from LF to CR LF also makes CR LF to CR CR LF. */
static void line_ends_that_change_are_seen(void **state)
{
    struct trial_bytes bytes = judge_with('\n', "\r\n");

    (void)state;
    assert_int_equal(bytes.results[TRIAL_LF], TRIAL_BYTE_CHANGED);
    assert_int_equal(bytes.results[TRIAL_CRLF], TRIAL_BYTE_CHANGED);
    assert_int_equal(bytes.results[TRIAL_CR], TRIAL_BYTE_KEPT);
    bytes = judge_with('\r', "");
    assert_int_equal(bytes.results[TRIAL_LF], TRIAL_BYTE_KEPT);
    assert_int_equal(bytes.results[TRIAL_CRLF], TRIAL_BYTE_CHANGED);
    assert_int_equal(bytes.results[TRIAL_CR], TRIAL_BYTE_CHANGED);
}

static void an_input_that_ends_at_ctrl_z_has_changed_nothing_else(void **state)
{
    size_t length;
    char *sent = trial_bytes_sent(&length);
    size_t until = (size_t)((char *)memchr(sent, 26, length) - sent);

    (void)state;
    expect_change(judge(sent, until), TRIAL_CTRL_Z);
    /* also where the byte itself is sent back */
    expect_change(judge(sent, until + 2), TRIAL_CTRL_Z);
    free(sent);
}

static void lines_are_counted_in_whatever_order_they_come(void **state)
{
    size_t length;
    char *sent = trial_lines_sent(&length);
    size_t half = length / 2;
    struct text_buffer turned = {0};

    (void)state;
    assert_int_equal(length, TRIAL_MANY_LINES * TRIAL_LINE_LENGTH);
    assert_int_equal(trial_lines_found(sent, length), TRIAL_MANY_LINES);
    assert_int_equal(trial_lines_found(sent, half), TRIAL_MANY_LINES / 2);
    assert_int_equal(trial_lines_found(sent, 0), 0);
    text_buffer_add(&turned, sent + half, length - half);
    text_buffer_add(&turned, sent, half);
    assert_int_equal(trial_lines_found(turned.text, turned.length), TRIAL_MANY_LINES);
    free(turned.text);
    free(sent);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_value_is_sent),
        cmocka_unit_test(all_is_kept_where_all_comes_back),
        cmocka_unit_test(nothing_is_known_where_nothing_comes_back),
        cmocka_unit_test(what_a_program_puts_in_front_of_a_line_changes_nothing),
        cmocka_unit_test(each_change_is_seen_alone),
        cmocka_unit_test(line_ends_that_change_are_seen),
        cmocka_unit_test(an_input_that_ends_at_ctrl_z_has_changed_nothing_else),
        cmocka_unit_test(lines_are_counted_in_whatever_order_they_come),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
