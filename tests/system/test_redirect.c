/* redirect = HOST PORT: the server copies between the client and another server. Here that is a
   socket of the test's own, or another service. */
#include "harness.h"
#include "usage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MEBIBYTE    ((size_t)1024 * 1024)
#define LARGE       (16 * MEBIBYTE)
#define CROWD       100
#define PATIENCE_MS 20000

/* --- the other server */

static SOCKET target_listen(int backlog, unsigned *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int size = sizeof address;
    SOCKET target = socket(AF_INET, SOCK_STREAM, 0);

    assert_int_not_equal(target, INVALID_SOCKET);
    assert_int_equal(bind(target, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(target, backlog), 0);
    assert_int_equal(getsockname(target, (struct sockaddr *)&address, &size), 0);
    *port = ntohs(address.sin_port);
    return target;
}

static SOCKET target_accept(SOCKET target)
{
    WSAPOLLFD poll = {.fd = target, .events = POLLRDNORM};

    assert_int_equal(WSAPoll(&poll, 1, PATIENCE_MS), 1);
    SOCKET peer = accept(target, NULL, NULL);
    assert_int_not_equal(peer, INVALID_SOCKET);
    return peer;
}

/* A client, and the connection that it has with the target. */
struct pair {
    struct process *server;
    SOCKET target, client, peer;
};

static struct pair begin(const char *more)
{
    struct pair pair;
    unsigned port;

    pair.target = target_listen(5, &port);
    pair.server = server_start("[service there]\n"
                               "port = 0\n"
                               "redirect = 127.0.0.1 %u\n"
                               "%s",
                               port, more);
    pair.client = client_connect(pair.server, "there");
    pair.peer = target_accept(pair.target);
    server_expect(pair.server, "open there#1 * redirect to 127.0.0.1:%u\n", port);
    return pair;
}

/* Both sides end in order. */
static void finish(struct pair *pair)
{
    client_end_sending(pair->client);
    client_expect_end(pair->peer);
    client_end_sending(pair->peer);
    client_expect_end(pair->client);
    client_close(pair->peer);
    client_close(pair->client);
    closesocket(pair->target);
    server_expect(pair->server, "close there#1 * end after ");
}

/* --- what passes */

static void a_dialogue_passes_and_is_counted(void **state)
{
    struct pair pair = begin("");

    (void)state;
    for (int i = 0; i < 50; i++) {
        client_say(pair.client, "question\n");
        client_expect(pair.peer, "question\n");
        client_say(pair.peer, "answer\n");
        client_expect(pair.client, "answer\n");
    }
    finish(&pair);
    server_expect_answer("status", "redirect 0 of 100 ");
    server_expect_answer("status", "bytes: 450 in, 350 out\n");
}

static void the_clients_end_is_handed_on_and_the_answer_still_comes(void **state)
{
    struct pair pair = begin("");
    size_t size = 3 * MEBIBYTE + 17;
    unsigned char *bytes = calloc(size + 1, 1);
    size_t count;

    (void)state;
    assert_non_null(bytes);
    client_say(pair.client, "give\n");
    client_end_sending(pair.client);
    client_expect(pair.peer, "give\n");
    client_expect_end(pair.peer);
    client_send(pair.peer, bytes, size);
    client_close(pair.peer);
    assert_int_equal(client_take(pair.client, bytes, size + 1, &count), END_ORDERLY);
    assert_int_equal(count, size);
    client_close(pair.client);
    server_expect(pair.server, "close there#1 * end after ");
    free(bytes);
}

static void the_targets_end_is_handed_on_and_the_client_may_go_on_sending(void **state)
{
    struct pair pair = begin("");

    (void)state;
    client_say(pair.peer, "bye\n");
    client_end_sending(pair.peer);
    client_expect(pair.client, "bye\n");
    client_expect_end(pair.client);
    for (int i = 0; i < 100; i++) {
        client_say(pair.client, "still here\n");
        client_expect(pair.peer, "still here\n");
    }
    assert_int_equal(server_count(pair.server, "close there#"), 0);
    client_end_sending(pair.client);
    client_expect_end(pair.peer);
    server_expect(pair.server, "close there#1 * end after ");
}

static void many_bytes_pass_both_ways_as_they_are(void **state)
{
    unsigned port = client_free_port();
    struct process *server = server_start("[service echo]\nport = %u\nserver = handlers\\echo.exe\n"
                                          "[service there]\nport = 0\nredirect = localhost %u\n",
                                          port, port);
    unsigned char *sent = malloc(LARGE);
    unsigned char *taken = malloc(LARGE);
    size_t count;

    (void)state;
    assert_true(sent != NULL && taken != NULL);
    for (size_t i = 0; i < LARGE; i++)
        sent[i] = (unsigned char)(i % 251 + i / 65536);
    SOCKET client = client_connect(server, "there");
    client_exchange(client, sent, LARGE, taken, LARGE, &count);
    assert_int_equal(count, LARGE);
    assert_memory_equal(sent, taken, LARGE);
    client_end_sending(client);
    client_expect_end(client);
    client_close(client);
    free(sent);
    free(taken);
}

/* What nobody takes stays where it is: neither end can fill the server's memory. */
static void a_crowd_that_reads_nothing_costs_no_thread_and_little_memory(void **state)
{
    struct pair pair = begin("instances = unlimited\n");
    struct usage before = usage_of(pair.server);
    SOCKET clients[CROWD], peers[CROWD];
    static char block[64 * 1024];
    u_long on = 1;
    size_t stuck = 0;

    (void)state;
    for (size_t i = 0; i < CROWD; i++) {
        clients[i] = client_connect(pair.server, "there");
        peers[i] = target_accept(pair.target);
        ioctlsocket(peers[i], (long)FIONBIO, &on);
        for (int tries = 0; tries < 1000 && send(peers[i], block, sizeof block, 0) > 0; tries++)
            ;
        stuck += WSAGetLastError() == WSAEWOULDBLOCK;
    }
    struct usage after = usage_of(pair.server);
    print_message("%d redirects: %lu KB and %lu threads, with one %lu KB and %lu\n", CROWD,
                  after.private_kilobytes, after.threads, before.private_kilobytes, before.threads);
    assert_int_equal(stuck, CROWD);
    assert_int_equal(after.threads, before.threads);
    assert_true(after.private_kilobytes < 64 * 1024);
    for (size_t i = 0; i < CROWD; i++) {
        client_reset(clients[i]);
        client_close(peers[i]);
    }
    finish(&pair);
}

/* --- ends that are not in order */

static void the_clients_reset_is_one_for_the_target(void **state)
{
    struct pair pair = begin("");
    unsigned char got[8];
    size_t count;

    (void)state;
    client_say(pair.client, "x");
    client_expect(pair.peer, "x");
    client_reset(pair.client);
    assert_int_not_equal(client_take(pair.peer, got, sizeof got, &count), END_OPEN);
    client_close(pair.peer);
    server_expect(pair.server, "close there#1 * end after ");
}

/* Wine may tell a reset as an end; then the client's own end is what is over. */
static void what_the_target_sent_before_its_reset_still_comes(void **state)
{
    struct pair pair = begin("");

    (void)state;
    client_say(pair.peer, "last words\n");
    client_expect(pair.client, "last words\n");
    client_reset(pair.peer);
    client_expect_end(pair.client);
    client_close(pair.client);
    server_expect(pair.server, "close there#1 * end after ");
}

static void silence_ends_it_after_idle_time(void **state)
{
    struct pair pair = begin("idle_time = 300ms\n");

    (void)state;
    client_expect_end(pair.client);
    client_expect_end(pair.peer);
    client_close(pair.client);
    server_expect(pair.server, "close there#1 * idle_time\n");
}

static void max_time_ends_it(void **state)
{
    struct pair pair = begin("max_time = 300ms\n");

    (void)state;
    client_expect_end(pair.client);
    client_expect_end(pair.peer);
    client_close(pair.client);
    server_expect(pair.server, "close there#1 * max_time\n");
}

static void a_stop_lets_it_finish(void **state)
{
    struct pair pair = begin("");

    (void)state;
    server_console(pair.server, PRESS_CTRL_C);
    server_expect(pair.server, "stop 1 connection open");
    client_say(pair.client, "x");
    client_expect(pair.peer, "x");
    finish(&pair);
    assert_int_equal(process_wait(pair.server), 0);
}

static void a_second_stop_ends_it(void **state)
{
    struct pair pair = begin("");

    (void)state;
    server_console(pair.server, PRESS_CTRL_C);
    server_expect(pair.server, "stop 1 connection open");
    server_console(pair.server, PRESS_CTRL_C);
    client_expect_end(pair.client);
    client_expect_end(pair.peer);
    client_close(pair.client);
    assert_int_equal(process_wait(pair.server), 1);
}

/* --- targets that cannot be reached */

static void nobody_there_is_a_failure(void **state)
{
    unsigned port = client_free_port();
    struct process *server =
        server_start("[service there]\nport = 0\nredirect = 127.0.0.1 %u\n", port);
    SOCKET client = client_connect(server, "there");

    (void)state;
    client_expect_end(client);
    client_close(client);
    server_expect(server, "fail there#1 * connect to 127.0.0.1:%u: 10061: ", port);
    server_expect(server, "close there#1 * connect failed after ");
    server_expect_answer("status", "started, 0 refused, 1 failed");
}

static void a_name_that_nobody_has_is_a_failure(void **state)
{
    struct process *server =
        server_start("[service there]\nport = 0\nredirect = nobody.invalid 80\n");
    SOCKET client = client_connect(server, "there");

    (void)state;
    client_expect_end(client);
    client_close(client);
    server_expect(server, "fail there#1 * look-up of nobody.invalid: 11001: ");
}

/* Its backlog is full, so it does not even refuse. */
static SOCKET deaf_target(unsigned *port, SOCKET fillers[], size_t count)
{
    SOCKET target = target_listen(1, port);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                  .sin_port = htons((u_short)*port)};
    u_long on = 1;

    for (size_t i = 0; i < count; i++) {
        fillers[i] = socket(AF_INET, SOCK_STREAM, 0);
        ioctlsocket(fillers[i], (long)FIONBIO, &on);
        connect(fillers[i], (struct sockaddr *)&address, sizeof address);
    }
    return target;
}

