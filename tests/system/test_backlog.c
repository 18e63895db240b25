/* Clients that wait until a full service has room: Windows keeps so many as backlog says, and each
   of these has its turn. How Windows turns the next ones away is its own affair: it refuses them
   after a while, Linux under Wine leaves them without an answer. */
#include "harness.h"

#include <stdio.h>

#define CLIENTS 12
#define FEW     3
#define ONE     "port = 0\nserver = handlers\\upper.exe\ninstances = 1\n"

/* Connects without waiting for an answer. */
static SOCKET knock(const char *address)
{
    unsigned port;
    u_long on = 1;
    SOCKET client = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);

    assert_int_equal(sscanf(address, "127.0.0.1:%u", &port), 1);
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                             .sin_port = htons((u_short)port)};
    assert_int_equal(ioctlsocket(client, (long)FIONBIO, &on), 0);
    assert_true(connect(client, (const struct sockaddr *)&to, sizeof to) == 0 ||
                WSAGetLastError() == WSAEWOULDBLOCK);
    return client;
}

static bool is_connected(SOCKET client)
{
    struct timeval now = {0, 0};
    fd_set writable;

    FD_ZERO(&writable);
    FD_SET(client, &writable);
    return select(0, NULL, &writable, NULL, &now) == 1;
}

/* Fills the service, lets CLIENTS more knock, and returns how many of them wait in its backlog
   (they come first in clients); the others are gone. */
static size_t fill(struct process *server, const char *service, SOCKET clients[CLIENTS])
{
    const char *address = server_address(server, service, 0);
    u_long off = 0;
    size_t count = 0;

    for (size_t i = 0; i < CLIENTS; i++)
        clients[i] = knock(address);
    client_goodbye(client_hello(
        server, "other")); /* an answer over the same way: all of theirs have come, too */
    for (size_t i = 0; i < CLIENTS; i++) {
        SOCKET client = clients[i];

        if (is_connected(client)) {
            assert_int_equal(ioctlsocket(client, (long)FIONBIO, &off), 0);
            clients[count++] = client;
        } else {
            closesocket(client);
        }
    }
    return count;
}

static void expect_their_turns(SOCKET *clients, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        client_say(clients[i], "patience\n");
        client_expect(clients[i], "PATIENCE\r\n");
        client_goodbye(clients[i]);
    }
}

static void so_many_wait_and_each_has_its_turn(void **state)
{
    struct process *server = server_start("[service few]\n" ONE "backlog = %d\n"
                                          "[service many]\n" ONE "backlog = %d\n"
                                          "[service other]\n" ONE,
                                          FEW, CLIENTS);
    SOCKET few = client_hello(server, "few");
    SOCKET many = client_hello(server, "many");
    SOCKET clients[CLIENTS];

    (void)state;
    size_t count = fill(server, "few", clients);
    assert_in_range(count, FEW, FEW + 1); /* Linux keeps one more */
    client_goodbye(few);
    expect_their_turns(clients, count);

    assert_int_equal(fill(server, "many", clients), CLIENTS);
    client_goodbye(many);
    expect_their_turns(clients, CLIENTS);
    server_console(server, PRESS_CTRL_C);
    assert_int_equal(process_wait(server), 0);
    assert_int_equal(server_count(server, "close few#* exit 0 "), 1 + count);
    assert_int_equal(server_count(server, "close many#* exit 0 "), 1 + CLIENTS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(so_many_wait_and_each_has_its_turn),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
