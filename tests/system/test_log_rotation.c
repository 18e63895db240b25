/* log_size and log_keep: when the file is renamed, and what becomes of the old ones. */
#include "harness.h"
#include "log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIZE 4096

/* One service "probe" in this mode, which is run to its end. */
static void run(const char *keep, const char *mode)
{
    struct process *server = log_server("a.log", NULL,
                                        "log_size = 4K\n"
                                        "log_keep = %s\n"
                                        "[service probe]\n"
                                        "port = 0\n"
                                        "server = tests\\probe.exe\n"
                                        "server_args = %s\n",
                                        keep, mode);
    SOCKET client = log_connect(server, "a.log", "probe");

    client_expect_end(client);
    client_close(client);
    log_stop(server);
    assert_int_equal(server_count(server, ""), 1); /* where the log goes, and no trouble */
}

/* "line N." up to the last one, without a gap, and returns the first. */
static long expect_lines(const char *log, long last)
{
    long first = 0;
    long next = 0;

    for (const char *line = log; (line = strstr(line, "  line ")) != NULL; line++) {
        long number = strtol(line + strlen("  line "), NULL, 10);

        if (first == 0)
            first = next = number;
        if (number != next++)
            fail_msg("line %ld is followed by line %ld", next - 2, number);
    }
    assert_int_equal(next - 1, last);
    return first;
}

static void expect_size(const char *name, size_t least)
{
    char *text = log_read(name);

    if (strlen(text) > SIZE || strlen(text) < least)
        fail_msg("%s has %zu bytes", name, strlen(text));
    free(text);
}

static void as_many_old_files_are_kept_as_log_keep_says(void **state)
{
    (void)state;
    run("2", "stderr-flood 300");
    assert_true(log_exists("a.log.1"));
    assert_true(log_exists("a.log.2"));
    assert_false(log_exists("a.log.3"));
    expect_size("a.log", 1);
    expect_size("a.log.1", SIZE - 120); /* another record would not have fitted */
    expect_size("a.log.2", SIZE - 120);
    log_expect_whole_lines("a.log");
    log_expect_whole_lines("a.log.1");
    char *all = log_read_all("a.log", 2);
    assert_true(expect_lines(all, 300) > 1);
    assert_true(text_has(all, "stop no connection open\n"));
    free(all);
}

static void with_log_keep_0_the_file_is_begun_anew(void **state)
{
    (void)state;
    run("0", "stderr-flood 300");
    assert_false(log_exists("a.log.1"));
    expect_size("a.log", 1);
    log_expect_whole_lines("a.log");
    char *text = log_read("a.log");
    assert_true(expect_lines(text, 300) > 1);
    free(text);
}

/* Whole lines of that many bytes in all. */
static char *make_lines(char *text, size_t size)
{
    static const char line[] = "2026-11-24T13:05:07.123Z  info     stop    of yesterday\n";

    text[0] = '\0';
    for (size_t used = 0; used + sizeof line <= size; used += sizeof line - 1)
        memcpy(text + used, line, sizeof line);
    return text;
}

static void the_size_of_an_existing_file_counts(void **state)
{
    char before[SIZE + 1];

    (void)state;
    folder_write("a.log", make_lines(before, SIZE));
    run("5", "exit 0");
    char *old = log_read("a.log.1");
    assert_string_equal(old, before);
    free(old);
    assert_int_equal(log_count("a.log", "listen probe"), 1);
    assert_int_equal(log_count("a.log", "of yesterday"), 0);
}

static void a_record_that_is_larger_than_a_file_has_one_of_its_own(void **state)
{
    size_t x = 0;

    (void)state;
    run("20", "stderr-long 15000");
    for (unsigned number = 1; number < 20; number++) {
        char name[20];

        snprintf(name, sizeof name, "a.log.%u", number);
        if (!log_exists(name))
            break;
        char *text = log_read(name);
        assert_true(*text != '\0');
        assert_true(strlen(text) <= SIZE || text_count(text, "") == 1);
        free(text);
        log_expect_whole_lines(name);
    }
    char *all = log_read_all("a.log", 20);
    for (const char *next = all; (next = strstr(next, "xx")) != NULL; next++)
        x++;
    assert_int_equal(x + text_count(all, "xx"), 15000);
    free(all);
}

static void expect_content(const char *name, const char *content)
{
    char *text = log_read(name);

    assert_string_equal(text, content);
    free(text);
}

/* Somebody has taken an old file away: the others need not give way. */
static void a_gap_among_the_old_files_is_filled_first(void **state)
{
    char before[SIZE + 1];

    (void)state;
    folder_write("a.log", make_lines(before, SIZE));
    folder_write("a.log.1", "one\n");
    folder_write("a.log.3", "three\n");
    run("3", "exit 0");
    expect_content("a.log.1", before);
    expect_content("a.log.2", "one\n");
    expect_content("a.log.3", "three\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(as_many_old_files_are_kept_as_log_keep_says),
        SYSTEM_TEST(with_log_keep_0_the_file_is_begun_anew),
        SYSTEM_TEST(the_size_of_an_existing_file_counts),
        SYSTEM_TEST(a_record_that_is_larger_than_a_file_has_one_of_its_own),
        SYSTEM_TEST(a_gap_among_the_old_files_is_filled_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
