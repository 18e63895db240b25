#include "unit.h"

#include "core/utf8.h"

static size_t length_of(const char *text)
{
    return utf8_length(text, strlen(text));
}

static void valid_characters_have_their_length(void **state)
{
    (void)state;
    assert_int_equal(length_of("a"), 1);
    assert_int_equal(length_of("\xC2\x80"), 2);
    assert_int_equal(length_of("\xE0\xA0\x80"), 3);
    assert_int_equal(length_of("\xED\x9F\xBF"), 3); /* U+D7FF, before the surrogates */
    assert_int_equal(length_of("\xEE\x80\x80"), 3); /* U+E000, behind them */
    assert_int_equal(length_of("\xF0\x90\x80\x80"), 4);
    assert_int_equal(length_of("\xF4\x8F\xBF\xBF"), 4); /* U+10FFFF */
    assert_int_equal(utf8_length("\0", 1), 1);
}

static void overlong_forms_are_invalid(void **state)
{
    (void)state;
    assert_int_equal(length_of("\xC0\xAF"), 0);
    assert_int_equal(length_of("\xC1\xBF"), 0);
    assert_int_equal(length_of("\xE0\x9F\xBF"), 0);
    assert_int_equal(length_of("\xF0\x8F\xBF\xBF"), 0);
}

static void surrogates_and_what_is_beyond_unicode_are_invalid(void **state)
{
    (void)state;
    assert_int_equal(length_of("\xED\xA0\x80"), 0);
    assert_int_equal(length_of("\xED\xBF\xBF"), 0);
    assert_int_equal(length_of("\xF4\x90\x80\x80"), 0);
    assert_int_equal(length_of("\xF5\x80\x80\x80"), 0);
    assert_int_equal(length_of("\xFF"), 0);
}

static void broken_sequences_are_invalid(void **state)
{
    (void)state;
    assert_int_equal(utf8_length("", 0), 0);
    assert_int_equal(length_of("\x80"), 0);
    assert_int_equal(length_of("\xC3"), 0);
    assert_int_equal(length_of("\xC3"
                               "a"),
                     0);
    assert_int_equal(length_of("\xE2\x82"), 0);
    assert_int_equal(length_of("\xE2\x82"
                               "a"),
                     0);
    assert_int_equal(utf8_length("\xE2\x82\xAC", 2), 0);
}

static void a_character_that_was_cut_off_is_left_out(void **state)
{
    (void)state;
    assert_int_equal(utf8_whole("ab\xE2\x82\xAC", 5), 5);
    assert_int_equal(utf8_whole("ab\xE2\x82\xAC", 4), 2);
    assert_int_equal(utf8_whole("ab\xE2\x82\xAC", 3), 2);
    assert_int_equal(utf8_whole("ab\xF0\x90\x80\x80", 5), 2);
    assert_int_equal(utf8_whole("", 0), 0);
    assert_int_equal(utf8_whole("\x80\x80\x80\x80\x80", 5), 5); /* broken anyway */
}

static void an_excerpt_says_that_it_is_one(void **state)
{
    (void)state;
    char excerpt[8];
    utf8_excerpt(excerpt, sizeof excerpt, "1234567");
    assert_string_equal(excerpt, "1234567");
    utf8_excerpt(excerpt, sizeof excerpt, "12345678");
    assert_string_equal(excerpt, "1234...");
    utf8_excerpt(excerpt, sizeof excerpt,
                 "123\xC3\xA4"
                 "678");
    assert_string_equal(excerpt, "123...");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(valid_characters_have_their_length),
        cmocka_unit_test(overlong_forms_are_invalid),
        cmocka_unit_test(surrogates_and_what_is_beyond_unicode_are_invalid),
        cmocka_unit_test(broken_sequences_are_invalid),
        cmocka_unit_test(a_character_that_was_cut_off_is_left_out),
        cmocka_unit_test(an_excerpt_says_that_it_is_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
