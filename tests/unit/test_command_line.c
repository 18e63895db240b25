#include "unit.h"

#include "core/command_line.h"
#include "core/memory.h"
#include "core/text_buffer.h"

/* The words as "<a><b c>", or the error. */
static char *split(const char *text)
{
    struct text_list words = {0};
    struct text_buffer shown = {0};
    struct error error;
    bool good = command_line_split(text, &words, &error);
    text_buffer_add_text(&shown, good ? "" : error.text);
    for (size_t i = 0; good && i < words.count; i++) {
        text_buffer_add_text(&shown, "<");
        text_buffer_add_text(&shown, words.items[i]);
        text_buffer_add_text(&shown, ">");
    }
    text_list_free(&words);
    return shown.text;
}

static void blanks_part_words(void **state)
{
    (void)state;
    assert_owned_string_equal(split(""), "");
    assert_owned_string_equal(split(" \t "), "");
    assert_owned_string_equal(split(" a\t\tb  c "), "<a><b><c>");
}

static void quotes_group(void **state)
{
    (void)state;
    assert_owned_string_equal(split("\"a b\" c"), "<a b><c>");
    assert_owned_string_equal(split("a\" \"b"), "<a b>");
    assert_owned_string_equal(split("\"\" a \"\""), "<><a><>");
    assert_owned_string_equal(split("\"a\"\"b c\""),
                              "<a\"b c>"); /* "" inside quotes is one quote */
    assert_owned_string_equal(split("\"\"\"\""), "<\">");
}

/* The examples of "Parsing C Command-Line Arguments". */
static void backslashes_matter_before_a_quote_only(void **state)
{
    (void)state;
    assert_owned_string_equal(split("\"a b c\" d e"), "<a b c><d><e>");
    assert_owned_string_equal(split("\"ab\\\"c\" \"\\\\\" d"), "<ab\"c><\\><d>");
    assert_owned_string_equal(split("a\\\\\\b d\"e f\"g h"), "<a\\\\\\b><de fg><h>");
    assert_owned_string_equal(split("a\\\\\\\"b c d"), "<a\\\"b><c><d>");
    assert_owned_string_equal(split("a\\\\\\\\\"b c\" d e"), "<a\\\\b c><d><e>");
    assert_owned_string_equal(split("C:\\dir\\ x"), "<C:\\dir\\><x>");
}

static void an_open_quote_is_refused(void **state)
{
    (void)state;
    static const char expected[] = "a double quote is never closed; add the missing one";
    assert_owned_string_equal(split("\"abc"), expected);
    assert_owned_string_equal(split("a \"b\\\""), expected);
}

static char *join(const char *first, const char *second)
{
    char *items[2];
    items[0] = (char *)first;
    items[1] = (char *)second;
    struct text_list arguments = {items, 2};
    return command_line_join("C:\\x\\a.exe", &arguments);
}

static void words_are_quoted_only_where_they_must_be(void **state)
{
    (void)state;
    assert_owned_string_equal(join("a", "C:\\b\\"), "C:\\x\\a.exe a C:\\b\\");
    assert_owned_string_equal(join("", "a b"), "C:\\x\\a.exe \"\" \"a b\"");
    assert_owned_string_equal(join("a\"b", "\\\""), "C:\\x\\a.exe \"a\\\"b\" \"\\\\\\\"\"");
    assert_owned_string_equal(join("a b\\", "a\\b c"), "C:\\x\\a.exe \"a b\\\\\" \"a\\b c\"");
    struct text_list nothing = {0};
    assert_owned_string_equal(command_line_join("C:\\my x\\a.exe", &nothing),
                              "\"C:\\my x\\a.exe\"");
}

static void splitting_what_was_joined_gives_the_same_words(void **state)
{
    (void)state;
    static const char letters[] = "a \t\\\"\n";
    struct error error;
    /* every word of up to five of those letters */
    for (unsigned number = 0; number < 7 * 7 * 7 * 7 * 7; number++) {
        char word[6] = "";
        unsigned rest = number;
        size_t length = 0;
        for (; rest > 0; rest /= 7)
            if (rest % 7 > 0)
                word[length++] = letters[rest % 7 - 1];
        char *line = join(word, "end");
        struct text_list words = {0};
        assert_true(command_line_split(line, &words, &error));
        assert_int_equal(words.count, 3);
        assert_string_equal(words.items[1], word);
        assert_string_equal(words.items[2], "end");
        text_list_free(&words);
        free(line);
    }
}

static char *script(const char *path, const char *argument)
{
    char *items[1];
    items[0] = (char *)argument;
    struct text_list arguments = {items, 1};
    struct error error;
    char *line = NULL;
    if (command_line_for_script("C:\\w\\cmd.exe", path, &arguments, &line, &error))
        return line;
    assert_null(line);
    return memory_copy(error.text);
}

static void a_script_goes_through_cmd(void **state)
{
    (void)state;
    assert_owned_string_equal(
        script("C:\\my x\\run.cmd", "a & b|c^d !e!\\"),
        "C:\\w\\cmd.exe /d /v:off /s /c \"\"C:\\my x\\run.cmd\" \"a & b|c^d !e!\\\"\"");
}

static void what_cmd_would_change_is_refused(void **state)
{
    (void)state;
    static const char rest[] = ", which cmd.exe would change; use a program instead of the script";
    static const struct {
        const char *argument;
        const char *reason;
    } cases[] = {{"a\"b", "an argument of the script has a double quote"},
                 {"%PATH%", "an argument of the script has a percent sign"},
                 {"a\nb", "an argument of the script has a line break"},
                 {"a\rb", "an argument of the script has a line break"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *line = script("C:\\run.cmd", cases[i].argument);
        assert_memory_equal(line, cases[i].reason, strlen(cases[i].reason));
        assert_string_equal(line + strlen(cases[i].reason), rest);
        free(line);
    }
    char *line = script("C:\\100%\\run.cmd", "a");
    assert_memory_equal(line, "the path of the script has a percent sign", 41);
    free(line);
}

static void a_line_too_long_for_cmd_is_refused(void **state)
{
    (void)state;
    char argument[8300];
    memset(argument, 'a', sizeof argument);
    size_t most = 8191 - strlen("C:\\w\\cmd.exe /d /v:off /s /c \"\"C:\\run.cmd\" \"\"\"");
    argument[most + 1] = '\0';
    assert_owned_string_equal(
        script("C:\\run.cmd", argument),
        "the script's command line has 8192 characters, and cmd.exe takes at most 8191");
    argument[most] = '\0';
    char *line = script("C:\\run.cmd", argument);
    assert_int_equal(strlen(line), 8191);
    free(line);
    /* it is characters that count, not bytes */
    memcpy(argument, "\xC3\xA4\xC3\xA4", 4);
    memset(argument + most, 'a', 2);
    argument[most + 2] = '\0';
    line = script("C:\\run.cmd", argument);
    assert_int_equal(strlen(line), 8193);
    free(line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blanks_part_words),
        cmocka_unit_test(quotes_group),
        cmocka_unit_test(backslashes_matter_before_a_quote_only),
        cmocka_unit_test(an_open_quote_is_refused),
        cmocka_unit_test(words_are_quoted_only_where_they_must_be),
        cmocka_unit_test(splitting_what_was_joined_gives_the_same_words),
        cmocka_unit_test(a_script_goes_through_cmd),
        cmocka_unit_test(what_cmd_would_change_is_refused),
        cmocka_unit_test(a_line_too_long_for_cmd_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
