/* 7-Zip as a filter that compresses, and one that brings it back. */
#include "programs.h"

#define SEVEN_ZIP NODE_MODULES "7zip-bin\\win\\x64\\7za.exe"
#define COMPRESS  "a -tgzip -si -so it"
#define EXPAND    "x -tgzip -si -so"

/* Less than what a client may leave unread under Wine 8: see IN_FLIGHT. */
#define PLAIN_SIZE 400000

static size_t filter(struct process *server, const char *service, const void *in, size_t size,
                     void *out, size_t room)
{
    SOCKET client = client_connect(server, service);
    size_t count;

    client_send(client, in, size);
    client_end_sending(client);
    assert_int_equal(client_take(client, out, room, &count), END_ORDERLY);
    client_close(client);
    return count;
}

static void auto_is_socket_and_what_it_compresses_can_be_expanded(void **state)
{
    static unsigned char plain[PLAIN_SIZE], small[PLAIN_SIZE], again[PLAIN_SIZE + 1];
    struct process *server = server_start("[service compress]\n"
                                          "port = 0\n"
                                          "server = " SEVEN_ZIP "\n"
                                          "server_args = " COMPRESS "\n"
                                          "[service expand]\n"
                                          "port = 0\n"
                                          "server = " SEVEN_ZIP "\n"
                                          "server_args = " EXPAND "\n");

    (void)state;
    program_expect_sockets(server);
    for (size_t i = 0; i < PLAIN_SIZE; i++)
        plain[i] = (unsigned char)(i % 1000 < 300 ? i * i / 7 : i / 1000);
    size_t count = filter(server, "compress", plain, PLAIN_SIZE, small, PLAIN_SIZE);
    assert_in_range(count, 1000, PLAIN_SIZE / 2);
    assert_memory_equal(small, "\x1f\x8b", 2); /* RFC 1952 */
    assert_int_equal(filter(server, "expand", small, count, again, sizeof again), PLAIN_SIZE);
    assert_memory_equal(again, plain, PLAIN_SIZE);
    server_expect(server, "close expand#2 * exit 0 ");
}

static void try_recommends_socket(void **state)
{
    (void)state;
    program_expect_try(SEVEN_ZIP, COMPRESS, "socket");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(auto_is_socket_and_what_it_compresses_can_be_expanded),
        SYSTEM_TEST(try_recommends_socket),
    };

    program_needed("7-Zip", SEVEN_ZIP, "i");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
