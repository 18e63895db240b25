/* What happens where the log file cannot be opened, written or renamed: the server serves, says so
   once, and no record is lost. */
#include "harness.h"
#include "log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UPPER "[service upper]\nport = 0\nserver = handlers\\upper.exe\n"
#define FLOOD                                                                                      \
    "[service flood]\nport = 0\nserver = tests\\probe.exe\nserver_args = stderr-flood 2000\n"
#define RECORDS 2000

#define FOR_TAILS (FILE_SHARE_READ | FILE_SHARE_WRITE)

static void run_flood(struct process *server)
{
    SOCKET client = log_connect(server, "a.log", "flood");

    client_expect_end(client);
    client_close(client);
}

/* Records for long enough that renaming is tried twice more. */
static void talk_for_seconds(const char *address)
{
    uint64_t until = GetTickCount64() + 2500;

    while (GetTickCount64() < until) {
        log_dialogue_at(address);
        Sleep(50);
    }
}

static size_t count_both(struct process *server, const char *pattern)
{
    return log_count("a.log", pattern) + server_count(server, pattern);
}

/* Each line of the flood in the files or on stderr, once, and never in two pieces. */
static void expect_flood(struct process *server, unsigned oldest)
{
    char *files = log_read_all("a.log", oldest);
    char *errors = output_copy(&server->err);
    unsigned char seen[RECORDS + 1] = {0};
    const char *const texts[] = {files, errors};

    for (int i = 0; i < 2; i++)
        for (const char *line = texts[i]; (line = strstr(line, "  line ")) != NULL; line++)
            seen[strtol(line + strlen("  line "), NULL, 10) % (RECORDS + 1)]++;
    for (long i = 1; i <= RECORDS; i++)
        if (seen[i] != 1)
            fail_msg("line %ld is there %d times", i, seen[i]);
    assert_int_equal(text_count(files, "Z info stderr flood#1 *line *.\n") +
                         text_count(errors, "Z info stderr flood#1 *line *.\n"),
                     RECORDS);
    free(files);
    free(errors);
}

/* The number that the file gives of the records that it lacks is that of those on stderr. */
static void expect_right_number(struct process *server)
{
    char *file = log_read("a.log");
    char *note = strstr(file, "fail    log: ");
    size_t said = 0;

    for (; note != NULL; note = strstr(note + 1, "fail    log: "))
        said += strtoul(note + strlen("fail    log: "), NULL, 10);
    free(file);
    /* beside them: where the log goes, and one line about each spell of trouble */
    assert_int_equal(server_count(server, ""),
                     said + 1 + server_count(server, "Z error fail log: "));
}

/* --- it cannot be opened */

static void a_file_that_another_program_holds_is_waited_for(void **state)
{
    (void)state;
    folder_write("a.log", "");
    HANDLE held = log_hold("a.log", GENERIC_READ, 0);
    struct process *server = log_server("a.log", NULL, UPPER);
    server_expect(server,
                  "Z error fail log: CreateFile *\\a.log: 32: * (records go to stderr until");
    server_expect(server, "Z info listen upper 127.0.0.1:");
    log_dialogue(server, "a.log", "upper");
    server_expect(server, "Z info close upper#1 ");
    CloseHandle(held);
    log_expect("a.log",
               "Z warning fail log: 3 records went to stderr meanwhile, because of *: 32: ", 1);
    log_dialogue(server, "a.log", "upper");
    log_stop(server);
    assert_int_equal(log_count("a.log", "close upper#2 "), 1);
    assert_int_equal(server_count(server, "fail "), 1);
    expect_right_number(server);
    log_expect_whole_lines("a.log");
}

/* The first four times fail: three seconds, however much there is to log meanwhile. */
static void it_is_tried_about_every_second(void **state)
{
    uint64_t since = GetTickCount64();

    (void)state;
    struct process *server = log_server("a.log", "CreateFileW=0,4,5", UPPER FLOOD);
    for (int i = 0; log_count("a.log", "") == 0; i++) {
        if (GetTickCount64() - since > PATIENCE_MS)
            FAIL("the log is not tried again");
        if (i < 20)
            log_dialogue(server, "a.log", "upper");
        Sleep(20);
    }
    uint64_t after_ms = GetTickCount64() - since;
    log_stop(server);
    assert_in_range(after_ms, 3500, PATIENCE_MS);
    assert_int_equal(server_count(server, "fail log: "), 1);
    expect_right_number(server);
}

static void a_folder_that_takes_no_new_file_costs_no_record(void **state)
{
    (void)state;
    struct process *server =
        log_server("a.log", "CreateFileW=1,2,5", "log_size = 20K\nlog_keep = 99\n" UPPER FLOOD);
    run_flood(server);
    log_expect("a.log", "Z warning fail log: * went to stderr meanwhile, because of CreateFile *",
               1);
    log_stop(server);
    assert_int_equal(server_count(server, "Z error fail log: CreateFile *: 5: "), 1);
    expect_flood(server, 99);
}

/* --- it cannot be written */

static void expect_full_disk(const char *fault)
{
    struct process *server = log_server("a.log", fault, UPPER FLOOD);

    run_flood(server);
    log_expect("a.log", "Z warning fail log: * went to stderr meanwhile, because of WriteFile *",
               1);
    log_dialogue(server, "a.log", "upper");
    log_stop(server);
    assert_int_equal(server_count(server, "Z error fail log: WriteFile *\\a.log: 112: "), 1);
    assert_int_equal(count_both(server, "Z info close upper#2 "), 1);
    log_expect_whole_lines("a.log");
    expect_flood(server, 0);
    expect_right_number(server);
}

