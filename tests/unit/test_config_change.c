/* What a new configuration changes in the one that is served. */
#include "unit.h"

#include "core/config_change.h"
#include "core/memory.h"
#include "fake_disk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct config load_from(const struct config_source *source, const char *text)
{
    struct config config = {0};
    struct text_list errors = {0};

    if (!config_parse(&config, text, strlen(text), source, &errors))
        fail_msg("%s\n%s", errors.items[0], text);
    return config;
}

static bool exists(void *context, const char *path)
{
    (void)context;
    return strstr(path, ".log") == NULL;
}

/* Every file and folder is there but the log. */
static struct config load(const char *text)
{
    struct config_source source = fake_source;

    source.file_exists = exists;
    source.folder_exists = exists;
    return load_from(&source, text);
}

/* Another value for every option, and what must stand beside it. */
static const char plain_ini[] = "[service all]\nport = 1\nserver = local.exe\n";
static const char other_ini[] =
    "[server]\nbase = ..\ninstances = 7\nspawn_threads = 8\ndrain = 1s\nlog_level = debug\n"
    "log_file = etc\\x.log\nlog_format = json\nlog_size = 64K\nlog_keep = 1\ncontrol = seven\n"
    "accept_with = accept\n[service all]\nport = 2\nbind = *\nbacklog = 9\nnodelay = no\n"
    "keepalive = no\nserver = Tools\\tool.exe\nserver_args = -x\nworking_directory = etc\n"
    "env = A=1\npassenv = X\nstdio = pipe\nstderr = null\nconsole = own\nend = job\nlinger = 0\n"
    "banner = local.exe\nbanner_fail = local.exe\nprestart = 2\nprestart_state = "
    "running\nonly_from = ::1\nno_access = ::2\n"
    "access_times = 08:00-17:00\ninstances = 7\nper_source = 3\nper_source_rate = 9\nrate = 9\n"
    "overload = refuse\nmax_time = 5m\nidle_time = 5m\nstop_time = 1s\nmemory_max = 64M\n"
    "process_max = 4\ncpu_time_max = 30\npriority = idle\nuser = .\\guest\nprivileges = "
    "drop\nintegrity = low\n"
    "breakaway = yes\n"
    /* what goes with no pipes */
    "[service workers]\nport = 3\nserver = local.exe\nworkers = 2\nworkers_max = 3\n"
    "worker_connections = 4\nworker_requests = 5\ntransfer = duplicatehandle\n";

/* Options in which no two served services can differ, where both start programs: there is one
   protocol, who is disabled is not served, and who is internal starts none. */
static bool has_one_value(const struct option *option)
{
    return strcmp(option->name, "protocol") == 0 || strcmp(option->name, "disable") == 0 ||
           strcmp(option->name, "internal") == 0 || strcmp(option->name, "redirect") == 0;
}

static const struct service *other_of(const struct config *other, const struct option *option)
{
    bool of_workers =
        strcmp(option->name, "transfer") == 0 || strncmp(option->name, "worker", 6) == 0;

    return &other->services[of_workers && strcmp(option->name, "working_directory") != 0 ? 1 : 0];
}

static void each_option_that_differs_is_named(void **state)
{
    struct config other = load(other_ini);

    (void)state;
    for (size_t i = 0; i < option_count; i++) {
        const struct option *option = &option_table[i];
        struct config config = load(plain_ini);
        struct config changed = load(plain_ini);
        struct text_list options = {0};

        if (option->section == SECTION_SERVICE && !has_one_value(option)) {
            option_replace(option, &changed.services[0], other_of(&other, option));
            service_compare(&config.services[0], &changed.services[0], &options);
        } else if (option->section == SECTION_SERVER && strcmp(option->name, "include") != 0) {
            option_replace(option, &changed, &other);
            config_compare(&config, &changed, &options);
        } else {
            text_list_append(&options, option->name);
        }
        if (options.count != 1 || strcmp(options.items[0], option->name) != 0)
            fail_msg("%s: %zu options differ", option->name, options.count);
        text_list_free(&options);
        config_free(&config);
        config_free(&changed);
    }
    config_free(&other);
}

static void the_same_written_otherwise_is_the_same(void **state)
{
    struct config config = load("[service a]\nport = 1\nserver = local.exe\nlinger = 5s\n");
    struct config again = load("; below\n\n[defaults]\nlinger = 5000ms\nbind = 127.0.0.1\n"
                               "[service a]\nserver = local.exe\nport = 1\n");
    struct text_list options = {0};

    (void)state;
    service_compare(&config.services[0], &again.services[0], &options);
    assert_int_equal(options.count, 0);
    config_free(&config);
    config_free(&again);
}

