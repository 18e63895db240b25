/* The table and the long form of the ini file, side by side. */
#include "harness.h"

static void a_line_of_the_table_is_a_service_called_after_its_program(void **state)
{
    struct process *server = server_start("[ports]\n"
                                          "0 = tests\\probe.exe arguments one \"two words\"\n");
    SOCKET client = client_connect(server, "probe");

    (void)state;
    assert_string_equal(client_rest(client), "one\ntwo words\n");
    client_close(client);
}

static void defaults_hold_for_both_forms(void **state)
{
    struct process *server = server_start("[defaults]\n"
                                          "env = COLOUR=red\n"
                                          "[ports]\n"
                                          "0 = handlers\\env.exe\n"
                                          "[service long]\n"
                                          "port = 0\n"
                                          "server = handlers\\env.exe\n"
                                          "env += SHAPE=round\n");
    SOCKET table = client_connect(server, "env");
    SOCKET long_form = client_connect(server, "long");

    (void)state;
    assert_true(text_has(client_rest(table), "\nCOLOUR=red\r\n"));
    const char *variables = client_rest(long_form);
    assert_true(text_has(variables, "\nCOLOUR=red\r\n"));
    assert_true(text_has(variables, "\nSHAPE=round\r\n"));
    client_close(table);
    client_close(long_form);
}

static void a_disabled_service_is_not_served_and_needs_no_program(void **state)
{
    struct process *server = server_start("[service off]\n"
                                          "port = 0\n"
                                          "server = handlers\\not-there.exe\n"
                                          "disable = yes\n"
                                          "[service on]\n"
                                          "port = 0\n"
                                          "server = handlers\\echo.exe\n");

    (void)state;
    server_address(server, "on", 0);
    assert_int_equal(server_count(server, "listen "), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(a_line_of_the_table_is_a_service_called_after_its_program),
        SYSTEM_TEST(defaults_hold_for_both_forms),
        SYSTEM_TEST(a_disabled_service_is_not_served_and_needs_no_program),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