static void a_target_that_does_not_answer_is_given_up_after_ten_seconds(void **state)
{
    SOCKET fillers[4];
    unsigned port;
    SOCKET target = deaf_target(&port, fillers, 4);
    struct process *server =
        server_start("[service there]\nport = 0\nredirect = 127.0.0.1 %u\n", port);
    SOCKET client = client_connect(server, "there");

    (void)state;
    client_expect_end(client);
    client_close(client);
    server_expect(server, "fail there#1 * no connection to 127.0.0.1 %u within 10 s\n", port);
    for (size_t i = 0; i < 4; i++)
        closesocket(fillers[i]);
    closesocket(target);
}

static void a_stop_does_not_wait_for_one_that_does_not_answer(void **state)
{
    SOCKET fillers[4];
    unsigned port;
    SOCKET target = deaf_target(&port, fillers, 4);
    struct process *server =
        server_start("[service there]\nport = 0\nredirect = 127.0.0.1 %u\n", port);
    SOCKET client = client_connect(server, "there");

    (void)state;
    server_expect_answer("status", "redirect 1 of 100 ");
    server_console(server, PRESS_CTRL_C);
    server_expect(server, "stop 1 connection open");
    server_console(server, PRESS_CTRL_C);
    assert_int_equal(process_wait(server), 1);
    client_close(client);
    for (size_t i = 0; i < 4; i++)
        closesocket(fillers[i]);
    closesocket(target);
}

