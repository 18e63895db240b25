#include "unit.h"

#include "core/ini.h"
#include "core/memory.h"
#include "core/text_buffer.h"

/* What ini_read tells, as lines of text. */
static void add(void *context, char *line)
{
    text_buffer_add_text(context, line);
    free(line);
}

static void on_section(void *context, int line, const char *name)
{
    add(context, memory_format("%d [%s]\n", line, name == NULL ? "?" : name));
}

static void on_setting(void *context, int line, const char *name, bool append, const char *value)
{
    add(context, memory_format("%d %s %s %s\n", line, name, append ? "+=" : "=", value));
}

static void on_mistake(void *context, int line, const char *sentence)
{
    add(context, memory_format("%d %s\n", line, sentence));
}

static char *read_bytes(const char *text, size_t length)
{
    struct text_buffer told = {0};
    struct ini_listener listener = {&told, on_section, on_setting, on_mistake};
    /* a copy of just that size, so that ASan sees a byte read too many */
    char *copy = memory_zeroed(length, 1);
    memcpy(copy, text, length);
    text_buffer_add_text(&told, "");
    ini_read(copy, length, &listener);
    free(copy);
    return told.text;
}

#define READ(literal) read_bytes(literal, sizeof(literal) - 1)

static void sections_and_settings_are_told_with_their_lines(void **state)
{
    (void)state;
    assert_owned_string_equal(READ("; comment\n"
                                   "# comment\n"
                                   "\n"
                                   "[server]\n"
                                   "base = ..\n"
                                   "a=\n"
                                   "b \t=\t \"x = y\" : z \n"
                                   "[service web]\n"
                                   "env += A=1\n"
                                   "env+=B\n"),
                              "4 [server]\n"
                              "5 base = ..\n"
                              "6 a = \n"
                              "7 b = \"x = y\" : z\n"
                              "8 [service web]\n"
                              "9 env += A=1\n"
                              "10 env += B\n");
}

static void every_kind_of_file_end_and_line_end_is_fine(void **state)
{
    (void)state;
    assert_owned_string_equal(READ(""), "");
    assert_owned_string_equal(READ("\n"), "");
    assert_owned_string_equal(READ("\r\n \t\r\n"), "");
    assert_owned_string_equal(READ("a = b"), "1 a = b\n");
    assert_owned_string_equal(READ("[a]"), "1 [a]\n");
    assert_owned_string_equal(READ("[a]\r\nb = c\r\n"), "1 [a]\n2 b = c\n");
    assert_owned_string_equal(READ("\xEF\xBB\xBF[a]\n"), "1 [a]\n");
    assert_owned_string_equal(READ("\xEF\xBB\xBF"), "");
}

/* Lengths around the sizes that inih's buffer grows through, where a reader that is one byte off
   would part or join lines. */
static void lines_of_every_length_stay_one_line(void **state)
{
    (void)state;
    static const size_t sizes[] = {199, 200, 399, 400, 799, 800, 1599, 3199, 6399, 6400, 8000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        for (size_t length = sizes[i] - 3; length <= sizes[i] + 3 && length <= 8000; length++) {
            struct text_buffer text = {0};
            text_buffer_add_text(&text, "a=");
            text_buffer_repeat(&text, 'x', length - 2);
            char *expected = memory_format("1 a = %s\n2 b = c\n", text.text + 2);
            text_buffer_add_text(&text, "\nb=c\n");
            assert_owned_string_equal(read_bytes(text.text, text.length), expected);
            free(expected);
            free(text.text);
        }
    }
}

static void a_line_is_8000_bytes_at_most(void **state)
{
    (void)state;
    struct text_buffer text = {0};
    text_buffer_add_text(&text, "a=");
    text_buffer_repeat(&text, 'x', 7999);
    assert_owned_string_equal(read_bytes(text.text, text.length),
                              "1 the line is 8001 bytes long, and 8000 is the most; shorten it\n");
    text.text[text.length - 1] = '\r'; /* belongs to the line end */
    text_buffer_add_text(&text, "\n");
    char *told = read_bytes(text.text, text.length);
    assert_memory_equal(told, "1 a = xxx", 9);
    assert_int_equal(strlen(told), 6 + 7998 + 1);
    free(told);
    free(text.text);
}