static void expect_change(const char *before, const char *after, const char *names)
{
    struct config config = load(before);
    struct config changed = load(after);
    struct text_list options = {0};
    char text[100] = "";

    service_compare(&config.services[0], &changed.services[0], &options);
    for (size_t i = 0; i < options.count; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s ", options.items[i]);
    assert_string_equal(text, names);
    text_list_free(&options);
    config_free(&config);
    config_free(&changed);
}

/* What [defaults] says of programs is nothing to an internal service. */
static void an_internal_service_is_another_than_a_program(void **state)
{
    static const char echo[] = "[service a]\nport = 1\ninternal = echo\n";

    (void)state;
    expect_change("[service a]\nport = 1\nserver = local.exe\n", echo, "server internal ");
    expect_change(echo, "[service a]\nport = 1\nserver = local.exe\n", "server internal ");
    expect_change(echo, "[service a]\nport = 1\ninternal = time\n", "internal ");
    expect_change(echo,
                  "[defaults]\nserver = local.exe\nconsole = own\nenv = A=1\n"
                  "[service a]\nport = 1\ninternal = echo\n",
                  "");
}

static bool is_not_in_srv(void *context, const char *path)
{
    (void)context;
    return strncmp(path, "C:\\srv", 6) != 0 && strstr(path, "tool.exe") != NULL;
}

static bool is_anywhere(void *context, const char *path)
{
    (void)context;
    return strstr(path, "tool.exe") != NULL;
}

static bool look_up_other(void *context, const char *name, struct text_list *addresses,
                          struct error *error)
{
    (void)context;
    (void)name;
    (void)error;
    text_list_append(addresses, "192.0.2.8");
    text_list_append(addresses, "2001:db8::7");
    return true;
}

/* The text is the same and what it stands for is not. */
static void what_an_option_stands_for_counts(void **state)
{
    static const char text[] =
        "[service a]\nport = 1\nserver = tool.exe\n[service b]\nport = 2\nserver = tool.exe\n"
        "only_from = two.example\n";
    struct config_source in_path = fake_source;
    struct config_source in_base = fake_source;
    struct text_list options = {0};

    (void)state;
    in_path.file_exists = is_not_in_srv;
    in_base.file_exists = is_anywhere;
    struct config config = load_from(&in_path, text);
    struct config moved = load_from(&in_base, text);
    in_path.look_up = look_up_other;
    struct config renumbered = load_from(&in_path, text);
    service_compare(&config.services[0], &moved.services[0], &options);
    assert_int_equal(options.count, 1);
    assert_string_equal(options.items[0], "server");
    text_list_free(&options);
    service_compare(&config.services[0], &renumbered.services[0], &options);
    assert_int_equal(options.count, 0);
    service_compare(&config.services[1], &renumbered.services[1], &options);
    assert_int_equal(options.count, 1);
    assert_string_equal(options.items[0], "only_from");
    text_list_free(&options);
    config_free(&config);
    config_free(&moved);
    config_free(&renumbered);
}

static void what_only_a_start_can_change_is_kept(void **state)
{
    struct config served = load(plain_ini);
    struct config other = load(other_ini);
    struct text_list options = {0};

    (void)state;
    config_keep_fixed(&other, &served, &options);
    assert_true(text_list_contains(&options, "control"));
    assert_true(text_list_contains(&options, "log_file"));
    assert_false(text_list_contains(&options, "log_level"));
    assert_string_equal(other.control, "stdinetd");
    assert_null(other.log_file);
    assert_int_equal(other.instances, 7);
    text_list_free(&options);
    config_keep_fixed(&other, &served, &options);
    assert_int_equal(options.count, 0);
    config_free(&served);
    config_free(&other);
}

static void a_service_can_be_taken_out(void **state)
{
    struct config config = load("[service a]\nport = 1\nserver = local.exe\nonly_from = ::1\n"
                                "[service b]\nport = 2\nserver = local.exe\n");
    struct service *service = config_take_service(&config, 0);
    struct ip ip;
    const char *entry;

    (void)state;
    config_free(&config);
    assert_string_equal(service->name, "a");
    assert_true(ip_parse("::1", &ip));
    assert_true(access_allows(&service->access, &ip, &entry));
    assert_string_equal(entry, "::1");
    service_free(service);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_option_that_differs_is_named),
        cmocka_unit_test(the_same_written_otherwise_is_the_same),
        cmocka_unit_test(an_internal_service_is_another_than_a_program),
        cmocka_unit_test(what_an_option_stands_for_counts),
        cmocka_unit_test(what_only_a_start_can_change_is_kept),
        cmocka_unit_test(a_service_can_be_taken_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
