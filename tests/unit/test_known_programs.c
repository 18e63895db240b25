/* Which programs take no socket. */
#include "unit.h"

#include "core/known_programs.h"

#include <string.h>

static const char *in_script(const char *text)
{
    return known_program_in_script(text, strlen(text));
}

static void a_program_is_known_by_its_name(void **state)
{
    (void)state;
    assert_string_equal(known_program("C:\\Program Files\\nodejs\\node.exe"), "node");
    assert_string_equal(known_program("C:/tools/Node.EXE"), "node");
    assert_string_equal(known_program("bun"), "bun");
    assert_string_equal(known_program("java.exe"), "java");
    assert_string_equal(known_program("C:\\deno\\deno.exe"), "deno");
    assert_string_equal(known_program("C:\\dart-sdk\\bin\\dart.exe"), "dart");
}

static void another_is_not(void **state)
{
    (void)state;
    assert_null(known_program("C:\\node\\python.exe"));
    assert_null(known_program("nodes.exe"));
    assert_null(known_program("my-node.exe"));
    assert_null(known_program("node.com"));
    assert_null(known_program(".exe"));
    assert_null(known_program(""));
}

/* As npm writes them. */
static void a_script_is_seen_through(void **state)
{
    (void)state;
    assert_string_equal(in_script("@ECHO off\r\n"
                                  "GOTO start\r\n"
                                  ":find_dp0\r\n"
                                  "SET dp0=%~dp0\r\n"
                                  "EXIT /b\r\n"
                                  ":start\r\n"
                                  "IF EXIST \"%dp0%\\node.exe\" (\r\n"
                                  "  SET \"_prog=%dp0%\\node.exe\"\r\n"
                                  ") ELSE (\r\n"
                                  "  SET \"_prog=node\"\r\n"
                                  ")\r\n"
                                  "\"%_prog%\"  \"%dp0%\\..\\server\\bin.js\" %*\r\n"),
                        "node");
    assert_string_equal(in_script("endLocal & goto #_undefined_# 2>NUL || title %COMSPEC% & "
                                  "\"node\" \"%dp0%\\..\\server\\bin.js\" %*\r\n"),
                        "node");
    assert_string_equal(in_script("@\"%JAVA_HOME%\\bin\\java.exe\" -jar x.jar"), "java");
    assert_string_equal(in_script("@rem starts node\n@bun run x.ts"), "bun");
    assert_string_equal(in_script("@deno run x.ts"), "deno");
    assert_string_equal(in_script("REM Dart executable and a snapshot of dart-sass.\r\n"
                                  "\"%SCRIPTPATH%\\src\\dart.exe\" %arguments%\r\n"),
                        "dart");
}

static void a_script_without_one_is_not_known(void **state)
{
    (void)state;
    assert_null(in_script(""));
    assert_null(in_script("@python \"%~dp0node_modules\\x.py\""));
    assert_null(
        in_script("@rem java\r\n  REM node\r\n:node\r\n:: node\r\n@echo node\r\necho.node"));
    assert_null(in_script("@my-node x.js & nodejs-like.exe"));
    assert_null(known_program_in_script("node\0", 3));
}

static void bytes_of_any_kind_do_no_harm(void **state)
{
    (void)state;
    assert_string_equal(known_program_in_script("\0\xFF\0 node", 8), "node");
    assert_null(known_program_in_script("\0\0\0\0", 4));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_program_is_known_by_its_name),
        cmocka_unit_test(another_is_not),
        cmocka_unit_test(a_script_is_seen_through),
        cmocka_unit_test(a_script_without_one_is_not_known),
        cmocka_unit_test(bytes_of_any_kind_do_no_harm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