static void a_section_name_is_48_bytes_at_most(void **state)
{
    (void)state;
    assert_owned_string_equal(READ("[service xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx]\n"),
                              "1 [service xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx]\n");
    assert_owned_string_equal(
        READ("[service xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx]\n"),
        "1 the name of the section is 49 bytes long, and 48 is the most; shorten it\n1 [?]\n");
}

static void bytes_that_are_no_text_are_mistakes(void **state)
{
    (void)state;
    static const char cr[] = "is a carriage return without a line feed;"
                             " save the file with Windows or Unix line ends\n";
    char *expected;
    assert_owned_string_equal(READ("a\0b = c\nd = e\n"),
                              "1 byte 2 is NUL; save the file as UTF-8 text\n2 d = e\n");
    assert_owned_string_equal(READ("\0"), "1 byte 1 is NUL; save the file as UTF-8 text\n");
    assert_owned_string_equal(READ("a = \x0B\n"),
                              "1 byte 5 is the control character 0x0B; remove it\n");
    assert_owned_string_equal(READ("a = \x7F\n"),
                              "1 byte 5 is the control character 0x7F; remove it\n");
    expected = memory_format("1 byte 2 %s", cr);
    assert_owned_string_equal(READ("a\rb = c\n"), expected);
    assert_owned_string_equal(READ("a\r\r\n"), expected);
    assert_owned_string_equal(READ("a\r"), expected);
    free(expected);
    expected = memory_format("1 byte 1 %s", cr);
    assert_owned_string_equal(READ("\r"), expected);
    free(expected);
}

static void what_is_not_utf8_is_a_mistake_in_comments_too(void **state)
{
    (void)state;
    assert_owned_string_equal(READ("; caf\xE9\n"),
                              "1 byte 6 (0xE9) is not valid UTF-8; save the file as UTF-8\n");
    assert_owned_string_equal(READ("a = \xC0\xAF\n"),
                              "1 byte 5 (0xC0) is not valid UTF-8; save the file as UTF-8\n");
    assert_owned_string_equal(READ("a = \xED\xA0\x80\n"),
                              "1 byte 5 (0xED) is not valid UTF-8; save the file as UTF-8\n");
    assert_owned_string_equal(READ("a = \xE2\x82\n"),
                              "1 byte 5 (0xE2) is not valid UTF-8; save the file as UTF-8\n");
    assert_owned_string_equal(READ("a = \xC3\xA0\n"), "1 a = \xC3\xA0\n");
}

static void a_utf16_file_is_one_mistake(void **state)
{
    (void)state;
    static const char expected[] = "1 the file is UTF-16; save it as UTF-8\n";
    assert_owned_string_equal(READ("\xFF\xFE[\0a\0]\0\n\0"), expected);
    assert_owned_string_equal(READ("\xFE\xFF\0[\0a\0]\0\n"), expected);
}

static void a_byte_order_mark_elsewhere_is_a_mistake(void **state)
{
    (void)state;
    static const char mark[] = "begins a byte order mark, which may stand only at the very"
                               " beginning of the file; remove it\n";
    char *expected = memory_format("1 byte 1 %s", mark);
    assert_owned_string_equal(READ("\xEF\xBB\xBF\xEF\xBB\xBF"
                                   "a = b\n"),
                              expected);
    free(expected);
    expected = memory_format("1 [a]\n2 byte 1 %s", mark);
    assert_owned_string_equal(READ("[a]\n\xEF\xBB\xBF"
                                   "b = c\n"),
                              expected);
    free(expected);
}

static void an_indented_line_is_a_mistake(void **state)
{
    (void)state;
    static const char expected[] = "1 the line is indented; begin it in the first column\n";
    assert_owned_string_equal(READ(" a = b\n"), expected);
    assert_owned_string_equal(READ("\ta = b\n"), expected);
    assert_owned_string_equal(READ("  ; comment\n"), expected);
}