/* --- with the rest */

static void a_banner_comes_first(void **state)
{
    char more[400];

    (void)state;
    folder_write("banner.txt", "welcome\n");
    snprintf(more, sizeof more, "banner = %s\\banner.txt\n", folder_own());
    struct pair pair = begin(more);
    assert_string_equal(client_line(pair.client), "welcome");
    finish(&pair);
}

static void a_reload_makes_a_program_of_it_and_back(void **state)
{
    struct pair pair = begin("");
    unsigned port = client_free_port();

    (void)state;
    server_rewrite("[service there]\nport = 0\nserver = handlers\\upper.exe\n");
    assert_int_equal(process_wait(server_command("reload")), 0);
    SOCKET client = client_connect_to(server_address(pair.server, "there", 1));
    client_say(client, "hello\n");
    client_expect(client, "HELLO\r\n");
    client_goodbye(client);
    client_say(pair.client, "as before\n"); /* who is there goes on as he began */
    client_expect(pair.peer, "as before\n");
    finish(&pair);
    server_rewrite("[service there]\nport = 0\nredirect = 127.0.0.1 %u\n", port);
    assert_int_equal(process_wait(server_command("reload")), 0);
    client = client_connect_to(server_address(pair.server, "there", 2));
    client_expect_end(client);
    client_close(client);
    server_expect(pair.server, "fail there#3 * connect to 127.0.0.1:%u: ", port);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(a_dialogue_passes_and_is_counted),
        SYSTEM_TEST(the_clients_end_is_handed_on_and_the_answer_still_comes),
        SYSTEM_TEST(the_targets_end_is_handed_on_and_the_client_may_go_on_sending),
        SYSTEM_TEST(many_bytes_pass_both_ways_as_they_are),
        SYSTEM_TEST(a_crowd_that_reads_nothing_costs_no_thread_and_little_memory),
        SYSTEM_TEST(the_clients_reset_is_one_for_the_target),
        SYSTEM_TEST(what_the_target_sent_before_its_reset_still_comes),
        SYSTEM_TEST(silence_ends_it_after_idle_time),
        SYSTEM_TEST(max_time_ends_it),
        SYSTEM_TEST(a_stop_lets_it_finish),
        SYSTEM_TEST(a_second_stop_ends_it),
        SYSTEM_TEST(nobody_there_is_a_failure),
        SYSTEM_TEST(a_name_that_nobody_has_is_a_failure),
        SYSTEM_TEST(a_target_that_does_not_answer_is_given_up_after_ten_seconds),
        SYSTEM_TEST(a_stop_does_not_wait_for_one_that_does_not_answer),
        SYSTEM_TEST(a_banner_comes_first),
        SYSTEM_TEST(a_reload_makes_a_program_of_it_and_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
