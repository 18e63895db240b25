/* Dart Sass: by the batch file that it comes with, and in the dialogue of its embedded protocol. */
#include "programs.h"

#define DART     DART_SASS "src\\dart.exe"
#define SNAPSHOT DART_SASS "src\\sass.snapshot"
#define SASS     DART_SASS "sass.bat"

static void auto_is_pipe_and_it_compiles_what_comes(void **state)
{
    struct process *server = server_start("[service it]\n"
                                          "port = 0\n"
                                          "server = " SASS "\n"
                                          "server_args = --stdin\n");
    SOCKET client = client_connect(server, "it");

    (void)state;
    server_expect(server, "listen it * stdio is pipe, for dart takes no socket\n");
    client_say(client, "$side: left;\na { b { float: $side } }\n");
    client_end_sending(client);
    assert_string_equal(client_rest(client), "a b {\n  float: left;\n}\n");
    client_close(client);
    server_expect(server, "close it#1 * exit 0 ");
}

/* Sass, spec/embedded-protocol.md: length, compilation, and a VersionRequest by its id; the answer
   has the same compilation and a VersionResponse. */
static void it_answers_while_it_waits_for_more(void **state)
{
    static const char request[] = {5, 0, 0x3a, 2, 8, 1};
    struct process *server = server_start("[service it]\n"
                                          "port = 0\n"
                                          "server = " DART "\n"
                                          "server_args = " SNAPSHOT " --embedded\n");
    SOCKET client = client_connect(server, "it");
    char answer[128];
    size_t count;

    (void)state;
    for (int i = 0; i < 3; i++) {
        client_send(client, request, sizeof request);
        assert_int_equal(client_take(client, answer, 1, &count), END_OPEN);
        assert_in_range(answer[0], 10, sizeof answer);
        assert_int_equal(client_take(client, answer, (size_t)answer[0], &count), END_OPEN);
        assert_memory_equal(answer, "\0\x42", 2);
    }
    client_end_sending(client);
    client_expect_end(client);
    client_close(client);
    server_expect(server, "close it#1 * exit 0 ");
}

static void try_recommends_pipe(void **state)
{
    (void)state;
    program_expect_try(SASS, "--stdin", "pipe");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(auto_is_pipe_and_it_compiles_what_comes),
        SYSTEM_TEST(it_answers_while_it_waits_for_more),
        SYSTEM_TEST(try_recommends_pipe),
    };

    program_needed("dart-sass", SASS, "--version");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
