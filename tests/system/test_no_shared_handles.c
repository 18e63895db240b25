/* Handlers that start at the same moment never get each other's sockets. */
#include "harness.h"

#define ROUNDS 50
#define OTHERS 3

/* With linger = 0 the server does not shut the connection down but only closes its handle: if
   another process had the socket, too, the client would wait for its end in vain. */
static void the_end_of_one_reaches_its_client_while_others_stay_open(void **state)
{
    struct process *server = server_start("[service upper]\n"
                                          "port = 0\n"
                                          "linger = 0\n"
                                          "server = handlers\\upper.exe\n");

    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        SOCKET one = client_connect(server, "upper");
        SOCKET others[OTHERS];

        for (int i = 0; i < OTHERS; i++)
            others[i] = client_connect(server, "upper");
        for (int i = 0; i < OTHERS; i++) {
            client_say(others[i], "ready\n");
            client_expect(others[i], "READY\r\n");
        }
        client_end_sending(one);
        client_expect_end(one);
        for (int i = 0; i < OTHERS; i++) {
            client_say(others[i], "still there\n");
            client_expect(others[i], "STILL THERE\r\n");
            client_close(others[i]);
        }
        client_close(one);
    }
}

/* A socket is a pipe to GetFileType. What is left to a handler: stdin, stdout, and the pipe of
 * stderr. */
static void a_handler_has_no_sockets_and_pipes_but_its_own(void **state)
{
    struct process *server = server_start("[service handles]\n"
                                          "port = 0\n"
                                          "server = tests\\probe.exe\n"
                                          "server_args = handles\n");
    SOCKET clients[20];

    (void)state;
    for (int i = 0; i < 20; i++)
        clients[i] = client_connect(server, "handles");
    for (int i = 0; i < 20; i++) {
        const char *handles = client_rest(clients[i]);

        if (text_count(handles, " File pipe") != 3)
            fail_msg("the handles of a handler:\n%s", handles);
        client_close(clients[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(the_end_of_one_reaches_its_client_while_others_stay_open),
        SYSTEM_TEST(a_handler_has_no_sockets_and_pipes_but_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
