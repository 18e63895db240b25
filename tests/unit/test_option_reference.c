#include "unit.h"

#include "core/options.h"

static void every_option_stands_in_it_with_its_default(void **state)
{
    (void)state;
    char *reference = option_reference();
    for (size_t i = 0; i < option_count; i++) {
        const struct option *option = &option_table[i];
        char line[100];
        snprintf(line, sizeof line, "\n  %s ", option->name);
        if (strstr(reference, line) == NULL)
            fail_msg("%s is missing", option->name);
    }
    assert_non_null(
        strstr(reference, "  backlog            a number from 1 to 65535; default 200\n"));
    free(reference);
}

static void no_line_is_longer_than_100_columns_or_ends_in_blanks(void **state)
{
    (void)state;
    char *reference = option_reference();
    size_t lines = 0;
    for (const char *line = reference; *line != '\0'; lines++) {
        size_t length = strcspn(line, "\n");
        assert_int_equal(line[length], '\n');
        if (length > 100 || (length > 0 && line[length - 1] == ' '))
            fail_msg("'%.*s'", (int)length, line);
        line += length + 1;
    }
    assert_true(lines > 2 * option_count);
    free(reference);
}

/* README.md shows what "stdinetd options" prints. */
static void readme_has_it_word_for_word(void **state)
{
    (void)state;
    FILE *file = fopen(README, "rb");
    static char text[100000];
    char *reference = option_reference();
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    assert_non_null(strstr(text, reference));
    free(reference);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(readme_has_it_word_for_word),
        cmocka_unit_test(every_option_stands_in_it_with_its_default),
        cmocka_unit_test(no_line_is_longer_than_100_columns_or_ends_in_blanks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
