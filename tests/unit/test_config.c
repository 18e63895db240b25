#include "unit.h"

#include "core/text_buffer.h"
#include "fake_disk.h"

/* The mistakes of a command line, one a line; "" where there are none. */
static char *serve(struct config *config, const char *port, const char *const *settings,
                   const char *program)
{
    struct config_source source = fake_source;
    struct text_list words = {0};
    struct text_list arguments = {0};
    struct text_list errors = {0};
    struct text_buffer said = {0};
    source.file = NULL;
    source.folder = "C:\\srv";
    for (size_t i = 0; settings[i] != NULL; i++)
        text_list_append(&words, settings[i]);
    text_list_append(&arguments, "a b");
    text_list_append(&arguments, "c\"d\\");
    bool good = config_from_command(config, port, &words, program, &arguments, &source, &errors);
    assert_int_equal(good, errors.count == 0);
    text_buffer_add_text(&said, "");
    for (size_t i = 0; i < errors.count; i++) {
        text_buffer_add_text(&said, errors.items[i]);
        text_buffer_add_text(&said, "\n");
    }
    text_list_free(&words);
    text_list_free(&arguments);
    text_list_free(&errors);
    return said.text;
}

#define SETTINGS(...)                                                                              \
    (const char *const[])                                                                          \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }
static const char *const no_settings[] = {NULL};

static void a_command_makes_one_service(void **state)
{
    (void)state;
    struct config config = {0};
    assert_owned_string_equal(
        serve(&config, "7000", SETTINGS("bind=*", "env=A=1 B=2", "env=C=3"), "handlers\\upper.exe"),
        "'env' is given twice\n");
    config_free(&config);
    assert_owned_string_equal(serve(&config, "7000 7001", SETTINGS("bind=*", "env+=A=1 \"B=2 3\""),
                                    "handlers\\upper.exe"),
                              "");
    assert_int_equal(config.service_count, 1);
    assert_string_equal(config.base, "C:\\srv");
    assert_int_equal(config.drain, 30000);
    const struct service *service = &config.services[0];
    assert_string_equal(service->name, "upper");
    assert_int_equal(service->line, 0);
    assert_int_equal(service->port.count, 2);
    assert_string_equal(service->bind.items[0], "*");
    assert_string_equal(service->env.items[1], "B=2 3");
    assert_string_equal(service->folder, "C:\\srv");
    assert_string_equal(service->server_args.items[0], "a b");
    assert_string_equal(service->server_args.items[1], "c\"d\\");
    assert_string_equal(service->command_line,
                        "C:\\srv\\handlers\\upper.exe \"a b\" \"c\\\"d\\\\\"");
    config_free(&config);
}

static void mistakes_of_a_command_have_no_line(void **state)
{
    (void)state;
    struct config config = {0};
    assert_owned_string_equal(
        serve(&config, "70000",
              SETTINGS("bnd=*", "drain=1s", "linger=99", "foo", "=x", "port=1", "disable=yes"),
              "handlers\\uper.exe"),
        "unknown option 'bnd' (did you mean 'bind'?)\n"
        "'drain' belongs under [server]\n"
        "'foo' is not NAME=VALUE\n"
        "'=x' is not NAME=VALUE\n"
        "'port' is given twice\n"
        "'disable' would leave nothing to serve; leave it out\n"
        "port 70000 is out of range (1 to 65535, or 0 for any free port)\n"
        "linger: '99' is not a time from 0 to 30s (written like 500ms, 5s, 2m or 1h)\n");
    config_free(&config);
    assert_owned_string_equal(serve(&config, "0", no_settings, "uper.exe"),
                              "there is no program 'uper.exe', neither in C:\\srv nor in PATH\n");
    config_free(&config);
}

static bool parse(struct config *config, const char *text, struct text_list *errors)
{
    return config_parse(config, text, strlen(text), &fake_source, errors);
}

static void an_empty_file_is_a_mistake(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "\n", "\xEF\xBB\xBF"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct config config = {0};
        struct text_list errors = {0};
        assert_false(parse(&config, texts[i], &errors));
        assert_int_equal(errors.count, 1);
        assert_string_equal(errors.items[0], "x.ini:1: the file has no service;"
                                             " add a line such as '7007 = PROGRAM' under [ports]");
        config_free(&config);
        text_list_free(&errors);
    }
}

static void errors_are_appended_to_what_is_there(void **state)
{
    (void)state;
    struct config config = {0};
    struct text_list errors = {0};
    text_list_append(&errors, "before");
    assert_true(parse(&config, "[ports]\n0 = tool.exe\n", &errors));
    config_free(&config);
    assert_false(parse(&config, "[ports]\n0 = tol.exe\n", &errors));
    config_free(&config);
    assert_int_equal(errors.count, 2);
    assert_string_equal(errors.items[0], "before");
    text_list_free(&errors);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_command_makes_one_service),
        cmocka_unit_test(mistakes_of_a_command_have_no_line),
        cmocka_unit_test(an_empty_file_is_a_mistake),
        cmocka_unit_test(errors_are_appended_to_what_is_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
