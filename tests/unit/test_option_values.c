/* What the values of options look like, and what they become. */
#include "unit.h"

#include "core/config.h"
#include "core/options.h"

/* What values are read into; each test that leaves something in it frees it. */
static struct service parsed;

static bool parses(const char *name, const char *value, bool append, struct error *error)
{
    return option_parse(option_find(SECTION_SERVICE, name), value, append, &parsed, error);
}

static void assert_refused(const char *name, const char *value, const char *sentence)
{
    struct error error;
    if (parses(name, value, false, &error))
        fail_msg("%s = %s was taken", name, value);
    assert_string_equal(error.text, sentence);
}

static void assert_taken(const char *name, const char *value)
{
    struct error error;
    if (!parses(name, value, false, &error))
        fail_msg("%s = %s: %s", name, value, error.text);
}

static void counts_have_a_range(void **state)
{
    (void)state;
    assert_taken("backlog", "1");
    assert_taken("backlog", "65535");
    assert_int_equal(parsed.backlog, 65535);
    assert_refused("backlog", "0", "'0' is not a number from 1 to 65535");
    assert_refused("backlog", "65536", "'65536' is not a number from 1 to 65535");
    assert_refused("backlog", "unlimited", "'unlimited' is not a number from 1 to 65535");
    assert_refused("backlog", "+1", "'+1' is not a number from 1 to 65535");
    assert_refused("backlog", "1x", "'1x' is not a number from 1 to 65535");
    assert_refused("backlog", "", "'' is not a number from 1 to 65535");
    assert_int_equal(parsed.backlog, 65535); /* a mistake changes nothing */
}

static void a_count_may_be_unlimited(void **state)
{
    (void)state;
    assert_taken("instances", "unlimited");
    assert_true(parsed.instances == UNLIMITED);
    assert_taken("instances", "18446744073709551614");
    assert_true(parsed.instances == UNLIMITED - 1);
    assert_refused("instances", "18446744073709551615",
                   "'18446744073709551615' is not a number of at least 1, or unlimited");
    assert_refused("instances", "99999999999999999999",
                   "'99999999999999999999' is not a number of at least 1, or unlimited");
}

static void times_are_milliseconds_and_plain_ones_seconds(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t milliseconds;
    } cases[] = {{"1500ms", 1500}, {"7", 7000}, {"7s", 7000}, {"2m", 120000}, {"1h", 3600000}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_taken("keepalive", cases[i].text);
        assert_int_equal(parsed.keepalive, cases[i].milliseconds);
    }
    assert_taken("keepalive", "no");
    assert_int_equal(parsed.keepalive, 0);
    assert_taken("linger", "0");
    assert_int_equal(parsed.linger, 0);
}

static void times_have_a_range_and_units(void **state)
{
    (void)state;
    static const char *const rest = "is not a time from 1s to 24h, or no"
                                    " (written like 500ms, 5s, 2m or 1h)";
    static const char *const texts[] = {"0",  "999ms", "25h",  "1d",
                                        "s",  "1 s",   "1.5s", "-1",
                                        "1S", "",      "No",   "18446744073709551614h"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char expected[200];
        snprintf(expected, sizeof expected, "'%s' %s", texts[i], rest);
        assert_refused("keepalive", texts[i], expected);
    }
    assert_refused("linger", "31s",
                   "'31s' is not a time from 0 to 30s (written like 500ms, 5s, 2m or 1h)");
}

static void a_rate_is_per_second_unless_it_says_else(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        struct rate rate;
    } cases[] = {{"10", {10, 1000, 10}},
                 {"10/s", {10, 1000, 10}},
                 {"30/m", {30, 60000, 30}},
                 {"500/h", {500, 3600000, 500}},
                 {"10 50", {10, 1000, 50}},
                 {"30/m 1", {30, 60000, 1}},
                 {"1000000", {1000000, 1000, 1000000}},
                 {"unlimited", {0, 0, 0}}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_taken("rate", cases[i].text);
        assert_int_equal(parsed.rate.count, cases[i].rate.count);
        assert_int_equal(parsed.rate.per_ms, cases[i].rate.per_ms);
        assert_int_equal(parsed.rate.burst, cases[i].rate.burst);
    }
}

