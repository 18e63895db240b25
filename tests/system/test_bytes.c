/* What goes in comes out: every byte, in both directions, however many. */
#include "harness.h"

#include <stdlib.h>
#include <string.h>

#define MEBIBYTE ((size_t)1024 * 1024)

static const char echo[] = "[service echo]\nport = 0\nserver = handlers\\echo.exe\n";

static void all_256_bytes_pass_unchanged(void **state)
{
    struct process *server = server_start("%s", echo);
    SOCKET client = client_connect(server, "echo");
    unsigned char sent[256];
    unsigned char got[257];
    size_t count;

    (void)state;
    for (size_t i = 0; i < sizeof sent; i++)
        sent[i] = (unsigned char)i;
    client_send(client, sent, sizeof sent);
    client_end_sending(client);
    assert_int_equal(client_take(client, got, sizeof got, &count), END_ORDERLY);
    assert_int_equal(count, sizeof sent);
    assert_memory_equal(got, sent, sizeof sent);
    client_close(client);
}

/* The end of what the client sends is not the end of what it gets: probe answers only then. */
static void the_answer_comes_after_the_client_has_ended_its_side(void **state)
{
    struct process *server = server_start("[service sink]\n"
                                          "port = 0\n"
                                          "server = tests\\probe.exe\n"
                                          "server_args = sink\n");
    SOCKET client = client_connect(server, "sink");

    (void)state;
    client_say(client, "ten bytes.");
    client_end_sending(client);
    assert_string_equal(client_rest(client), "10\n");
    client_close(client);
    server_expect(server, "close sink#1 * exit 0 ");
}

static void eight_mebibytes_go_there_and_back(void **state)
{
    struct process *server = server_start("%s", echo);
    SOCKET client = client_connect(server, "echo");
    size_t size = 8 * MEBIBYTE;
    unsigned char *sent = malloc(size);
    unsigned char *got = malloc(size);
    size_t count;

    (void)state;
    assert_non_null(sent);
    assert_non_null(got);
    for (size_t i = 0; i < size; i++)
        sent[i] = (unsigned char)(i % 251);
    client_exchange(client, sent, size, got, size, &count);
    assert_int_equal(count, size);
    assert_int_equal(memcmp(got, sent, size), 0);
    client_end_sending(client);
    client_expect_end(client);
    client_close(client);
    free(sent);
    free(got);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(all_256_bytes_pass_unchanged),
        SYSTEM_TEST(the_answer_comes_after_the_client_has_ended_its_side),
        SYSTEM_TEST(eight_mebibytes_go_there_and_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
