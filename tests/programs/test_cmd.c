/* cmd.exe itself, which takes a command a line and keeps what it is told. */
#include "programs.h"

#include <string.h>

/* One command and the line that it brings; the lines before are what cmd.exe begins with. Never two
   at once: Wine's own forgets what it has read behind a line. */
static void command(SOCKET client, const char *text, const char *wanted)
{
    client_say(client, text);
    for (int i = 0; i < 20; i++)
        if (strcmp(client_line(client), wanted) == 0)
            return;
    FAIL("cmd.exe does not say '%s'", wanted);
}

static void auto_is_socket_and_a_dialogue_passes(void **state)
{
    struct process *server = server_start("[service it]\n"
                                          "port = 0\n"
                                          "server = cmd.exe\n"
                                          "server_args = /d /q\n");
    SOCKET client = client_connect(server, "it");

    (void)state;
    program_expect_sockets(server);
    command(client, "echo this is %STDINETD_CONNECTION%\r\n", "this is it#1");
    command(client, "set word=kept&& echo done\r\n", "done");
    command(client, "echo %word%\r\n", "kept");
    client_say(client, "exit 7\r\n");
    client_rest(client);
    client_close(client);
    server_expect(server, "close it#1 * exit 7 ");
}

static void try_recommends_socket(void **state)
{
    (void)state;
    program_expect_try("cmd.exe", "/d /q", "socket");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(auto_is_socket_and_a_dialogue_passes),
        SYSTEM_TEST(try_recommends_socket),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
