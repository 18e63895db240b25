#include "unit.h"

#include "core/ascii.h"

static void only_ascii_letters_change_case(void **state)
{
    (void)state;
    assert_int_equal(ascii_upper('a'), 'A');
    assert_int_equal(ascii_upper('z'), 'Z');
    assert_int_equal(ascii_upper('{'), '{');
    assert_int_equal(ascii_upper('`'), '`');
    assert_int_equal(ascii_upper((char)0xE4), (char)0xE4);
    assert_true(ascii_is_letter('q'));
    assert_false(ascii_is_letter('['));
    assert_false(ascii_is_letter((char)0xE4));
}

static void texts_compare_without_case(void **state)
{
    (void)state;
    assert_int_equal(ascii_compare("Path", "PATH"), 0);
    assert_true(ascii_compare("a", "B") < 0);
    assert_true(ascii_compare("a_b", "aab") > 0); /* '_' is behind 'A' */
    assert_true(ascii_compare("ab", "a") > 0);
    assert_true(ascii_equals_n("LC_ALL", "lc_x", 3));
    assert_false(ascii_equals_n("LC_ALL", "lcxx", 3));
    assert_true(ascii_equals_n("a", "A", 9));
    assert_false(ascii_equals_n("a", "ab", 9));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_ascii_letters_change_case),
        cmocka_unit_test(texts_compare_without_case),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