static void what_is_no_rate_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "0",    "-1",     "1.5", "10/", "10/d",    "10/ms",     "10/1s", "10 0",
        "10 x", "10 5 5", "/s",  "",    "1000001", "1 1000001", "10/s5", "Unlimited"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char expected[200];
        snprintf(
            expected, sizeof expected,
            "'%s' is not a rate, or unlimited (written like 10, 30/m, 500/h, or 10 50 for up to"
            " 50 at once)",
            texts[i]);
        assert_refused("per_source_rate", texts[i], expected);
    }
}

static void sizes_are_bytes_and_units_are_powers_of_1024(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t bytes;
    } cases[] = {{"1048576", 1048576},
                 {"1024K", 1048576},
                 {"10M", 10485760},
                 {"1G", 1073741824},
                 {"unlimited", UNLIMITED}};
    static const char *const texts[] = {"1M5", "1m", "1MB", "1023K", "0", "17179869184G"};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_taken("memory_max", cases[i].text);
        assert_true(parsed.memory_max == cases[i].bytes);
    }
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char expected[200];
        snprintf(
            expected, sizeof expected,
            "'%s' is not a size of at least 1M, or unlimited (written like 4096, 64K, 10M or 1G)",
            texts[i]);
        assert_refused("memory_max", texts[i], expected);
    }
}

static void limits_of_a_connection_are_unlimited_at_first(void **state)
{
    (void)state;
    option_set_defaults(SECTION_SERVICE, &parsed);
    assert_true(parsed.max_time == UNLIMITED);
    assert_true(parsed.memory_max == UNLIMITED);
    assert_true(parsed.process_max == UNLIMITED);
    assert_true(parsed.cpu_time_max == UNLIMITED);
    assert_int_equal(parsed.stop_time, 2000);
    option_free(SECTION_SERVICE, &parsed);
}

static void booleans_are_yes_and_no(void **state)
{
    (void)state;
    assert_taken("disable", "yes");
    assert_true(parsed.disable);
    assert_taken("disable", "no");
    assert_false(parsed.disable);
    assert_refused("disable", "true", "'true' is neither yes nor no");
    assert_refused("disable", "Yes", "'Yes' is neither yes nor no");
    assert_refused("disable", "", "'' is neither yes nor no");
}

static void choices_are_numbered_as_the_enums_are(void **state)
{
    (void)state;
    struct config config = {0};
    struct error error;
    assert_taken("console", "auto");
    assert_int_equal(parsed.console, CONSOLE_AUTO);
    assert_taken("console", "own");
    assert_int_equal(parsed.console, CONSOLE_OWN);
    assert_taken("console", "none");
    assert_int_equal(parsed.console, CONSOLE_NONE);
    assert_taken("console", "shared");
    assert_int_equal(parsed.console, CONSOLE_SHARED);
    assert_taken("end", "job");
    assert_int_equal(parsed.end, END_JOB);
    assert_taken("overload", "refuse");
    assert_int_equal(parsed.overload, OVERLOAD_REFUSE);
    assert_taken("stderr", "null");
    assert_int_equal(parsed.error_output, ERROR_OUTPUT_NULL);
    assert_taken("stderr", "socket");
    assert_int_equal(parsed.error_output, ERROR_OUTPUT_SOCKET);
    assert_taken("priority", "idle");
    assert_int_equal(parsed.priority, PRIORITY_IDLE);
    assert_taken("priority", "below_normal");
    assert_int_equal(parsed.priority, PRIORITY_BELOW_NORMAL);
    assert_taken("priority", "above_normal");
    assert_int_equal(parsed.priority, PRIORITY_ABOVE_NORMAL);
    assert_taken("priority", "high");
    assert_int_equal(parsed.priority, PRIORITY_HIGH);
    assert_taken("protocol", "tcp");
    assert_int_equal(parsed.protocol, PROTOCOL_TCP);
    assert_true(
        option_parse(option_find(SECTION_SERVER, "log_level"), "debug", false, &config, &error));
    assert_int_equal(config.log_level, LEVEL_DEBUG);
    assert_true(
        option_parse(option_find(SECTION_SERVER, "accept_with"), "accept", false, &config, &error));
    assert_int_equal(config.accept_with, ACCEPT_WITH_ACCEPT);
}

