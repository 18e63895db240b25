/* The folder that relative paths start at, and programs without a path are looked for in first:
   that of the ini file, or base, relative to it. Never the server's current folder. */
#include "harness.h"

#include <stdio.h>

/* Every folder that somebody might start at has a program of that name; the right one says where it
   was started. */
static void make_programs(const char *right)
{
    static const char *const folders[] = {".", "etc", "there", "etc\\there"};
    char name[100];

    for (size_t i = 0; i < ARRAYSIZE(folders); i++) {
        snprintf(name, sizeof name, "%s\\program.exe", folders[i]);
        folder_copy("handlers\\upper.exe", name);
    }
    snprintf(name, sizeof name, "%s\\program.exe", right);
    folder_copy("tests\\probe.exe", name);
}

static void expect_base(const char *ini, const char *right)
{
    static const char *const programs[] = {"program.exe", ".\\program.exe"};
    char text[1024];
    char folder[1024];

    make_programs(right);
    snprintf(folder, sizeof folder, "%s\\%s\n", folder_own(), right);
    for (size_t i = 0; i < ARRAYSIZE(programs); i++) {
        snprintf(text, sizeof text, "%s[ports]\n0 = %s folder\n", ini, programs[i]);
        folder_write("etc\\test.ini", text);
        struct process *server = server_start_with("run -c etc\\test.ini");
        SOCKET client = client_connect(server, "program");

        client_end_sending(client);
        assert_string_equal(client_rest(client), folder);
        client_close(client);
    }
}

static void without_base_it_is_the_folder_of_the_file(void **state)
{
    (void)state;
    expect_base("", "etc");
}

static void a_relative_base_starts_at_the_folder_of_the_file(void **state)
{
    (void)state;
    expect_base("[server]\nbase = there\n", "etc\\there");
    expect_base("[server]\nbase = ..\\there\n", "there");
}

static void an_absolute_base_is_taken_as_it_is(void **state)
{
    char ini[1024];

    (void)state;
    snprintf(ini, sizeof ini, "[server]\nbase = %s\\there\n", folder_own());
    expect_base(ini, "there");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(without_base_it_is_the_folder_of_the_file),
        SYSTEM_TEST(a_relative_base_starts_at_the_folder_of_the_file),
        SYSTEM_TEST(an_absolute_base_is_taken_as_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
