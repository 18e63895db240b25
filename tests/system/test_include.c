/* include: services in files of their own. */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>

/* etc\main.ini with this include, a service of its own and [defaults] that show. */
static void write_main(const char *include)
{
    char ini[2048];

    snprintf(ini, sizeof ini,
             "[server]\n"
             "base = %s\n"
             "include = %s\n"
             "[service own]\n"
             "port = 0\n"
             "server = handlers\\upper.exe\n"
             "[defaults]\n"
             "env = COLOUR=red\n",
             folder_build(), include);
    folder_write("etc\\main.ini", ini);
}

static void expect_variable(struct process *server, const char *service, const char *pattern)
{
    SOCKET client = client_connect(server, service);

    assert_true(text_has(client_rest(client), pattern));
    client_close(client);
}

static void services_of_included_files_are_served(void **state)
{
    (void)state;
    write_main("services\\*.ini \"more services\\last.ini\"");
    folder_write("etc\\services\\one.ini", "[service one]\n"
                                           "port = 0\n"
                                           "server = handlers\\env.exe\n");
    folder_write("etc\\services\\Two.INI", "[service two]\n"
                                           "port = 0\n"
                                           "server = handlers\\env.exe\n"
                                           "env += SHAPE=round\n");
    folder_write("etc\\more services\\last.ini", "[ports]\n"
                                                 "0 = handlers\\echo.exe\n");
    struct process *server = server_start_with("run -c etc\\main.ini");
    SOCKET client = client_connect(server, "own");

    client_expect_served(client);
    client_close(client);
    expect_variable(server, "one", "\nCOLOUR=red\r\n");
    expect_variable(server, "two", "\nCOLOUR=red\r\n");
    expect_variable(server, "two", "\nSHAPE=round\r\n");
    client = client_connect(server, "echo");
    client_say(client, "hello\n");
    client_expect(client, "hello\n");
    client_close(client);
}

/* The name as it is must match, not the short one that Windows may give a file besides
   (SERVIC~1.INI); and a folder is no file. */
static void what_a_pattern_does_not_match_is_left_alone(void **state)
{
    (void)state;
    write_main("services\\*.ini none-of-them-*.ini");
    folder_write("etc\\services\\service.ini.bak", "no ini file\n");
    folder_write("etc\\services\\service.initial", "no ini file\n");
    folder_write("etc\\services\\folder.ini\\read.me", "no ini file\n");
    struct process *check = process_run("bin\\stdinetd.exe", "check -c etc\\main.ini");

    if (process_wait(check) != 0)
        FAIL("files that are not meant were read");
    assert_true(output_wait_lines(&check->out, "upper.exe", 1, 0));
}

static void expect_complaint(const char *arguments, const char *pattern)
{
    struct process *process = process_run("bin\\stdinetd.exe", arguments);
    char *err = output_copy(&process->err);

    assert_int_equal(process_wait(process), 2);
    if (!text_has(err, pattern))
        fail_msg("stdinetd %s does not complain '%s' but:\n%s", arguments, pattern, err);
    free(err);
}

static void a_mistake_in_an_included_file_is_named_and_rejects_everything(void **state)
{
    static const char mistakes[] =
        "etc\\services\\two.ini:2: port 70000 is out of range (1 to 65535, or 0 for any free "
        "port)\n"
        "etc\\services\\two.ini:4: port 7001 on 127.0.0.1 belongs to service 'one' already"
        " (etc\\services\\one.ini:2)\n"
        "2 errors; nothing would be served\n";

    (void)state;
    write_main("services\\*.ini");
    folder_write("etc\\services\\one.ini", "; one\n"
                                           "[service one]\n"
                                           "port = 7001\n"
                                           "server = handlers\\env.exe\n");
    folder_write("etc\\services\\two.ini", "[ports]\n"
                                           "70000 = handlers\\env.exe\n"
                                           "; two\n"
                                           "07001 = handlers\\env.exe\n");
    expect_complaint("check -c etc\\main.ini", mistakes);
    expect_complaint("run -c etc\\main.ini", mistakes);
}

static void a_file_that_is_not_there_is_a_mistake_of_the_main_file(void **state)
{
    (void)state;
    write_main("services\\one.ini services\\*.ini");
    expect_complaint(
        "check -c etc\\main.ini",
        "etc\\main.ini:3: include: there is no file 'services\\one.ini' (looked for *\n"
        "etc\\main.ini:3: include: there is no folder 'services' (looked for *\n"
        "2 errors;");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(services_of_included_files_are_served),
        SYSTEM_TEST(what_a_pattern_does_not_match_is_left_alone),
        SYSTEM_TEST(a_mistake_in_an_included_file_is_named_and_rejects_everything),
        SYSTEM_TEST(a_file_that_is_not_there_is_a_mistake_of_the_main_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
