/* A config as an ini file: what is printed is loaded as the same config, and printed the same. */
#include "unit.h"

#include "config_dump.h"
#include "core/memory.h"
#include "core/option_write.h"
#include "fake_disk.h"
#include "good_files.h"

#include <stdio.h>

/* The fake disk, but that every file and folder is there. */
static bool exists(void *context, const char *path)
{
    (void)context;
    (void)path;
    return true;
}

static bool is_folder(void *context, const char *path)
{
    (void)context;
    return strstr(path, ".log") == NULL;
}

static struct config load(const char *text)
{
    struct config_source source = fake_source;
    struct config config = {0};
    struct text_list errors = {0};
    source.file_exists = exists;
    source.folder_exists = is_folder;
    if (!config_parse(&config, text, strlen(text), &source, &errors))
        fail_msg("%s\n%s", errors.items[0], text);
    return config;
}

static char *print(const struct config *config)
{
    struct error error;
    char *text = config_print(config, &error);
    if (text == NULL)
        fail_msg("%s", error.text);
    return text;
}

/* Everything about a config but where it was written. */
static char *dump_without_lines(struct config *config)
{
    for (size_t i = 0; i < config->service_count; i++)
        config->services[i].line = 1;
    return config_dump(config);
}

/* Prints the config, which this frees, loads that and compares. */
static void check_round_trip(struct config *config)
{
    char *first = print(config);
    struct config again = load(first);
    char *second = print(&again);
    char *dump = dump_without_lines(config);
    char *dump_again = dump_without_lines(&again);
    assert_string_equal(second, first);
    assert_string_equal(dump_again, dump);
    free(first);
    free(second);
    free(dump);
    free(dump_again);
    config_free(&again);
    config_free(config);
}

static void every_good_file_goes_round(void **state)
{
    (void)state;
    static char text[100000];
    size_t count = 0;
    for (size_t i = 0; good_files[i] != NULL; i++) {
        FILE *file = fopen(good_files[i], "rb");
        assert_non_null(file);
        text[fread(text, 1, sizeof text - 1, file)] = '\0';
        fclose(file);
        struct config config = load(text);
        if (config.service_count == 0) { /* an ini file must have one */
            config_free(&config);
            continue;
        }
        check_round_trip(&config);
        count++;
    }
    assert_true(count > 10);
}

/* --- random configs, as ini text that is as strange as it may be */

static uint32_t seed;

/* A number below a bound (numbers of "Numerical Recipes", 2nd edition, section 7.1). */
static unsigned below(unsigned bound)
{
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % bound;
}

static void add_random_characters(struct text_buffer *out, bool quotes, size_t length)
{
    static const char *const characters[] = {"a",        " ", "\\", ";", "#", "=",  "\t",
                                             "\xC3\xA9", "*", "\\", ".", "]", "\"", "\""};
    for (size_t i = 0; i < length; i++)
        text_buffer_add_text(out, characters[below(quotes ? 14 : 12)]);
}

/* Any word at all. */
static void append_word(struct text_list *list, const char *start)
{
    struct text_buffer word = {0};
    text_buffer_add_text(&word, start);
    add_random_characters(&word, true, below(20) == 0 ? 3000 : below(8));
    text_list_append(list, word.text);
    free(word.text);
}

static char *random_path(void)
{
    struct text_buffer path = {0};
    text_buffer_add_text(&path, "x");
    add_random_characters(&path, false, below(8));
    return path.text;
}

static uint64_t random_number(const struct option *option)
{
    static const uint64_t factors[] = {1, 1000, 1024, 60000, 3600000, 1048576, 1073741824};
    uint64_t number = below(5000) * factors[below(7)];
    if (option->values[0] != NULL && below(3) == 0)
        return option_word_value(option->values[0]);
    if (number < option->minimum)
        return option->minimum;
    return option->maximum != 0 && number > option->maximum ? option->maximum : number;
}

static void set_list(const struct option *option, struct text_list *list)
{
    static const char *const binds[] = {"127.0.0.1", "::1", "two.example"};
    static const char *const networks[] = {"192.0.2.0/24", "::/0", "two.example", "10.1.2.3"};
    text_list_free(list);
    for (unsigned i = strcmp(option->name, "bind") == 0 ? 0 : below(4); i < 3; i++)
        if (strcmp(option->name, "server_args") == 0)
            append_word(list, "");
        else if (strcmp(option->name, "env") == 0)
            append_word(list, "N=");
        else if (strcmp(option->name, "passenv") == 0)
            text_list_append(list, "A B*");
        else if (strcmp(option->name, "bind") == 0)
            text_list_append(list, binds[i]);
        else if (strcmp(option->name, "access_times") == 0)
            text_list_append(list, "10:00-11:30");
        else
            text_list_append(list, networks[below(4)]);
}

