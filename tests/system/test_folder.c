/* The current folder of a handler: base, or working_directory. */
#include "harness.h"

#include <stdio.h>

static void expect_folder(struct process *server, const char *service, const char *folder)
{
    SOCKET client = client_connect(server, service);
    char line[1024];

    snprintf(line, sizeof line, "%s\n", folder);
    assert_string_equal(client_rest(client), line);
    client_close(client);
}

static void it_is_base_or_relative_to_base_or_absolute(void **state)
{
    char handlers[1024];
    struct process *server = server_start("[defaults]\n"
                                          "port = 0\n"
                                          "server = tests\\probe.exe\n"
                                          "server_args = folder\n"
                                          "[service none]\n"
                                          "[service relative]\n"
                                          "working_directory = handlers\n"
                                          "[service absolute]\n"
                                          "working_directory = %s\n",
                                          folder_own());

    (void)state;
    expect_folder(server, "none", folder_build());
    snprintf(handlers, sizeof handlers, "%s\\handlers", folder_build());
    expect_folder(server, "relative", handlers);
    expect_folder(server, "absolute", folder_own());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(it_is_base_or_relative_to_base_or_absolute),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