static void a_bad_header_leaves_no_section(void **state)
{
    (void)state;
    assert_owned_string_equal(READ("[a]\n[b\nc = d\n"),
                              "1 [a]\n2 '[b' has no closing ']'; add it\n2 [?]\n3 c = d\n");
    assert_owned_string_equal(READ("[b] ; comment\n"),
                              "1 '; comment' stands after ']'; give it a line of its own\n1 [?]\n");
    assert_owned_string_equal(READ(" [b]\n"),
                              "1 the line is indented; begin it in the first column\n1 [?]\n");
    assert_owned_string_equal(READ("[b]]\n"),
                              "1 ']' stands after ']'; give it a line of its own\n1 [?]\n");
    assert_owned_string_equal(READ("[b] \t\n[]\n"), "1 [b]\n2 []\n");
}

static void a_setting_needs_a_name_and_an_equals_sign(void **state)
{
    (void)state;
    assert_owned_string_equal(READ("abc\n"), "1 'abc' has no '='; write NAME = VALUE\n");
    assert_owned_string_equal(READ("a : b = c\n"),
                              "1 ':' does not part 'a' from its value; write '='\n");
    assert_owned_string_equal(READ("a: b\n"),
                              "1 ':' does not part 'a' from its value; write '='\n");
    assert_owned_string_equal(READ("= b\n"), "1 there is no name before '='; write NAME = VALUE\n");
    assert_owned_string_equal(READ("+= b\n"),
                              "1 there is no name before '='; write NAME = VALUE\n");
}

static void what_looks_like_a_comment_in_a_value_is_a_mistake(void **state)
{
    (void)state;
    static const char *const rest =
        "looks like a comment but is part of the value; give the comment a"
        " line of its own, or put the value in double quotes\n";
    static const struct {
        const char *line;
        const char *comment;
    } cases[] = {{"a = b ; c", "; c"},     {"a = b ;c", ";c"},
                 {"a = ;c", ";c"},         {"a =;c", ";c"},
                 {"a = b # c", "# c"},     {"a = b\t#", "#"},
                 {"a = \"b\" ; c", "; c"}, {"a = \"b\\\" ;\" ; c", "; c"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *expected = memory_format("1 '%s' %s", cases[i].comment, rest);
        assert_owned_string_equal(read_bytes(cases[i].line, strlen(cases[i].line)), expected);
        free(expected);
    }
    assert_owned_string_equal(READ("a = b;c\n"), "1 a = b;c\n");
    assert_owned_string_equal(READ("a = b #c\n"), "1 a = b #c\n");
    assert_owned_string_equal(READ("a = \"b ; c\"\n"), "1 a = \"b ; c\"\n");
}

static void long_texts_are_cut_in_messages(void **state)
{
    (void)state;
    struct text_buffer text = {0};
    for (size_t i = 0; i < 100; i++)
        text_buffer_add_text(&text, "\xC3\xA4");
    char *told = read_bytes(text.text, text.length);
    assert_true(strlen(told) < 100);
    assert_non_null(strstr(told, "\xC3\xA4...' has no '='"));
    free(told);
    free(text.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sections_and_settings_are_told_with_their_lines),
        cmocka_unit_test(every_kind_of_file_end_and_line_end_is_fine),
        cmocka_unit_test(lines_of_every_length_stay_one_line),
        cmocka_unit_test(a_line_is_8000_bytes_at_most),
        cmocka_unit_test(a_section_name_is_48_bytes_at_most),
        cmocka_unit_test(bytes_that_are_no_text_are_mistakes),
        cmocka_unit_test(what_is_not_utf8_is_a_mistake_in_comments_too),
        cmocka_unit_test(a_utf16_file_is_one_mistake),
        cmocka_unit_test(a_byte_order_mark_elsewhere_is_a_mistake),
        cmocka_unit_test(an_indented_line_is_a_mistake),
        cmocka_unit_test(a_bad_header_leaves_no_section),
        cmocka_unit_test(a_setting_needs_a_name_and_an_equals_sign),
        cmocka_unit_test(what_looks_like_a_comment_in_a_value_is_a_mistake),
        cmocka_unit_test(long_texts_are_cut_in_messages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