static void set_rate(struct rate *rate)
{
    static const uint64_t periods[] = {1000, 60000, 3600000};
    *rate = (struct rate){0};
    if (below(3) == 0)
        return;
    rate->count = 1 + below(1000);
    rate->per_ms = periods[below(3)];
    rate->burst = below(2) == 0 ? rate->count : 1 + below(1000);
}

static void set_field(const struct option *option, void *target, uint16_t *port)
{
    void *field = (char *)target + option->offset;
    struct port_list *ports = field;
    size_t choices = 1;
    switch (option->type) {
    case OPTION_BOOLEAN:
        *(bool *)field = strcmp(option->name, "disable") != 0 && below(2) == 0;
        break;
    case OPTION_COUNT:
    case OPTION_TIME:
    case OPTION_SIZE:
        *(uint64_t *)field = random_number(option);
        break;
    case OPTION_RATE:
        set_rate(field);
        break;
    case OPTION_CHOICE:
        while (choices < 8 && option->values[choices] != NULL)
            choices++;
        *(int *)field =
            strcmp(option->name, "internal") == 0 ? INTERNAL_NONE : (int)below((unsigned)choices);
        break;
    case OPTION_TEXT:
        free(*(char **)field);
        if (strcmp(option->name, "control") == 0)
            *(char **)field = memory_format("c%u", below(100));
        else if (strcmp(option->name, "redirect") == 0)
            *(char **)field = NULL; /* as internal: it is a program */
        else if (strcmp(option->name, "user") == 0)
            *(char **)field = below(2) == 0 ? NULL : memory_format("D\\a b%u", below(100));
        else if (strcmp(option->name, "log_file") == 0)
            *(char **)field = below(2) == 0 ? NULL : memory_format("C:\\x\\y%u.log", below(100));
        else
            *(char **)field = strcmp(option->name, "server") != 0 &&
                                      strcmp(option->name, "base") != 0 && below(2) == 0
                                  ? NULL
                                  : random_path();
        break;
    case OPTION_LIST:
        if (strcmp(option->name, "include") != 0)
            set_list(option, field);
        break;
    case OPTION_PORTS:
        ports->count = 1 + below(3) * below(1000);
        ports->items = memory_zeroed(ports->count, sizeof *ports->items);
        for (size_t i = 0; i < ports->count; i++)
            ports->items[i] = below(10) == 0 ? 0 : (*port)++;
        break;
    }
}

static void set_all(enum option_section section, void *target, uint16_t *port)
{
    option_set_defaults(section, target);
    for (size_t i = 0; i < option_count; i++)
        if (option_table[i].section == section)
            set_field(&option_table[i], target, port);
}

/* Takes away what cannot be together. */
static void reconcile(struct service *service)
{
    struct service initial = {0};

    option_set_defaults(SECTION_SERVICE, &initial);
    service->workers = below(2) * below(1000);
    if (service->workers == 0) {
        service->workers_max = initial.workers_max;
        service->worker_connections = initial.worker_connections;
        service->worker_requests = initial.worker_requests;
        service->transfer = initial.transfer;
    } else {
        service->stdio = initial.stdio;
        service->error_output = ERROR_OUTPUT_NULL;
        service->end = initial.end;
        service->cpu_time_max = initial.cpu_time_max;
        service->workers_max = below(2) == 0 ? 0 : service->workers;
        service->prestart = 0;
    }
    if (service->stdio != STDIO_PIPE) {
        service->idle_time = UNLIMITED;
        service->prestart_state = PRESTART_AUTO;
    }
    if (service->prestart > service->instances)
        service->prestart = service->instances;
    option_free(SECTION_SERVICE, &initial);
}

static void random_configs_go_round(void **state)
{
    (void)state;
    for (seed = 1; seed < 150; seed++) {
        uint32_t start = seed;
        struct config made = {0};
        uint16_t port = 1;
        set_all(SECTION_SERVER, &made, &port);
        made.service_count = 1 + below(4);
        made.services = memory_zeroed(made.service_count, sizeof *made.services);
        for (size_t i = 0; i < made.service_count; i++) {
            set_all(SECTION_SERVICE, &made.services[i], &port);
            made.services[i].name = memory_format("s%u", (unsigned)i);
            reconcile(&made.services[i]);
        }
        char *text = print(&made);
        struct config config = load(text);
        /* what the way through the text must not change; the rest follows from it */
        assert_int_equal(config.service_count, made.service_count);
        assert_int_equal(config.drain, made.drain);
        for (size_t i = 0; i < made.service_count; i++) {
            const struct service *service = &made.services[i];
            made.services[i].command_line = memory_copy(config.services[i].command_line);
            made.services[i].folder = memory_copy(config.services[i].folder);
            assert_int_equal(config.services[i].server_args.count, service->server_args.count);
        }
        free(made.base);
        made.base = memory_copy(config.base); /* absolute now */
        char *expected = dump_without_lines(&made);
        char *dump = dump_without_lines(&config);
        assert_string_equal(dump, expected);
        check_round_trip(&config);
        free(text);
        free(expected);
        free(dump);
        config_free(&made);
        seed = start;
    }
}

