#include "unit.h"

#include "core/error.h"

static void setting_an_error_fails(void **state)
{
    (void)state;
    struct error error;
    assert_false(error_set(&error, "port %d is taken", 80));
    assert_string_equal(error.text, "port 80 is taken");
}

static void a_prefix_says_what_was_being_done(void **state)
{
    (void)state;
    struct error error;
    error_set(&error, "access denied");
    assert_false(error_prefix(&error, "open %s", "x.ini"));
    assert_string_equal(error.text, "open x.ini: access denied");
}

static void a_long_sentence_is_cut_between_characters(void **state)
{
    (void)state;
    struct error error;
    char text[700];
    memset(text, 'a', sizeof text);
    text[sizeof text - 1] = '\0';
    memcpy(text + 597, "\xE2\x82\xAC", 3); /* 597 and 598 would fit, 599 would not */
    error_set(&error, "%s", text);
    assert_int_equal(strlen(error.text), 597);
    error_prefix(&error, "%s", text);
    assert_int_equal(strlen(error.text), 599); /* 597, ": " and no more */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(setting_an_error_fails),
        cmocka_unit_test(a_prefix_says_what_was_being_done),
        cmocka_unit_test(a_long_sentence_is_cut_between_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
