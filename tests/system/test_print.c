/* check --print: what is served, as an ini file that can be served. */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>

/* What "stdinetd ARGUMENTS" prints; the caller frees it. */
static char *print(const char *arguments)
{
    struct process *process = process_run("bin\\stdinetd.exe", arguments);

    if (process_wait(process) != 0)
        FAIL("stdinetd %s", arguments);
    return output_copy(&process->out);
}

static void write_files(void)
{
    char ini[2048];

    snprintf(ini, sizeof ini,
             "[server]\n"
             "base = %s\n"
             "include = services\\*.ini\n"
             "[ports]\n"
             "0 = handlers\\upper.exe\n"
             "[defaults]\n"
             "env = COLOUR=red\n",
             folder_build());
    folder_write("etc\\main.ini", ini);
    folder_write("etc\\services\\probe.ini",
                 "[service probe]\n"
                 "port = 0\n"
                 "server = tests\\probe.exe\n"
                 "server_args = arguments \"two words\" \\\"quoted\\\" \"\" \"a \\\\\" \";x\"\n");
    folder_write("etc\\services\\off.ini", "[service off]\n"
                                           "port = 0\n"
                                           "server = not-there.exe\n"
                                           "disable = yes\n");
}

/* Once with base resolved, so also from a file in another folder. */
static void what_is_printed_is_printed_again_and_served(void **state)
{
    (void)state;
    write_files();
    char *text = print("check --print -c etc\\main.ini");
    folder_write("elsewhere\\printed.ini", text);
    char *again = print("check -c elsewhere\\printed.ini --print");

    assert_string_equal(again, text);
    assert_true(text_has(text, "\nenv = COLOUR=red\n"));
    assert_false(text_has(text, "[service off]"));
    struct process *server = server_start_with("run -c elsewhere\\printed.ini");
    SOCKET client = client_connect(server, "probe");
    assert_string_equal(client_rest(client), "two words\n\"quoted\"\n\na \\\n;x\n");
    client_close(client);
    client = client_connect(server, "upper");
    client_expect_served(client);
    client_close(client);
    free(text);
    free(again);
}

static void what_lies_in_etc_goes_round(void **state)
{
    char arguments[1024];

    (void)state;
    snprintf(arguments, sizeof arguments, "check --print -c %s\\etc\\stdinetd.ini", folder_build());
    char *text = print(arguments);
    folder_write("printed.ini", text);
    char *again = print("check --print -c printed.ini");

    assert_string_equal(again, text);
    free(text);
    free(again);
}

static void a_mistake_prints_nothing(void **state)
{
    struct process *process;

    (void)state;
    folder_write("bad.ini", "[ports]\n0 = not-there.exe\n");
    process = process_run("bin\\stdinetd.exe", "check --print -c bad.ini");
    char *out = output_copy(&process->out);
    assert_int_equal(process_wait(process), 2);
    assert_string_equal(out, "");
    free(out);
    process = process_run("bin\\stdinetd.exe", "run --print -c bad.ini");
    assert_int_equal(process_wait(process), 2);
    assert_true(output_wait(&process->err, "unexpected '--print'", 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(what_is_printed_is_printed_again_and_served),
        SYSTEM_TEST(what_lies_in_etc_goes_round),
        SYSTEM_TEST(a_mistake_prints_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