static void every_option_is_written_with_its_value(void **state)
{
    (void)state;
    struct config config = load("[defaults]\n"
                                "passenv =\n"
                                "env = A=1\n"
                                "keepalive = 90\n"
                                "[ports]\n"
                                "7007 = handlers\\echo.exe one \"two words\" \\\"x\\\" \";\"\n"
                                "[service off]\n"
                                "port = 1\n"
                                "server = a.exe\n"
                                "disable = yes\n");
    assert_owned_string_equal(
        print(&config), "; What stdinetd would serve. Services that are disabled are left out.\n"
                        "\n"
                        "[server]\n"
                        "base = C:\\srv\\etc\n"
                        "instances = 1000\n"
                        "spawn_threads = 4\n"
                        "drain = 30s\n"
                        "log_level = info\n"
                        "log_format = text\n"
                        "log_size = 10M\n"
                        "log_keep = 5\n"
                        "control = stdinetd\n"
                        "accept_with = acceptex\n"
                        "\n"
                        "[service echo]\n"
                        "port = 7007\n"
                        "bind = 127.0.0.1\n"
                        "protocol = tcp\n"
                        "backlog = 200\n"
                        "nodelay = yes\n"
                        "keepalive = 90s\n"
                        "disable = no\n"
                        "server = handlers\\echo.exe\n"
                        "server_args = one \"two words\" \\\"x\\\" \";\"\n"
                        "env = A=1\n"
                        "passenv =\n"
                        "stdio = auto\n"
                        "stderr = log\n"
                        "console = auto\n"
                        "end = handler\n"
                        "linger = 5s\n"
                        "prestart = 0\n"
                        "prestart_state = auto\n"
                        "workers = 0\n"
                        "workers_max = workers\n"
                        "worker_connections = 1\n"
                        "worker_requests = unlimited\n"
                        "transfer = wsaduplicatesocket\n"
                        "instances = 100\n"
                        "per_source = unlimited\n"
                        "per_source_rate = unlimited\n"
                        "rate = unlimited\n"
                        "overload = queue\n"
                        "max_time = unlimited\n"
                        "idle_time = unlimited\n"
                        "stop_time = 2s\n"
                        "memory_max = unlimited\n"
                        "process_max = unlimited\n"
                        "cpu_time_max = unlimited\n"
                        "priority = normal\n"
                        "privileges = auto\n"
                        "integrity = keep\n"
                        "breakaway = no\n");
    config_free(&config);
}

/* A stem may have what a section may not. */
static void a_service_named_by_its_program_goes_round(void **state)
{
    (void)state;
    struct config config =
        load("[ports]\n"
             "1 = a]b.exe\n"
             "2 = a-long-name-of-a-program-that-is-no-name-of-a-section.exe\n"
             "65535 = a-long-name-of-a-program-that-is-no-name-of-a-section.exe\n"
             "4 = 123456789012345678901234567890123\xC3\xA9.exe\n"
             "5 = a.exe\\\n"
             "6 = .exe\n");
    assert_string_equal(config.services[0].name, "a-b");
    assert_string_equal(config.services[1].name, "a-long-name-of-a-program-that-is-n");
    assert_string_equal(config.services[2].name, "a-long-name-of-a-program-that-is-n-65535");
    assert_string_equal(config.services[3].name, "123456789012345678901234567890123");
    assert_string_equal(config.services[4].name, "?");
    assert_string_equal(config.services[5].name, ".exe");
    check_round_trip(&config);
}

static void a_value_too_long_for_a_line_is_said(void **state)
{
    (void)state;
    struct config config = load("[ports]\n1 = a.exe\n");
    struct error error;
    free(config.services[0].banner);
    config.services[0].banner = memory_zeroed(8000, 1);
    memset(config.services[0].banner, 'x', 7993);
    char *text = config_print(&config, &error);
    assert_non_null(strstr(text, "\nbanner=xxx"));
    free(text);
    config.services[0].banner[7993] = 'x';
    assert_null(config_print(&config, &error));
    assert_string_equal(error.text,
                        "service 'a': banner: the value is too long for a line of an ini file");
    config_free(&config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_option_is_written_with_its_value),
        cmocka_unit_test(every_good_file_goes_round),
        cmocka_unit_test(random_configs_go_round),
        cmocka_unit_test(a_service_named_by_its_program_goes_round),
        cmocka_unit_test(a_value_too_long_for_a_line_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