static void another_word_is_no_choice(void **state)
{
    (void)state;
    assert_refused("console", "owned", "'owned' is not one of auto, shared, none, own");
    assert_refused("console", "shard",
                   "'shard' is not one of auto, shared, none, own (did you mean 'shared'?)");
    assert_refused("protocol", "udp", "'udp' is not known; there is only tcp");
    assert_refused("end", "", "'' is not one of handler, job");
}

static void texts_may_stand_in_quotes(void **state)
{
    (void)state;
    assert_taken("server", "C:\\my x\\a.exe");
    assert_string_equal(parsed.server, "C:\\my x\\a.exe");
    assert_taken("server", "\"C:\\my x\\b.exe\"");
    assert_string_equal(parsed.server, "C:\\my x\\b.exe");
    assert_refused("server", "\"a\" b", "double quotes may stand only around the whole value");
    assert_refused("server", "\"a\" \"b\"", "double quotes may stand only around the whole value");
    assert_refused("server", "\"a", "a double quote is never closed; add the missing one");
    assert_refused("server", "", "there is no value after '='");
    assert_refused("server", "\"\"", "there is no value after '='");
    assert_string_equal(parsed.server, "C:\\my x\\b.exe");
    option_free(SECTION_SERVICE, &parsed);
}

static void a_list_is_replaced_or_appended_to(void **state)
{
    (void)state;
    struct error error;
    assert_taken("server_args", "a \"b c\"");
    assert_true(parses("server_args", "d", true, &error));
    assert_int_equal(parsed.server_args.count, 3);
    assert_string_equal(parsed.server_args.items[1], "b c");
    assert_string_equal(parsed.server_args.items[2], "d");
    assert_taken("server_args", "e");
    assert_int_equal(parsed.server_args.count, 1);
    assert_refused("server_args", "f \"", "a double quote is never closed; add the missing one");
    assert_int_equal(parsed.server_args.count, 1);
    assert_taken("server_args", "");
    assert_int_equal(parsed.server_args.count, 0);
    option_free(SECTION_SERVICE, &parsed);
}

static void ports_are_numbers_to_65535(void **state)
{
    (void)state;
    struct error error;
    assert_taken("port", "1 65535\t0");
    assert_true(parses("port", "7", true, &error));
    assert_int_equal(parsed.port.count, 4);
    assert_int_equal(parsed.port.items[1], 65535);
    assert_int_equal(parsed.port.items[3], 7);
    assert_refused("port", "70000",
                   "port 70000 is out of range (1 to 65535, or 0 for any free port)");
    assert_refused(
        "port", "99999999999999999999",
        "port 99999999999999999999 is out of range (1 to 65535, or 0 for any free port)");
    assert_refused("port", "80 http", "'http' is not a port (1 to 65535, or 0 for any free port)");
    assert_refused("port", "-1", "'-1' is not a port (1 to 65535, or 0 for any free port)");
    assert_refused("port", "80,81", "'80,81' is not a port (1 to 65535, or 0 for any free port)");
    assert_refused("port", "\"\"", "'' is not a port (1 to 65535, or 0 for any free port)");
    assert_refused("port", "", "there is no port after '='");
    assert_int_equal(parsed.port.count, 4);
    option_free(SECTION_SERVICE, &parsed);
}

