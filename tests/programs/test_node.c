/* Node.js: it cannot use a socket, so auto gives it pipes. */
#include "programs.h"

#include <stdlib.h>
#include <string.h>

#define MEGABYTES(n) ((size_t)(n)*1000 * 1000)

static const char upper[] = "require('readline').createInterface({input: process.stdin})\n"
                            "    .on('line', line => console.log(line.toUpperCase()));\n";

static struct process *serve(const char *script)
{
    folder_write("script.js", script);
    return server_start("[service it]\n"
                        "port = 0\n"
                        "server = " NODE "\n"
                        "server_args = \"%s\\script.js\"\n"
                        "env = " NODE_ON_ANY_WINDOWS "=1\n",
                        folder_own());
}

static void auto_is_pipe_and_a_dialogue_passes(void **state)
{
    struct process *server = serve(upper);

    (void)state;
    server_expect(server, "listen it * stdio is pipe, for node takes no socket\n");
    program_expect_capitals(client_connect(server, "it"));
    server_expect(server, "close it#1 * exit 0 ");
}

static void three_megabytes_pass_through_a_stream(void **state)
{
    struct process *server = serve("process.stdin.pipe(process.stdout);\n");
    SOCKET client = client_connect(server, "it");
    size_t size = MEGABYTES(3);
    unsigned char *sent = malloc(size);
    unsigned char *got = calloc(size, 1);
    size_t count;

    (void)state;
    assert_non_null(sent);
    assert_non_null(got);
    for (size_t i = 0; i < size; i++)
        sent[i] = (unsigned char)(i * i / 7);
    client_exchange(client, sent, size, got, size, &count);
    assert_int_equal(count, size);
    assert_memory_equal(got, sent, size);
    client_end_sending(client);
    client_expect_end(client);
    client_close(client);
    server_expect(server, "close it#1 * exit 0 ");
    free(sent);
    free(got);
}

static void its_output_comes_whole_although_it_reads_nothing(void **state)
{
    struct process *server = serve("process.stdout.write(Buffer.alloc(1000000, 'x'));\n");
    SOCKET client = client_connect(server, "it");
    size_t size = MEGABYTES(1);
    char *got = calloc(size + 1, 1);
    size_t count;

    (void)state;
    assert_non_null(got);
    client_say(client, "this is never read\n");
    assert_int_equal(client_take(client, got, size + 1, &count), END_ORDERLY);
    assert_int_equal(count, size);
    assert_int_equal(strspn(got, "x"), size);
    client_close(client);
    server_expect(server, "close it#1 * exit 0 ");
    free(got);
}

static void it_sees_the_end_of_its_input_and_answers_after_it(void **state)
{
    struct process *server =
        serve("let size = 0;\n"
              "process.stdin.on('data', bytes => { size += bytes.length; });\n"
              "process.stdin.on('end', () => { console.log(`${size} bytes`); });\n");
    SOCKET client = client_connect(server, "it");

    (void)state;
    client_say(client, "hello\n");
    client_end_sending(client);
    assert_string_equal(client_rest(client), "6 bytes\n");
    client_close(client);
    server_expect(server, "close it#1 * exit 0 ");
}

static void try_recommends_pipe(void **state)
{
    (void)state;
    folder_write("script.js", upper);
    program_expect_try(NODE, "script.js", "pipe");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(auto_is_pipe_and_a_dialogue_passes),
        SYSTEM_TEST(three_megabytes_pass_through_a_stream),
        SYSTEM_TEST(its_output_comes_whole_although_it_reads_nothing),
        SYSTEM_TEST(it_sees_the_end_of_its_input_and_answers_after_it),
        SYSTEM_TEST(try_recommends_pipe),
    };

    program_needed("node", NODE, "--version");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
