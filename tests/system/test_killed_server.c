/* A server that is killed can tidy nothing up; Windows does it. */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void its_handlers_and_their_children_die_with_it_and_its_port_is_free(void **state)
{
    struct process *server = server_start("[service parent]\n"
                                          "port = 0\n"
                                          "server = tests\\probe.exe\n"
                                          "server_args = parent\n"
                                          "[service hang]\n"
                                          "port = 0\n"
                                          "server = tests\\probe.exe\n"
                                          "server_args = hang\n");
    char address[100];
    SOCKET first = client_connect(server, "hang");
    SOCKET second = client_connect(server, "parent");
    HANDLE handler = process_open(strtoul(client_line(first), NULL, 10));
    HANDLE grandchild = process_open(strtoul(client_line(second), NULL, 10));

    (void)state;
    assert_non_null(handler);
    assert_non_null(grandchild);
    snprintf(address, sizeof address, "%s", server_address(server, "hang", 0));
    process_kill(server);
    process_expect_gone(handler);
    process_expect_gone(grandchild);
    client_close(first);
    client_close(second);

    server_start_with("serve %s -- \"%s\\handlers\\upper.exe\"", strchr(address, ':') + 1,
                      folder_build());
    SOCKET client = client_connect_to(address);
    client_say(client, "again\n");
    client_expect(client, "AGAIN\r\n");
    client_close(client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(its_handlers_and_their_children_die_with_it_and_its_port_is_free),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
