/* Bun: it cannot use a socket, so auto gives it pipes. */
#include "programs.h"

#define BUN NODE_MODULES "@oven\\bun-windows-x64-baseline\\bin\\bun.exe"

static const char upper[] = "require('readline').createInterface({input: process.stdin})\n"
                            "    .on('line', line => console.log(line.toUpperCase()));\n";

static void auto_is_pipe_and_a_dialogue_passes(void **state)
{
    (void)state;
    folder_write("script.js", upper);
    struct process *server = server_start("[service it]\n"
                                          "port = 0\n"
                                          "server = " BUN "\n"
                                          "server_args = run \"%s\\script.js\"\n",
                                          folder_own());
    server_expect(server, "listen it * stdio is pipe, for bun takes no socket\n");
    program_expect_capitals(client_connect(server, "it"));
    server_expect(server, "close it#1 * exit 0 ");
}

static void try_recommends_pipe(void **state)
{
    (void)state;
    folder_write("script.js", upper);
    program_expect_try(BUN, "run script.js", "pipe");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(auto_is_pipe_and_a_dialogue_passes),
        SYSTEM_TEST(try_recommends_pipe),
    };

    program_needed("bun", BUN, "--version");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
