/* esbuild as a filter: TypeScript in, JavaScript out. */
#include "programs.h"

#define ESBUILD   NODE_MODULES "@esbuild\\win32-x64\\esbuild.exe"
#define ARGUMENTS "--loader=ts --minify"

static void auto_is_socket_and_it_answers_at_the_end_of_its_input(void **state)
{
    struct process *server = server_start("[service it]\n"
                                          "port = 0\n"
                                          "server = " ESBUILD "\n"
                                          "server_args = " ARGUMENTS "\n");
    SOCKET client = client_connect(server, "it");

    (void)state;
    program_expect_sockets(server);
    client_say(client, "let x: number = 1 + 1;\nconsole.log(x)\n");
    client_end_sending(client);
    assert_string_equal(client_rest(client), "let x=2;console.log(x);\n");
    client_close(client);
    server_expect(server, "close it#1 * exit 0 ");
}

static void try_recommends_socket(void **state)
{
    (void)state;
    program_expect_try(ESBUILD, ARGUMENTS, "socket");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(auto_is_socket_and_it_answers_at_the_end_of_its_input),
        SYSTEM_TEST(try_recommends_socket),
    };

    program_needed("esbuild", ESBUILD, "--version");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
