/* "stdinetd try" comes to an end with programs that do not, and leaves nothing running. */
#include "try.h"

#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tlhelp32.h>

static void one_that_ignores_the_end_of_its_input_can_be_served(void **state)
{
    struct process *try = try_probe("echo-for-ever");

    (void)state;
    try_expect_choice(try, "socket");
    try_expect(try, "sees the end of its input no no");
    try_expect(try, "ends by itself no no");
    try_expect(try, "sends every byte back as is yes yes");
    try_expect(try, "ends if its client vanishes no, it goes on yes");
    try_expect(try, "It goes on when its input has ended");
    try_expect(try, "max_time");
}

static void however_long_it_takes_to_begin(void **state)
{
    struct process *try = try_probe("echo-for-ever 600");

    (void)state;
    try_expect(try, "sends every byte back as is yes yes");
    try_expect(try, "sends 1024 lines back yes yes");
}

/* Of "It began with 4312", a program's own words. */
static HANDLE open_named(struct process *try)
{
    char *text = output_copy(&try->out);
    char *words = strstr(text, "It began with ");

    if (words == NULL)
        FAIL("it printed no process id:\n%s", text);
    HANDLE process = process_open(strtoul(words + strlen("It began with "), NULL, 10));
    free(text);
    return process;
}

static void one_that_hangs_is_ended(void **state)
{
    struct process *try = try_probe("deaf");

    (void)state;
    try_expect_choice(try, "socket");
    try_expect(try, "answers a line no no");
    process_expect_gone(open_named(try));
}

static void one_that_says_nothing_and_hangs_serves_nobody(void **state)
{
    struct process *try = try_probe("spin");

    (void)state;
    try_expect_choice(try, NULL);
    try_expect(try, "Neither way works: it says nothing to its client and does not end.");
}

static void what_it_has_started_is_ended_with_it(void **state)
{
    struct process *try = try_probe("parent");

    (void)state;
    try_expect_choice(try, "socket");
    process_expect_gone(open_named(try));
}

static void one_that_writes_without_end_is_ended(void **state)
{
    struct process *try = try_probe("flood 1000000000000");

    (void)state;
    try_expect(try, "writes before it is asked yes yes");
    try_expect(try, "sees the end of its input no no");
    assert_int_equal(process_wait(try), 0);
}

/* A program that try has started; NULL where there is none. */
static HANDLE find_child(const struct process *try)
{
    PROCESSENTRY32W entry = {.dwSize = sizeof entry};
    HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    HANDLE child = NULL;

    assert_true(snapshot != INVALID_HANDLE_VALUE);
    for (BOOL more = Process32FirstW(snapshot, &entry); more && child == NULL;
         more = Process32NextW(snapshot, &entry))
        if (entry.th32ParentProcessID == try->id && wcscmp(entry.szExeFile, L"probe.exe") == 0)
            child = process_open(entry.th32ProcessID);
    CloseHandle(snapshot);
    return child;
}

static void ctrl_c_ends_it_with_its_program(void **state)
{
    char arguments[1024];
    ULONGLONG until_ms = GetTickCount64() + PATIENCE_MS;
    HANDLE child = NULL;

    (void)state;
    snprintf(arguments, sizeof arguments, "try \"%s\\tests\\probe.exe\" deaf", folder_build());
    struct process *try = process_start("bin\\stdinetd.exe", arguments);
    while ((child = find_child(try)) == NULL && GetTickCount64() < until_ms)
        Sleep(10);
    assert_non_null(child);
    server_console(try, PRESS_CTRL_C);
    assert_int_equal(process_wait(try), 1);
    process_expect_gone(child);
    char *text = output_copy(&try->out);
    assert_string_equal(text, "");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(one_that_ignores_the_end_of_its_input_can_be_served),
        SYSTEM_TEST(however_long_it_takes_to_begin),
        SYSTEM_TEST(one_that_hangs_is_ended),
        SYSTEM_TEST(one_that_says_nothing_and_hangs_serves_nobody),
        SYSTEM_TEST(what_it_has_started_is_ended_with_it),
        SYSTEM_TEST(one_that_writes_without_end_is_ended),
        SYSTEM_TEST(ctrl_c_ends_it_with_its_program),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
