#include "unit.h"

#include "core/suggest.h"

static const char *const words[] = {"port", "bind", "instances", "working_directory", "end", "env"};

static const char *nearest(const char *misspelt)
{
    return suggest(misspelt, words, sizeof words / sizeof *words);
}

static void a_slip_is_recognized(void **state)
{
    (void)state;
    assert_string_equal(nearest("instance"), "instances"); /* left out */
    assert_string_equal(nearest("porrt"), "port");         /* added */
    assert_string_equal(nearest("bond"), "bind");          /* changed */
    assert_string_equal(nearest("prot"), "port");          /* swapped */
    assert_string_equal(nearest("PORT"), "port");          /* case is free */
    assert_string_equal(nearest("workingdirectory"), "working_directory");
    assert_string_equal(nearest("edn"), "end"); /* the first of two as near */
}

static void another_word_is_not_taken_for_a_slip(void **state)
{
    (void)state;
    assert_null(nearest("server"));
    assert_null(nearest("sort_by"));
    assert_null(nearest(""));
    assert_null(nearest("x"));
    assert_null(nearest("working_directory_working_directory_working_directory"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slip_is_recognized),
        cmocka_unit_test(another_word_is_not_taken_for_a_slip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
