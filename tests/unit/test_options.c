#include "unit.h"

#include "core/config.h"
#include "core/options.h"
#include "test_names.h"

/* Which test shows that an option does what it says. */
static const struct {
    enum option_section section;
    const char *option;
    const char *test;
} behaviour[] = {
    {SECTION_SERVER, "base", "system/test_base"},
    {SECTION_SERVER, "include", "system/test_include"},
    {SECTION_SERVER, "instances", "system/test_instances"},
    {SECTION_SERVER, "spawn_threads", "system/test_spawn_threads"},
    {SECTION_SERVER, "drain", "system/test_drain"},
    {SECTION_SERVER, "log_level", "system/test_log_level"},
    {SECTION_SERVER, "log_file", "system/test_log_file"},
    {SECTION_SERVER, "log_format", "system/test_log_format"},
    {SECTION_SERVER, "log_size", "system/test_log_rotation"},
    {SECTION_SERVER, "log_keep", "system/test_log_rotation"},
    {SECTION_SERVER, "control", "system/test_control"},
    {SECTION_SERVER, "accept_with", "system/test_dialogue"},
    {SECTION_SERVICE, "port", "system/test_addresses"},
    {SECTION_SERVICE, "bind", "system/test_addresses"},
    {SECTION_SERVICE, "protocol", "system/test_protocol"},
    {SECTION_SERVICE, "backlog", "system/test_backlog"},
    {SECTION_SERVICE, "nodelay", "system/test_windows_only"},
    {SECTION_SERVICE, "keepalive", "system/test_windows_only"},
    {SECTION_SERVICE, "disable", "system/test_table"},
    {SECTION_SERVICE, "server", "system/test_table"},
    {SECTION_SERVICE, "internal", "system/test_internal"},
    {SECTION_SERVICE, "redirect", "system/test_redirect"},
    {SECTION_SERVICE, "server_args", "system/test_script"},
    {SECTION_SERVICE, "working_directory", "system/test_folder"},
    {SECTION_SERVICE, "env", "system/test_environment"},
    {SECTION_SERVICE, "passenv", "system/test_environment"},
    {SECTION_SERVICE, "stdio", "system/test_relay"},
    {SECTION_SERVICE, "stderr", "system/test_stderr"},
    {SECTION_SERVICE, "console", "system/test_console"},
    {SECTION_SERVICE, "end", "system/test_end_of_connection"},
    {SECTION_SERVICE, "linger", "system/test_linger"},
    {SECTION_SERVICE, "banner", "system/test_banner"},
    {SECTION_SERVICE, "banner_fail", "system/test_banner"},
    {SECTION_SERVICE, "prestart", "system/test_prestart"},
    {SECTION_SERVICE, "prestart_state", "system/test_prestart_running"},
    {SECTION_SERVICE, "workers", "system/test_workers"},
    {SECTION_SERVICE, "workers_max", "system/test_worker_ends"},
    {SECTION_SERVICE, "worker_connections", "system/test_workers"},
    {SECTION_SERVICE, "worker_requests", "system/test_worker_ends"},
    {SECTION_SERVICE, "transfer", "system/test_worker_faults"},
    {SECTION_SERVICE, "only_from", "system/test_access"},
    {SECTION_SERVICE, "no_access", "system/test_access"},
    {SECTION_SERVICE, "access_times", "system/test_access"},
    {SECTION_SERVICE, "instances", "system/test_instances"},
    {SECTION_SERVICE, "per_source", "system/test_per_source"},
    {SECTION_SERVICE, "per_source_rate", "system/test_per_source"},
    {SECTION_SERVICE, "rate", "system/test_rate"},
    {SECTION_SERVICE, "overload", "system/test_instances"},
    {SECTION_SERVICE, "max_time", "system/test_max_time"},
    {SECTION_SERVICE, "idle_time", "system/test_relay"},
    {SECTION_SERVICE, "stop_time", "system/test_windows_only"},
    {SECTION_SERVICE, "memory_max", "system/test_limits"},
    {SECTION_SERVICE, "process_max", "system/test_limits"},
    {SECTION_SERVICE, "cpu_time_max", "system/test_limits"},
    {SECTION_SERVICE, "priority", "system/test_limits"},
    {SECTION_SERVICE, "user", "system/test_rights"},
    {SECTION_SERVICE, "privileges", "system/test_rights"},
    {SECTION_SERVICE, "integrity", "system/test_windows_only"},
    {SECTION_SERVICE, "breakaway", "system/test_limits"},
};

static bool is_test(const char *name)
{
    for (size_t i = 0; test_names[i] != NULL; i++)
        if (strcmp(test_names[i], name) == 0)
            return true;
    return false;
}

static void every_option_has_a_behaviour_test_that_exists(void **state)
{
    (void)state;
    for (size_t i = 0; i < option_count; i++) {
        const char *test = NULL;
        for (size_t j = 0; j < sizeof behaviour / sizeof *behaviour; j++)
            if (behaviour[j].section == option_table[i].section &&
                strcmp(behaviour[j].option, option_table[i].name) == 0)
                test = behaviour[j].test;
        if (test == NULL)
            fail_msg("no test is named for the option %s", option_table[i].name);
        else if (!is_test(test))
            fail_msg("%s of the option %s does not exist", test, option_table[i].name);
    }
}

static void every_named_test_is_that_of_an_option(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof behaviour / sizeof *behaviour; i++)
        if (option_find(behaviour[i].section, behaviour[i].option) == NULL)
            fail_msg("there is no option %s", behaviour[i].option);
}

static void every_option_has_help_and_a_group(void **state)
{
    (void)state;
    for (size_t i = 0; i < option_count; i++) {
        const struct option *option = &option_table[i];
        size_t length = strlen(option->help);
        if (length < 10 || option->help[length - 1] != '.' || *option->group == '\0')
            fail_msg("the help of %s is not a sentence under a heading", option->name);
    }
}

/* What option_set_defaults relies on. */
static void every_initial_value_is_one_that_its_option_takes(void **state)
{
    (void)state;
    for (size_t i = 0; i < option_count; i++) {
        const struct option *option = &option_table[i];
        struct config config = {0};
        struct service service = {0};
        struct error error;
        void *target = option->section == SECTION_SERVER ? (void *)&config : (void *)&service;
        if (*option->initial != '\0' &&
            !option_parse(option, option->initial, false, target, &error))
            fail_msg("%s = %s: %s", option->name, option->initial, error.text);
        option_free(option->section, target);
    }
}

static void every_name_is_there_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < option_count; i++)
        assert_ptr_equal(option_find(option_table[i].section, option_table[i].name),
                         &option_table[i]);
    assert_null(option_find(SECTION_SERVER, "port"));
    assert_null(option_find(SECTION_SERVICE, "drain"));
    assert_null(option_find(SECTION_SERVICE, "Port"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_option_has_a_behaviour_test_that_exists),
        cmocka_unit_test(every_named_test_is_that_of_an_option),
        cmocka_unit_test(every_option_has_help_and_a_group),
        cmocka_unit_test(every_initial_value_is_one_that_its_option_takes),
        cmocka_unit_test(every_name_is_there_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
