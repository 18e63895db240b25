/* The commands that do not serve: what they print, where, and their exit codes. */
#include "harness.h"

#include <stdlib.h>
#include <string.h>

/* Runs "stdinetd ARGUMENTS". *out and *err are what it has printed. */
static DWORD run(const char *arguments, char **out, char **err)
{
    struct process *process = process_run("bin\\stdinetd.exe", arguments);

    *out = output_copy(&process->out);
    *err = output_copy(&process->err);
    return process_wait(process);
}

static void expect_result(const char *arguments, const char *pattern)
{
    char *out;
    char *err;

    assert_int_equal(run(arguments, &out, &err), 0);
    if (!text_has(out, pattern))
        fail_msg("stdinetd %s does not print '%s' but:\n%s", arguments, pattern, out);
    assert_string_equal(err, "");
    free(out);
    free(err);
}

static void expect_complaint(const char *arguments, const char *pattern)
{
    char *out;
    char *err;

    assert_int_equal(run(arguments, &out, &err), 2);
    if (!text_has(err, pattern))
        fail_msg("stdinetd %s does not complain '%s' but:\n%s", arguments, pattern, err);
    assert_string_equal(out, "");
    free(out);
    free(err);
}

static void results_go_to_stdout_with_exit_code_0(void **state)
{
    char *out;
    char *err;

    (void)state;
    assert_int_equal(run("--version", &out, &err), 0);
    assert_string_equal(out, "stdinetd 0.1.0\n");
    free(out);
    free(err);
    expect_result("--help", "stdinetd serve PORT [NAME=VALUE ...] -- PROGRAM [ARG ...]");
    expect_result("--help", "stdinetd try PROGRAM [ARG ...]");
    expect_result("try --help", "Exit code: 0 it can be served, 1 it cannot");
    expect_result("options", "instances");
    expect_result("options", "port");
}

static void wrong_use_is_explained_on_stderr_with_exit_code_2(void **state)
{
    (void)state;
    expect_complaint("frobnicate", "there is no command 'frobnicate'");
    expect_complaint("frobnicate", "'stdinetd --help' shows how to call it");
    expect_complaint("--version now", "unexpected 'now'");
    expect_complaint("run -c", "-c needs the name of a file");
    expect_complaint("check -d", "unexpected '-d'");
    expect_complaint("status --name", "--name needs the name of a server");
    expect_complaint("status --name a\\b", "--name: 'a\\b' cannot be a name");
    expect_complaint("stop --name a:b", "--name: 'a:b' cannot be a name");
    expect_complaint("status --json --watch", "--json and --watch do not go together");
    expect_complaint("stop --now --now", "unexpected '--now'");
    expect_complaint("run -c not-there.ini", "not-there.ini");
    expect_complaint("serve", "the port is missing");
    expect_complaint("serve 0", "'-- PROGRAM' is missing");
    expect_complaint("try", "the program is missing");
    expect_complaint("serve 70000 -- cmd.exe", "port 70000 is out of range");
    expect_complaint("serve 0 instance=1 -- cmd.exe", "(did you mean 'instances'?)");
    expect_complaint("serve 0 -- not-there\\at-all.exe", "there is no program");
}

static void check_shows_what_would_be_served(void **state)
{
    (void)state;
    folder_copy("handlers\\echo.exe", "echo.exe");
    folder_write("good.ini", "[ports]\n7000 = echo.exe one\n");
    expect_result("check -c good.ini", "echo 127.0.0.1:7000 *echo.exe one\n");
}

static void check_reports_every_mistake_with_its_line(void **state)
{
    (void)state;
    folder_write("bad.ini", "[service one]\n"
                            "instance = 3\n"
                            "port = 70000\n"
                            "server = not-there.exe\n");
    expect_complaint("check -c bad.ini",
                     "bad.ini:2: unknown option 'instance' (did you mean 'instances'?)\n"
                     "bad.ini:3: port 70000 is out of range (1 to 65535, or 0 for any free port)\n"
                     "bad.ini:4: there is no program 'not-there.exe', neither in * nor in PATH\n"
                     "3 errors; nothing would be served\n");
    expect_complaint("run -c bad.ini", "3 errors; nothing would be served\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(results_go_to_stdout_with_exit_code_0),
        SYSTEM_TEST(wrong_use_is_explained_on_stderr_with_exit_code_2),
        SYSTEM_TEST(check_shows_what_would_be_served),
        SYSTEM_TEST(check_reports_every_mistake_with_its_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
