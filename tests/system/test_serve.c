/* "stdinetd serve PORT -- PROGRAM": one service without a file. */
#include "harness.h"

#include <stdio.h>

static void base_and_the_handlers_folder_are_the_current_folder(void **state)
{
    char line[1024];

    (void)state;
    folder_copy("tests\\probe.exe", "own.exe");
    struct process *server = server_start_with("serve 0 -- own.exe folder");
    SOCKET client = client_connect(server, "own");

    snprintf(line, sizeof line, "%s\n", folder_own());
    assert_string_equal(client_rest(client), line);
    client_close(client);
}

static void options_stand_before_the_program_and_its_arguments_behind(void **state)
{
    struct process *server =
        server_start_with("serve 0 bind=::1 instances=7 -- \"%s\\tests\\probe.exe\" arguments "
                          "\"two words\" \"\" a\\\"b c=d --",
                          folder_build());
    SOCKET client = client_connect(server, "probe");

    (void)state;
    server_expect(server, "listen probe [::1]:");
    assert_string_equal(client_rest(client), "two words\n\na\"b\nc=d\n--\n");
    client_close(client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(base_and_the_handlers_folder_are_the_current_folder),
        SYSTEM_TEST(options_stand_before_the_program_and_its_arguments_behind),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