/* Half of what was to be written is there before the write fails. */
static void on_a_full_disk_no_record_is_split_or_lost(void **state)
{
    (void)state;
    expect_full_disk("WriteFile=4,2,112");
}

/* The write says itself that it was cut short, and so do those after it. */
static void a_write_that_is_cut_short_leaves_whole_records(void **state)
{
    (void)state;
    expect_full_disk("WriteFile=4,12,0");
}

/* What cannot be cut off is written over. */
static void half_a_record_that_cannot_be_cut_off_gets_its_end(void **state)
{
    (void)state;
    struct process *server =
        log_server("a.log", "WriteFile=1,1,112;SetEndOfFile=0,1,5", UPPER FLOOD);
    run_flood(server);
    log_expect("a.log", "Z warning fail log: * went to stderr meanwhile", 1);
    log_stop(server);
    char *text = log_read("a.log");
    assert_true(text_has(text, "\n20*-*-*T*:*:*Z warning fail log: "));
    assert_true(text_has(text, "stop no connection open\n"));
    free(text);
}

/* --- it cannot be renamed */

static void a_reader_that_refuses_the_rename_is_waited_for(void **state)
{
    static const char held_by[] = "Z warning fail log: MoveFileEx *\\a.log: 32: * (the file grows ";

    char address[LOG_ADDRESS_SIZE];

    (void)state;
    struct process *server =
        log_server("a.log", NULL, "log_size = 20K\nlog_keep = 99\n" UPPER FLOOD);
    log_address(server, "a.log", "upper", address);
    HANDLE reader = log_hold("a.log", GENERIC_READ, FOR_TAILS);
    run_flood(server);
    log_expect("a.log", "close flood#1 ", 1);
    talk_for_seconds(address);
    assert_false(log_exists("a.log.1"));
    assert_int_equal(log_count("a.log", held_by), 1);
    assert_int_equal(server_count(server, held_by), 1);
    assert_int_equal(log_count("a.log", "Z info stderr flood#1 "), RECORDS);
    CloseHandle(reader);
    for (int i = 0; i < 200 && !log_exists("a.log.1"); i++) {
        log_dialogue_at(address);
        Sleep(50);
    }
    log_stop(server);
    assert_int_equal(server_count(server, ""), 2); /* where the log goes, and that once */
    log_expect_whole_lines("a.log");
    log_expect_whole_lines("a.log.1");
    expect_flood(server, 99);
}

/* Every try would cost the oldest file otherwise. */
static void an_old_file_that_is_held_costs_no_other(void **state)
{
    char address[LOG_ADDRESS_SIZE];

    (void)state;
    folder_write("a.log.1", "one\n");
    folder_write("a.log.2", "two\n");
    folder_write("a.log.3", "three\n");
    folder_write("a.log.4", "four\n");
    folder_write("a.log.5", "five\n");
    HANDLE reader = log_hold("a.log.2", GENERIC_READ, FOR_TAILS);
    struct process *server = log_server("a.log", NULL, "log_size = 4K\nlog_keep = 5\n" UPPER FLOOD);
    log_address(server, "a.log", "upper", address);
    run_flood(server);
    talk_for_seconds(address);
    log_expect("a.log", "close flood#1 ", 1);
    log_stop(server);
    char *all = log_read_all("a.log", 5);
    assert_true(text_begins(all, "four\nthree\ntwo\none\n20"));
    free(all);
    assert_false(log_exists("a.log.3"));
    assert_int_equal(server_count(server, "Z warning fail log: MoveFileEx *\\a.log.2: 32: "), 1);
    CloseHandle(reader);
}

/* --- and nobody takes what goes to stderr instead */

static void what_was_dropped_is_said_in_the_file_too(void **state)
{
    size_t dropped;

    (void)state;
    folder_write("a.log", "");
    HANDLE held = log_hold("a.log", GENERIC_READ, 0);
    struct process *server = log_server("a.log", NULL,
                                        "[service flood]\nport = 0\nserver = tests\\probe.exe\n"
                                        "server_args = stderr-flood 20000\n");
    SOCKET client = log_connect(server, "a.log", "flood");
    server_expect(server, "stderr flood#1 *line 1.");
    output_pause(&server->err);
    client_expect_end(client);
    client_close(client);
    CloseHandle(held);
    output_resume(&server->err);
    log_expect("a.log", "Z warning fail log: * records dropped, because the output was too slow\n",
               1);
    log_stop(server);
    char *file = log_read("a.log");
    const char *end = strstr(file, " records dropped");
    while (end[-1] != ' ')
        end--;
    dropped = strtoul(end, NULL, 10);
    free(file);
    assert_true(dropped > 0);
    assert_int_equal(count_both(server, "Z info ") + dropped, 20000 + 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(a_file_that_another_program_holds_is_waited_for),
        SYSTEM_TEST(it_is_tried_about_every_second),
        SYSTEM_TEST(a_folder_that_takes_no_new_file_costs_no_record),
        SYSTEM_TEST(on_a_full_disk_no_record_is_split_or_lost),
        SYSTEM_TEST(a_write_that_is_cut_short_leaves_whole_records),
        SYSTEM_TEST(half_a_record_that_cannot_be_cut_off_gets_its_end),
        SYSTEM_TEST(a_reader_that_refuses_the_rename_is_waited_for),
        SYSTEM_TEST(an_old_file_that_is_held_costs_no_other),
        SYSTEM_TEST(what_was_dropped_is_said_in_the_file_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
