#include "unit.h"

#include "core/environment.h"

/* The value of the variable that is spelt like this. */
static const char *value_of(const struct environment *environment, const char *name)
{
    size_t length = strlen(name);
    for (size_t i = 0; i < environment->variables.count; i++) {
        const char *variable = environment->variables.items[i];
        if (strncmp(variable, name, length) == 0 && variable[length] == '=')
            return variable + length + 1;
    }
    return NULL;
}

static void a_name_means_the_same_in_any_case(void **state)
{
    (void)state;
    struct environment environment = {0};
    environment_set(&environment, "Path", "a");
    environment_set(&environment, "PATH", "b");
    assert_int_equal(environment.variables.count, 1);
    assert_string_equal(value_of(&environment, "PATH"), "b");
    environment_set(&environment, "pat", "c");
    environment_set(&environment, "path2", "d");
    assert_int_equal(environment.variables.count, 3);
    environment_free(&environment);
}

static void only_name_equals_value_is_a_variable(void **state)
{
    (void)state;
    struct environment environment = {0};
    assert_true(environment_put(&environment, "A=1=2"));
    assert_true(environment_put(&environment, "EMPTY="));
    assert_true(environment_put(&environment, "=C:=C:\\x"));
    assert_false(environment_put(&environment, ""));
    assert_false(environment_put(&environment, "A"));
    assert_false(environment_put(&environment, "=A"));
    assert_string_equal(value_of(&environment, "A"), "1=2");
    assert_string_equal(value_of(&environment, "EMPTY"), "");
    assert_string_equal(value_of(&environment, "=C:"), "C:\\x");
    environment_free(&environment);
}

static void a_block_is_sorted_without_case_and_ends_in_two_nuls(void **state)
{
    (void)state;
    static const char expected[] = "=C:=C:\\x\0a=1\0AB=2\0B=3\0b_c=4\0";
    struct environment environment = {0};
    size_t size;
    environment_set(&environment, "b_c", "4");
    environment_set(&environment, "B", "3");
    environment_set(&environment, "a", "1");
    environment_set(&environment, "AB", "2");
    environment_put(&environment, "=C:=C:\\x");
    char *block = environment_block(&environment, &size);
    assert_int_equal(size, sizeof expected);
    assert_memory_equal(block, expected, size);
    free(block);
    environment_free(&environment);
}

static void an_empty_block_has_two_nuls(void **state)
{
    (void)state;
    struct environment environment = {0};
    size_t size;
    char *block = environment_block(&environment, &size);
    assert_int_equal(size, 2);
    assert_memory_equal(block, "\0", 2);
    free(block);
}

static const char server_block[] = "=C:=C:\\x\0LC_ALL=C\0LC_X=y\0Path=p\0SECRET=s\0systemroot=w\0";

static void passenv_names_what_passes_and_windows_needs_the_rest(void **state)
{
    (void)state;
    char *names[] = {"lc_*"};
    struct text_list passenv = {names, 1};
    struct environment environment = {0};
    environment_pass(&environment, server_block, &passenv);
    assert_int_equal(environment.variables.count, 4);
    assert_string_equal(value_of(&environment, "LC_ALL"), "C");
    assert_string_equal(value_of(&environment, "LC_X"), "y");
    assert_string_equal(value_of(&environment, "Path"), "p");
    assert_string_equal(value_of(&environment, "systemroot"), "w");
    assert_null(value_of(&environment, "SECRET"));
    environment_free(&environment);
}

static void every_variable_that_windows_programs_need_passes(void **state)
{
    (void)state;
    static const char *const needed[] = {"SystemRoot", "SystemDrive", "PATH",    "TEMP",
                                         "TMP",        "COMSPEC",     "PATHEXT", "windir"};
    struct text_list nothing = {0};
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        struct environment server = {0};
        struct environment environment = {0};
        size_t size;
        environment_set(&server, needed[i], "1");
        char *block = environment_block(&server, &size);
        environment_pass(&environment, block, &nothing);
        if (value_of(&environment, needed[i]) == NULL)
            fail_msg("%s did not pass", needed[i]);
        free(block);
        environment_free(&server);
        environment_free(&environment);
    }
}

static void a_star_or_no_list_passes_all(void **state)
{
    (void)state;
    char *names[] = {"X", "*"};
    struct text_list passenv = {names, 2};
    struct environment environment = {0};
    environment_pass(&environment, server_block, &passenv);
    assert_int_equal(environment.variables.count, 6);
    environment_free(&environment);
    environment_pass(&environment, server_block, NULL);
    assert_int_equal(environment.variables.count, 6);
    environment_free(&environment);
}

static void what_is_unset_is_gone(void **state)
{
    struct environment environment = {0};

    (void)state;
    environment_set(&environment, "A", "1");
    environment_set(&environment, "Bee", "2");
    environment_set(&environment, "C", "3");
    environment_unset(&environment, "BEE");
    environment_unset(&environment, "D");
    assert_int_equal(environment.variables.count, 2);
    assert_string_equal(value_of(&environment, "A"), "1");
    assert_null(value_of(&environment, "Bee"));
    assert_string_equal(value_of(&environment, "C"), "3");
    environment_unset(&environment, "C");
    environment_unset(&environment, "A");
    assert_int_equal(environment.variables.count, 0);
    environment_free(&environment);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_means_the_same_in_any_case),
        cmocka_unit_test(only_name_equals_value_is_a_variable),
        cmocka_unit_test(a_block_is_sorted_without_case_and_ends_in_two_nuls),
        cmocka_unit_test(an_empty_block_has_two_nuls),
        cmocka_unit_test(passenv_names_what_passes_and_windows_needs_the_rest),
        cmocka_unit_test(every_variable_that_windows_programs_need_passes),
        cmocka_unit_test(a_star_or_no_list_passes_all),
        cmocka_unit_test(what_is_unset_is_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
