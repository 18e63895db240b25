/* A program that is not there: a mistake in the file at load, a failed connection afterwards. */
#include "harness.h"

static void at_load_it_is_a_mistake_in_the_file(void **state)
{
    (void)state;
    folder_write("test.ini", "[service one]\n"
                             "port = 0\n"
                             "server = not-there\\one.exe\n");
    struct process *server = process_run("bin\\stdinetd.exe", "run -c test.ini");

    assert_int_equal(process_wait(server), 2);
    server_expect(server, "test.ini:3: there is no program 'not-there\\one.exe' (looked for ");
    server_expect(server, "1 error; nothing would be served");
}

static void at_a_connection_it_ends_that_connection_alone(void **state)
{
    (void)state;
    folder_copy("handlers\\upper.exe", "gone.exe");
    struct process *server = server_start("[service gone]\n"
                                          "port = 0\n"
                                          "server = %s\\gone.exe\n"
                                          "[service upper]\n"
                                          "port = 0\n"
                                          "server = handlers\\upper.exe\n",
                                          folder_own());
    folder_delete("gone.exe");
    SOCKET client = client_connect(server, "gone");
    client_expect_end(client);
    client_close(client);
    server_expect(server, "fail gone#1 127.0.0.1:* CreateProcess *gone.exe: 2: ");
    server_expect(server, "close gone#1 127.0.0.1:* launch failed after ");

    client = client_connect(server, "upper");
    client_say(client, "well?\n");
    client_expect(client, "WELL?\r\n");
    client_close(client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(at_load_it_is_a_mistake_in_the_file),
        SYSTEM_TEST(at_a_connection_it_ends_that_connection_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
