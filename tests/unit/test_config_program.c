#include "unit.h"

#include "core/memory.h"
#include "fake_disk.h"

static char *find(const char *name)
{
    return config_find_program(&fake_source, "C:\\srv", name);
}

static void a_path_starts_at_base(void **state)
{
    (void)state;
    assert_owned_string_equal(find("handlers\\echo.exe"), "C:\\srv\\handlers\\echo.exe");
    assert_owned_string_equal(find("handlers/echo.exe"), "C:\\srv\\handlers\\echo.exe");
    assert_owned_string_equal(find("C:\\Tools\\tool.exe"), "C:\\Tools\\tool.exe");
    assert_owned_string_equal(find(".\\local.exe"), "C:\\srv\\local.exe");
    assert_null(find("etc\\tool.exe"));
    assert_null(find(".\\tool.exe")); /* not bare, so PATH is not asked */
}

static void a_bare_name_is_looked_for_in_base_and_then_in_path(void **state)
{
    (void)state;
    assert_owned_string_equal(find("local.exe"), "C:\\srv\\local.exe");
    assert_owned_string_equal(find("tool.exe"), "C:\\Tools\\tool.exe");
    assert_owned_string_equal(find("far.com"), "D:\\far away\\more;tools\\far.com");
    assert_null(find("echo.exe"));
}

/* PATH has "", "." and "current" in front. */
static void the_current_folder_is_never_searched(void **state)
{
    (void)state;
    assert_null(find("here.exe"));
    assert_null(find("\\srv\\local.exe"));
    assert_null(find("C:local.exe"));
    assert_null(find(""));
}

static void a_missing_extension_is_tried(void **state)
{
    (void)state;
    assert_owned_string_equal(find("handlers\\echo"), "C:\\srv\\handlers\\echo.exe");
    assert_owned_string_equal(find("handlers\\run"), "C:\\srv\\handlers\\run.cmd");
    assert_owned_string_equal(find("handlers\\old"), "C:\\srv\\handlers\\old.bat");
    assert_owned_string_equal(find("far"), "D:\\far away\\more;tools\\far.com");
    assert_owned_string_equal(find("python3.11"), "C:\\Tools\\python3.11.exe");
}

static void no_path_is_no_failure(void **state)
{
    (void)state;
    struct config_source source = fake_source;
    source.search_path = NULL;
    assert_null(config_find_program(&source, "C:\\srv", "tool.exe"));
}

/* The one service of a table with one line. */
static struct config load(const char *line)
{
    struct config config = {0};
    struct text_list errors = {0};
    char text[300];
    snprintf(text, sizeof text, "[server]\nbase = ..\n[ports]\n7000 = %s\n", line);
    if (!config_parse(&config, text, strlen(text), &fake_source, &errors))
        fail_msg("%s", errors.items[0]);
    return config;
}

static void a_program_gets_its_arguments_as_they_were_written(void **state)
{
    (void)state;
    struct config config = load("\"my tools\\say it.exe\" a \"b c\" \"\" d\\\"e");
    assert_string_equal(config.services[0].program, "C:\\srv\\my tools\\say it.exe");
    assert_string_equal(config.services[0].command_line,
                        "\"C:\\srv\\my tools\\say it.exe\" a \"b c\" \"\" \"d\\\"e\"");
    assert_string_equal(config.services[0].folder, "C:\\srv");
    config_free(&config);
}

static void a_script_is_run_by_cmd(void **state)
{
    (void)state;
    struct config config = load("handlers\\run.cmd a \"b & c\"");
    assert_string_equal(config.services[0].program, "C:\\Windows\\cmd.exe");
    assert_string_equal(config.services[0].command_line,
                        "C:\\Windows\\cmd.exe /d /v:off /s /c "
                        "\"\"C:\\srv\\handlers\\run.cmd\" \"a\" \"b & c\"\"");
    config_free(&config);
    config = load("handlers\\run.cmd.");
    assert_string_equal(config.services[0].program, "C:\\Windows\\cmd.exe");
    config_free(&config);
    config = load("handlers\\old");
    assert_string_equal(config.services[0].program, "C:\\Windows\\cmd.exe");
    config_free(&config);
}

static const char *script_text;

static char *read_script(void *context, const char *path, size_t *length, struct error *error)
{
    (void)context;
    (void)path;
    if (script_text == NULL)
        error_set(error, "it cannot be read");
    *length = script_text == NULL ? 0 : strlen(script_text);
    return script_text == NULL ? NULL : memory_copy(script_text);
}

static const char *known_in_script(const char *text)
{
    static const char ini[] = "[server]\nbase = ..\n[ports]\n7000 = handlers\\run.cmd\n";
    struct config_source source = fake_source;
    struct config config = {0};
    struct text_list errors = {0};

    script_text = text;
    source.read_file = read_script;
    if (!config_parse(&config, ini, strlen(ini), &source, &errors))
        fail_msg("%s", errors.items[0]);
    const char *found = config.services[0].needs_pipe;
    config_free(&config);
    return found;
}

static void what_takes_no_socket_is_known_through_a_script_too(void **state)
{
    (void)state;
    struct config config = load("handlers\\echo.exe");
    assert_null(config.services[0].needs_pipe);
    config_free(&config);
    assert_null(known_in_script("@python x.py"));
    assert_null(known_in_script(NULL));
    assert_string_equal(known_in_script("@node x.js %*"), "node");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_starts_at_base),
        cmocka_unit_test(a_bare_name_is_looked_for_in_base_and_then_in_path),
        cmocka_unit_test(the_current_folder_is_never_searched),
        cmocka_unit_test(a_missing_extension_is_tried),
        cmocka_unit_test(no_path_is_no_failure),
        cmocka_unit_test(a_program_gets_its_arguments_as_they_were_written),
        cmocka_unit_test(a_script_is_run_by_cmd),
        cmocka_unit_test(what_takes_no_socket_is_known_through_a_script_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