static void addresses_to_listen_on_are_addresses_names_or_a_star(void **state)
{
    (void)state;
    assert_taken("bind", "* 127.0.0.1 ::1 fe80::1%4 localhost my-host.example k\xC3\xBC"
                         "che");
    assert_int_equal(parsed.bind.count, 7);
    static const char *const texts[] = {"300.1.1.1", "127.0.0.1:80", "[::1]", "a*",
                                        "1.2.3.4%1", "fe80::1%",     "a/24",  ""};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char expected[200];
        char value[40];
        snprintf(value, sizeof value, "\"%s\"", texts[i]);
        snprintf(expected, sizeof expected,
                 "'%s' is neither an address nor a host name nor * (ports are written in 'port')",
                 texts[i]);
        assert_refused("bind", value, expected);
    }
    option_free(SECTION_SERVICE, &parsed);
}

static void variables_are_name_equals_value(void **state)
{
    (void)state;
    assert_taken("env", "A=1 \"B=x y\" C=");
    assert_refused("env", "A", "'A' is not NAME=value");
    assert_refused("env", "=A", "'=A' is not NAME=value");
    assert_refused("env", "tcpremoteip=1",
                   "'TCPREMOTEIP' is set by stdinetd for every connection; choose another name");
    assert_taken("env", "TCPREMOTEIP2=1 REMOTE=2");
    assert_taken("passenv", "A LC_* *");
    assert_refused("passenv", "A=1",
                   "'A=1' is not the name of a variable (a * may stand at its end)");
    assert_refused("passenv", "*A",
                   "'*A' is not the name of a variable (a * may stand at its end)");
    option_free(SECTION_SERVICE, &parsed);
}

static void paths_do_not_depend_on_a_current_folder(void **state)
{
    (void)state;
    static const char *const names[] = {"server", "working_directory"};
    for (size_t i = 0; i < 2; i++) {
        assert_taken(names[i], "C:\\x");
        assert_taken(names[i], "..\\x");
        assert_refused(
            names[i], "\\x",
            "'\\x' depends on a current drive or folder; write a whole path or a relative"
            " one");
        assert_refused(
            names[i], "C:x",
            "'C:x' depends on a current drive or folder; write a whole path or a relative"
            " one");
    }
    option_free(SECTION_SERVICE, &parsed);
}

static void a_copy_shares_nothing(void **state)
{
    (void)state;
    struct service copy = {0};
    option_set_defaults(SECTION_SERVICE, &parsed);
    assert_taken("port", "1 2");
    assert_taken("server", "a.exe");
    assert_taken("env", "A=1");
    assert_taken("linger", "7");
    option_copy(SECTION_SERVICE, &copy, &parsed);
    option_free(SECTION_SERVICE, &parsed);
    assert_int_equal(copy.port.items[1], 2);
    assert_string_equal(copy.server, "a.exe");
    assert_string_equal(copy.env.items[0], "A=1");
    assert_string_equal(copy.bind.items[0], "127.0.0.1");
    assert_int_equal(copy.linger, 7000);
    assert_int_equal(copy.backlog, 200);
    assert_true(copy.nodelay);
    option_free(SECTION_SERVICE, &copy);
    assert_null(copy.server);
    assert_int_equal(copy.port.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_have_a_range),
        cmocka_unit_test(a_count_may_be_unlimited),
        cmocka_unit_test(times_are_milliseconds_and_plain_ones_seconds),
        cmocka_unit_test(times_have_a_range_and_units),
        cmocka_unit_test(a_rate_is_per_second_unless_it_says_else),
        cmocka_unit_test(what_is_no_rate_is_refused),
        cmocka_unit_test(sizes_are_bytes_and_units_are_powers_of_1024),
        cmocka_unit_test(limits_of_a_connection_are_unlimited_at_first),
        cmocka_unit_test(booleans_are_yes_and_no),
        cmocka_unit_test(choices_are_numbered_as_the_enums_are),
        cmocka_unit_test(another_word_is_no_choice),
        cmocka_unit_test(texts_may_stand_in_quotes),
        cmocka_unit_test(a_list_is_replaced_or_appended_to),
        cmocka_unit_test(ports_are_numbers_to_65535),
        cmocka_unit_test(addresses_to_listen_on_are_addresses_names_or_a_star),
        cmocka_unit_test(variables_are_name_equals_value),
        cmocka_unit_test(paths_do_not_depend_on_a_current_folder),
        cmocka_unit_test(a_copy_shares_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
