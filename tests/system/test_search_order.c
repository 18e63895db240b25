/* Without -c: stdinetd.ini beside the program, then ..\etc\stdinetd.ini. Never in the current
 * folder. */
#include "harness.h"

#include <stdio.h>

static const char *program(void)
{
    static char path[1024];

    snprintf(path, sizeof path, "%s\\bin\\stdinetd.exe", folder_own());
    return path;
}

/* "stdinetd check" prints the services of the file that it has found. */
static void expect_found(const char *service)
{
    char pattern[64];
    struct process *check = process_run(program(), "check");

    assert_int_equal(process_wait(check), 0);
    snprintf(pattern, sizeof pattern, "%s ", service);
    if (!output_wait(&check->out, pattern, 0))
        fail_msg("wanted service %s, got:\n%s", service, output_copy(&check->out));
}

static void write_service(const char *file, const char *service)
{
    char ini[1024];

    snprintf(ini, sizeof ini, "[service %s]\nport = 7000\nserver = %s\\handlers\\echo.exe\n",
             service, folder_build());
    folder_write(file, ini);
}

static void beside_the_program_then_in_etc_then_an_error_that_names_both(void **state)
{
    (void)state;
    folder_copy("bin\\stdinetd.exe", "bin\\stdinetd.exe");
    write_service("stdinetd.ini", "current-folder");
    struct process *neither = process_run(program(), "");
    assert_int_equal(process_wait(neither), 2);
    server_expect(neither, "\\bin\\stdinetd.ini nor *\\etc\\stdinetd.ini");

    write_service("etc\\stdinetd.ini", "in-etc");
    expect_found("in-etc");
    write_service("bin\\stdinetd.ini", "beside");
    expect_found("beside");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(beside_the_program_then_in_etc_then_an_error_that_names_both),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
