/* Walks tests/config: each ini file beside an .expected file. A bad one expects its messages,
   exactly; a good one expects none and the config as config_dump shows it. */
#include "unit.h"

#include "bad_files.h"
#include "config_dump.h"
#include "core/memory.h"
#include "core/path.h"
#include "core/text_buffer.h"
#include "fake_disk.h"
#include "good_files.h"

static struct text_buffer read_file(const char *path)
{
    struct text_buffer content = {0};
    char part[4096];
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        fail_msg("%s is missing", path);
    text_buffer_add_text(&content, "");
    for (size_t count; (count = fread(part, 1, sizeof part, file)) > 0;)
        text_buffer_add(&content, part, count);
    fclose(file);
    return content;
}

/* Loads one file as if it stood in C:\srv\etc, and returns what .expected must hold. */
static char *load(const char *path, bool *good)
{
    struct config config = {0};
    struct text_list errors = {0};
    struct text_buffer content = read_file(path);
    struct text_buffer said = {0};
    struct config_source source = fake_source;
    char *stem = path_stem(path);
    char *name = memory_format("%s.ini", stem);
    source.file = name;
    *good = config_parse(&config, content.text, content.length, &source, &errors);
    assert_int_equal(*good, errors.count == 0);
    if (*good) {
        said.text = config_dump(&config);
    } else {
        for (size_t i = 0; i < errors.count; i++) {
            text_buffer_add_text(&said, errors.items[i]);
            text_buffer_add_text(&said, "\n");
        }
    }
    config_free(&config);
    text_list_free(&errors);
    free(content.text);
    free(stem);
    free(name);
    return said.text;
}

/* Whether a file says what it should; prints the difference where it does not. */
static bool is_as_expected(const char *path, bool expected_good)
{
    bool good;
    char *said = load(path, &good);
    char *expected_path = memory_format("%.*s.expected", (int)(strlen(path) - 4), path);
    struct text_buffer expected = read_file(expected_path);
    bool same = good == expected_good && strcmp(said, expected.text) == 0;
    if (!same)
        print_error("%s:\n--- said\n%s--- expected\n%s---\n", path, said, expected.text);
    free(said);
    free(expected_path);
    free(expected.text);
    return same;
}

static void compare_all(const char *const *paths, bool expected_good)
{
    size_t count = 0;
    size_t wrong = 0;
    for (; paths[count] != NULL; count++)
        if (!is_as_expected(paths[count], expected_good))
            wrong++;
    assert_int_equal(wrong, 0);
    assert_true(count > 0);
}

static void bad_files_are_refused_with_exactly_their_messages(void **state)
{
    (void)state;
    compare_all(bad_files, false);
}

static void good_files_become_what_they_say(void **state)
{
    (void)state;
    compare_all(good_files, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_files_are_refused_with_exactly_their_messages),
        cmocka_unit_test(good_files_become_what_they_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
