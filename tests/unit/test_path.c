#include "unit.h"

#include "core/path.h"

static void absolute_relative_and_ambiguous_paths_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        bool absolute;
        bool ambiguous;
    } paths[] = {
        {"C:\\x", true, false},
        {"c:/x", true, false},
        {"\\\\server\\share\\x", true, false},
        {"//server/share", true, false},
        {"\\\\?\\C:\\x", true, false},
        {"x", false, false},
        {"..\\x", false, false},
        {".", false, false},
        {"", false, false},
        {"C:x", false, true},
        {"C:", false, true},
        {"\\x", false, true},
        {"/x", false, true},
        {"1:\\x", false, false},
    };
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        if (path_is_absolute(paths[i].path) != paths[i].absolute)
            fail_msg("path_is_absolute is wrong about '%s'", paths[i].path);
        if (path_is_ambiguous(paths[i].path) != paths[i].ambiguous)
            fail_msg("path_is_ambiguous is wrong about '%s'", paths[i].path);
    }
}

static void a_name_without_folder_is_bare(void **state)
{
    (void)state;
    assert_true(path_is_bare("echo.exe"));
    assert_false(path_is_bare("handlers\\echo.exe"));
    assert_false(path_is_bare("handlers/echo.exe"));
    assert_false(path_is_bare(".\\echo.exe"));
    assert_false(path_is_bare("C:echo.exe"));
}

static void joining_starts_at_base_unless_the_path_is_absolute(void **state)
{
    (void)state;
    assert_owned_string_equal(path_join("C:\\a", "b\\c.exe"), "C:\\a\\b\\c.exe");
    assert_owned_string_equal(path_join("C:\\a\\", "b/c.exe"), "C:\\a\\b\\c.exe");
    assert_owned_string_equal(path_join("C:\\", "b"), "C:\\b");
    assert_owned_string_equal(path_join("C:\\a", "D:\\b"), "D:\\b");
    assert_owned_string_equal(path_join("C:\\a", "//s/h/b"), "\\\\s\\h\\b");
    assert_owned_string_equal(path_join("\\\\s\\h", "b"), "\\\\s\\h\\b");
    assert_owned_string_equal(path_join("C:\\a", ""), "C:\\a");
    assert_owned_string_equal(path_join(".", "x"), "x");
}

static void dots_are_folded_away(void **state)
{
    (void)state;
    assert_owned_string_equal(path_join("C:\\a\\b", "..\\c"), "C:\\a\\c");
    assert_owned_string_equal(path_join("C:\\a", ".\\.\\c\\."), "C:\\a\\c");
    assert_owned_string_equal(path_join("C:\\a", "c\\\\d\\"), "C:\\a\\c\\d");
    assert_owned_string_equal(path_join("C:\\a", ".."), "C:\\");
    assert_owned_string_equal(path_join("a", ".."), ".");
    assert_owned_string_equal(path_join("a", "..\\..\\b"), "..\\b");
    assert_owned_string_equal(path_join("..", ".."), "..\\..");
}

static void nothing_climbs_out_of_a_root(void **state)
{
    (void)state;
    assert_owned_string_equal(path_join("C:\\a", "..\\..\\..\\b"), "C:\\b");
    assert_owned_string_equal(path_join("\\\\s\\h\\a", "..\\..\\..\\b"), "\\\\s\\h\\b");
    assert_owned_string_equal(path_join("\\\\?\\C:\\a", "..\\..\\b"), "\\\\?\\C:\\b");
    assert_owned_string_equal(path_join("\\\\?\\UNC\\s\\h\\a", "..\\..\\b"), "\\\\?\\UNC\\s\\h\\b");
}

static void dots_and_blanks_at_the_end_go_as_windows_drops_them(void **state)
{
    (void)state;
    assert_owned_string_equal(path_join("C:\\a", "run.cmd."), "C:\\a\\run.cmd");
    assert_owned_string_equal(path_join("C:\\a", "run.cmd. . "), "C:\\a\\run.cmd");
    assert_owned_string_equal(path_join("C:\\a", "..."), "C:\\a\\...");
    assert_owned_string_equal(path_join("C:\\a", "\\\\?\\C:\\x."), "\\\\?\\C:\\x.");
}

static void a_path_has_a_folder_a_stem_and_an_extension(void **state)
{
    (void)state;
    assert_owned_string_equal(path_folder("C:\\a\\echo.exe"), "C:\\a");
    assert_owned_string_equal(path_folder("C:\\a.exe"), "C:\\");
    assert_owned_string_equal(path_folder("C:\\"), "C:\\");
    assert_owned_string_equal(path_folder("a\\b.exe"), "a");
    assert_owned_string_equal(path_folder("echo.exe"), ".");
    assert_owned_string_equal(path_stem("C:\\a.b\\echo.exe"), "echo");
    assert_owned_string_equal(path_stem("a/b.tar.gz"), "b.tar");
    assert_owned_string_equal(path_stem("C:\\a.b\\echo"), "echo");
    assert_owned_string_equal(path_stem(".profile"), ".profile");
    assert_string_equal(path_extension("C:\\a\\echo.exe"), ".exe");
    assert_string_equal(path_extension("C:\\a.b\\echo"), "");
    assert_string_equal(path_extension(".profile"), "");
}

static void file_names_compare_without_case_and_kind_of_slash(void **state)
{
    (void)state;
    assert_true(path_equals("C:\\A\\b.EXE", "c:/a/B.exe"));
    assert_false(path_equals("C:\\a", "C:\\ab"));
    assert_false(path_equals("C:\\ab", "C:\\a"));
}

static void a_pattern_stands_for_names(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *name;
        bool matches;
    } cases[] = {
        {"*.ini", "web.ini", true},
        {"*.ini", ".ini", true},
        {"*.INI", "Web.ini", true},
        {"*.ini", "web.init", false},
        {"*.ini", "web.ini.bak", false},
        {"*", "web", true},
        {"*", "", true},
        {"?", "", false},
        {"w?b.ini", "web.ini", true},
        {"w?b.ini", "wb.ini", false},
        {"w?b",
         "w\xC3\xA9"
         "b",
         true},
        {"*a*b", "xaxbxab", true},
        {"*a*b", "xaxbxa", false},
        {"a*a", "a", false},
        {"**", "x", true},
        {"web.ini", "web.ini", true},
        {"web.ini", "web.in", false},
        {"*??", "\xC3\xA9", false},
        {"a*b?d", "abcbcd", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (path_matches(cases[i].pattern, cases[i].name) != cases[i].matches)
            fail_msg("'%s' and '%s'", cases[i].pattern, cases[i].name);
}

static void the_name_and_the_wildcard_of_a_path(void **state)
{
    (void)state;
    assert_string_equal(path_name("C:\\a\\b.exe"), "b.exe");
    assert_string_equal(path_name("a/b.exe"), "b.exe");
    assert_string_equal(path_name("b.exe"), "b.exe");
    assert_string_equal(path_name("a\\"), "");
    assert_string_equal(path_name("C:\\"), "");
    assert_string_equal(path_wildcard("a\\?b*"), "?b*");
    assert_string_equal(path_wildcard("\\\\?\\C:\\a*"), "*");
    assert_null(path_wildcard("\\\\?\\C:\\a"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pattern_stands_for_names),
        cmocka_unit_test(the_name_and_the_wildcard_of_a_path),
        cmocka_unit_test(absolute_relative_and_ambiguous_paths_are_told_apart),
        cmocka_unit_test(a_name_without_folder_is_bare),
        cmocka_unit_test(joining_starts_at_base_unless_the_path_is_absolute),
        cmocka_unit_test(dots_are_folded_away),
        cmocka_unit_test(nothing_climbs_out_of_a_root),
        cmocka_unit_test(dots_and_blanks_at_the_end_go_as_windows_drops_them),
        cmocka_unit_test(a_path_has_a_folder_a_stem_and_an_extension),
        cmocka_unit_test(file_names_compare_without_case_and_kind_of_slash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
