/* stdio = pipe: the server copies between the client and its handler. */
#include "harness.h"
#include "usage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MEBIBYTE ((size_t)1024 * 1024)
#define LARGE    (64 * MEBIBYTE)
#define CROWD    200

static struct process *start(const char *program, const char *more)
{
    return server_start("[service relay]\n"
                        "port = 0\n"
                        "stdio = pipe\n"
                        "server = %s\n"
                        "%s",
                        program, more);
}

static struct process *start_probe(const char *mode, const char *more)
{
    char arguments[400];

    snprintf(arguments, sizeof arguments, "server_args = %s\n%s", mode, more);
    return start("tests\\probe.exe", arguments);
}

static void a_dialogue_passes(void **state)
{
    struct process *server = start("handlers\\upper.exe", "");
    SOCKET client = client_connect(server, "relay");

    (void)state;
    for (int i = 0; i < 50; i++) {
        client_say(client, "hello\n");
        client_expect(client, "HELLO\r\n");
    }
    client_end_sending(client);
    client_expect_end(client);
    client_close(client);
    server_expect(server, "close relay#1 * exit 0 ");
}

static void the_clients_end_is_the_end_of_input_and_the_answer_still_comes(void **state)
{
    struct process *server = start_probe("sink", "");
    SOCKET client = client_connect(server, "relay");
    size_t size = 3 * MEBIBYTE + 17;
    char *sent = calloc(size, 1);

    (void)state;
    assert_non_null(sent);
    client_send(client, sent, size);
    client_end_sending(client);
    assert_string_equal(client_rest(client), "3145745\n");
    client_close(client);
    server_expect(server, "close relay#1 * exit 0 ");
    free(sent);
}

static void the_handlers_end_is_the_clients_who_may_go_on_sending(void **state)
{
    struct process *server = start_probe("close-stdout", "");
    SOCKET client = client_connect(server, "relay");
    static const char block[10000];

    (void)state;
    assert_string_equal(client_line(client), "bye");
    client_expect_end(client);
    for (int i = 0; i < 100; i++)
        client_send(client, block, sizeof block);
    client_end_sending(client);
    server_expect(server, "stderr relay#1 * read 1000000\n");
    client_close(client);
    server_expect(server, "close relay#1 * exit 0 ");
}

/* On a socket the read that waits would keep the write waiting. */
static void one_thread_writes_while_another_waits_for_input(void **state)
{
    struct process *server = start_probe("duplex 1000", "");
    SOCKET client = client_connect(server, "relay");
    unsigned char got[1000];
    size_t count;

    (void)state;
    client_take(client, got, sizeof got, &count);
    assert_int_equal(count, sizeof got);
    client_end_sending(client);
    client_expect(client, "read 0, wrong 0\n");
    client_expect_end(client);
    client_close(client);
}

static DWORD WINAPI send_large(void *argument)
{
    SOCKET client = *(SOCKET *)argument;
    unsigned char *sent = malloc(LARGE);
    size_t done = 0;

    for (size_t i = 0; sent != NULL && i < LARGE; i++)
        sent[i] = (unsigned char)(i % 251);
    while (sent != NULL && done < LARGE) {
        int count = send(client, (const char *)sent + done, (int)(LARGE - done), 0);

        if (count <= 0)
            break;
        done += (size_t)count;
    }
    shutdown(client, SD_SEND);
    free(sent);
    return 0;
}

static void sixty_four_mebibytes_go_both_ways_at_once(void **state)
{
    struct process *server = start_probe("duplex 67108864", "");
    SOCKET client = client_connect(server, "relay");
    HANDLE sender = CreateThread(NULL, 0, send_large, &client, 0, NULL);
    unsigned char *got = malloc(LARGE + 100);
    size_t count;

    (void)state;
    assert_non_null(sender);
    assert_non_null(got);
    assert_int_equal(client_take(client, got, LARGE + 99, &count), END_ORDERLY);
    WaitForSingleObject(sender, INFINITE);
    CloseHandle(sender);
    assert_true(count > LARGE);
    for (size_t i = 0; i < LARGE; i++)
        if (got[i] != i % 251)
            fail_msg("byte %zu is wrong", i);
    got[count] = '\0';
    assert_string_equal(got + LARGE, "read 67108864, wrong 0\n");
    client_close(client);
    server_expect(server, "close relay#1 * exit 0 ");
    free(got);
}

/* What it wrote is in the pipe and in the server when it is gone. */
static void what_the_handler_wrote_comes_although_it_is_gone(void **state)
{
    struct process *server = start_probe("flood 200000", "");
    static char sent[300000];
    unsigned char got[200001];
    size_t count;

    (void)state;
    for (int i = 1; i <= 20; i++) {
        SOCKET client = client_connect(server, "relay");
        char connection[32];

        client_send(client, sent, sizeof sent);
        snprintf(connection, sizeof connection, "relay#%d", i);
        process_expect_gone(server_handler(server, connection));
        assert_int_equal(client_take(client, got, sizeof got, &count), END_ORDERLY);
        assert_int_equal(count, 200000);
        for (size_t k = 0; k < count; k++)
            assert_int_equal(got[k], k % 251);
        client_close(client);
    }
}

/* A client that has room for little, so that it is the handler that has to wait. */
static SOCKET connect_narrow(const char *address)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((u_short)atoi(strchr(address, ':') + 1)),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    SOCKET client = socket(AF_INET, SOCK_STREAM, 0);
    int size = 4096;

    assert_true(client != INVALID_SOCKET);
    setsockopt(client, SOL_SOCKET, SO_RCVBUF, (const char *)&size, sizeof size);
    assert_int_equal(connect(client, (const struct sockaddr *)&to, sizeof to), 0);
    return client;
}

/* What the server has sent to all clients until now. */
static unsigned long long bytes_out(const char *name)
{
    static const char member[] = "\"bytes_out\":";
    char arguments[100];

    snprintf(arguments, sizeof arguments, "status --json --name %s", name);
    struct process *status = process_run("bin\\stdinetd.exe", arguments);
    assert_int_equal(process_wait(status), 0);
    char *text = output_copy(&status->out);
    const char *found = strstr(text, member);
    assert_non_null(found);
    unsigned long long count = strtoull(found + sizeof member - 1, NULL, 10);
    free(text);
    return count;
}

/* Until nobody gets anything any more; returns how much they have got. */
static unsigned long long wait_for_standstill(const char *name)
{
    unsigned long long before = 0;

    for (int same = 0; same < 4;) {
        unsigned long long now = bytes_out(name);

        same = now == before ? same + 1 : 0;
        before = now;
        Sleep(50);
    }
    return before;
}

static void clients_that_read_nothing_cost_no_thread_and_little_memory(void **state)
{
    struct process *server = start_probe("flood 20000000", "instances = unlimited\n");
    char address[100];
    SOCKET clients[CROWD + 1];
    static unsigned char got[20000001];
    size_t count;

    (void)state;
    snprintf(address, sizeof address, "%s", server_address(server, "relay", 0));
    clients[0] = connect_narrow(address);
    server_expect(server, "open relay#1 ");
    struct usage before = usage_of(server);
    for (size_t i = 1; i <= CROWD; i++)
        clients[i] = connect_narrow(address);
    if (!output_wait_lines(&server->err, "open relay#", CROWD + 1, 60000))
        FAIL("only %zu are served", server_count(server, "open relay#"));
    unsigned long long sent = wait_for_standstill(server_name());
    struct usage after = usage_of(server);
    print_message("%d relays: %lu KB and %lu threads, with one %lu KB and %lu; %llu bytes sent\n",
                  CROWD, after.private_kilobytes, after.threads, before.private_kilobytes,
                  before.threads, sent);
    assert_int_equal(server_count(server, "close relay#"), 0);
    assert_int_equal(after.threads, before.threads);
    assert_true(after.private_kilobytes < 64 * 1024);
    assert_int_equal(client_take(clients[0], got, sizeof got, &count), END_ORDERLY);
    assert_int_equal(count, sizeof got - 1); /* and nothing is lost */
    for (size_t i = 0; i < count; i++)
        if (got[i] != i % 251)
            fail_msg("byte %zu is wrong", i);
    for (size_t i = 0; i <= CROWD; i++)
        client_reset(clients[i]);
}

static void a_reset_ends_the_handler(void **state)
{
    struct process *server = start_probe("hang", "stop_time = 200ms\n");
    SOCKET client = client_connect(server, "relay");
    HANDLE handler = process_open(strtoul(client_line(client), NULL, 10));

    (void)state;
    assert_non_null(handler);
    client_reset(client);
    process_expect_gone(handler);
    server_expect(server, "close relay#1 * client reset\n");
}

static void a_reset_ends_a_handler_that_writes(void **state)
{
    struct process *server = start_probe("flood 1000000000", "");
    SOCKET client = client_connect(server, "relay");
    unsigned char got[100000];
    size_t count;

    (void)state;
    client_take(client, got, sizeof got, &count);
    client_reset(client);
    server_expect(server, "close relay#1 * client reset\n");
}

static void silence_ends_it_after_idle_time(void **state)
{
    struct process *server = start_probe("hang", "idle_time = 500ms\nstop_time = 100ms\n");
    SOCKET client = client_connect(server, "relay");
    HANDLE handler = process_open(strtoul(client_line(client), NULL, 10));

    (void)state;
    process_expect_gone(handler);
    client_expect_end(client);
    client_close(client);
    server_expect(server, "close relay#1 * idle_time\n");
}

/* More than idle_time in all, never that long in between. */
static void whoever_says_something_is_not_idle(void **state)
{
    struct process *server = start("handlers\\upper.exe", "idle_time = 3s\n");
    SOCKET client = client_connect(server, "relay");
    DWORD since = GetTickCount();

    (void)state;
    while (GetTickCount() - since < 4000) {
        client_say(client, "still here\n");
        client_expect(client, "STILL HERE\r\n");
        Sleep(50);
    }
    client_close(client);
    server_expect(server, "close relay#1 * exit 0 ");
    assert_int_equal(server_count(server, "idle_time"), 0);
}

static void a_banner_comes_first(void **state)
{
    char more[400];

    (void)state;
    folder_write("banner.txt", "welcome\n");
    snprintf(more, sizeof more, "banner = %s\\banner.txt\n", folder_own());
    struct process *server = start("handlers\\upper.exe", more);
    SOCKET client = client_connect(server, "relay");
    assert_string_equal(client_line(client), "welcome");
    client_say(client, "hello\n");
    client_expect(client, "HELLO\r\n");
    client_close(client);
}

static void max_time_ends_it(void **state)
{
    struct process *server = start_probe("hang", "max_time = 500ms\nstop_time = 100ms\n");
    SOCKET client = client_connect(server, "relay");

    (void)state;
    client_line(client);
    client_expect_end(client);
    client_close(client);
    server_expect(server, "close relay#1 * max_time\n");
}

static void a_stop_lets_it_finish(void **state)
{
    struct process *server = start("handlers\\upper.exe", "");
    SOCKET client = client_hello(server, "relay");

    (void)state;
    server_console(server, PRESS_CTRL_C);
    server_expect(server, "stop 1 connection open");
    client_goodbye(client);
    assert_int_equal(process_wait(server), 0);
}

static void a_second_stop_ends_it(void **state)
{
    struct process *server = start_probe("flood 1000000000", "");
    SOCKET client = client_connect(server, "relay");
    unsigned char got[1000];
    size_t count;

    (void)state;
    client_take(client, got, sizeof got, &count);
    server_console(server, PRESS_CTRL_C);
    server_expect(server, "stop 1 connection open");
    server_console(server, PRESS_CTRL_C);
    assert_int_equal(process_wait(server), 1);
    client_close(client);
}

static void stderr_may_go_to_the_client_too(void **state)
{
    struct process *server = start_probe("stderr \"something is odd\"", "stderr = socket\n");
    SOCKET client = client_connect(server, "relay");

    (void)state;
    assert_true(text_has(client_rest(client), "something is odd"));
    client_close(client);
}

/* The sockets that a listener brings are of one kind. Who is there goes on as he began. */
static void a_reload_changes_socket_to_pipe_and_back(void **state)
{
    static const char form[] = "[service relay]\n"
                               "port = 0\n"
                               "server = handlers\\upper.exe\n"
                               "stdio = %s\n";
    struct process *server = server_start(form, "socket");
    SOCKET clients[3];

    (void)state;
    clients[0] = client_hello(server, "relay");
    for (size_t i = 1; i < 3; i++) {
        server_rewrite(form, i == 1 ? "pipe" : "socket");
        assert_int_equal(process_wait(server_command("reload")), 0);
        clients[i] = client_connect_to(server_address(server, "relay", i));
        client_say(clients[i], "more\n");
        client_expect(clients[i], "MORE\r\n");
    }
    for (size_t i = 0; i < 3; i++)
        client_goodbye(clients[i]);
}

/* The probe under a name that is known, which writes while it waits for input. */
static void auto_is_pipe_for(const char *program)
{
    struct process *server = server_start("[service relay]\n"
                                          "port = 0\n"
                                          "server = %s\\%s\n"
                                          "server_args = duplex 1000\n",
                                          folder_own(), program);
    SOCKET client = client_connect(server, "relay");
    unsigned char got[1000];
    size_t count;

    server_expect(server, "listen relay * stdio is pipe, for node takes no socket\n");
    client_take(client, got, sizeof got, &count);
    assert_int_equal(count, sizeof got);
    client_end_sending(client);
    client_expect(client, "read 0, wrong 0\n");
    client_expect_end(client);
    client_close(client);
    server_expect(server, "close relay#1 * exit 0 ");
}

static void auto_is_pipe_for_a_program_that_takes_no_socket(void **state)
{
    (void)state;
    folder_copy("tests\\probe.exe", "node.exe");
    auto_is_pipe_for("node.exe");
}

static void auto_is_pipe_for_a_script_that_starts_one(void **state)
{
    (void)state;
    folder_copy("tests\\probe.exe", "node.exe");
    folder_write("tool.cmd", "@\"%~dp0\\node.exe\" %*\r\n");
    auto_is_pipe_for("tool.cmd");
}

/* Said once, however many services there are. */
static void without_sockets_that_are_handles_auto_is_pipe(void **state)
{
    struct process *server =
        server_start_with_faults("WSAEnumProtocolsW=0,9,1", "[service upper]\n"
                                                            "port = 0\n"
                                                            "server = handlers\\upper.exe\n"
                                                            "[service bye]\n"
                                                            "port = 0\n"
                                                            "server = tests\\probe.exe\n"
                                                            "server_args = close-stdout\n");
    SOCKET client = client_connect(server, "upper");

    (void)state;
    client_expect_served(client);
    client = client_connect(server, "bye");
    client_expect(client, "bye\n");
    client_expect_end(client);
    client_close(client);
    assert_int_equal(server_count(server, "fail stdio = auto is pipe for every service: "), 1);
}

static void without_them_stdio_socket_cannot_be(void **state)
{
    char ini[1000];

    (void)state;
    snprintf(ini, sizeof ini,
             "[service upper]\nport = 0\nserver = %s\\handlers\\upper.exe\nstdio = socket\n",
             folder_build());
    folder_write("socket.ini", ini);
    SetEnvironmentVariableA("STDINETD_FAULTS", "WSAEnumProtocolsW=0,9,1");
    struct process *server = process_run("tests\\stdinetd_with_faults.exe", "run -c socket.ini");
    assert_int_equal(process_wait(server), 1);
    assert_int_equal(
        server_count(server, "socket.ini:1: service upper: stdio = socket cannot be: "), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(a_dialogue_passes),
        SYSTEM_TEST(the_clients_end_is_the_end_of_input_and_the_answer_still_comes),
        SYSTEM_TEST(the_handlers_end_is_the_clients_who_may_go_on_sending),
        SYSTEM_TEST(one_thread_writes_while_another_waits_for_input),
        SYSTEM_TEST(sixty_four_mebibytes_go_both_ways_at_once),
        SYSTEM_TEST(what_the_handler_wrote_comes_although_it_is_gone),
        SYSTEM_TEST(clients_that_read_nothing_cost_no_thread_and_little_memory),
        SYSTEM_TEST(a_reset_ends_the_handler),
        SYSTEM_TEST(a_reset_ends_a_handler_that_writes),
        SYSTEM_TEST(silence_ends_it_after_idle_time),
        SYSTEM_TEST(whoever_says_something_is_not_idle),
        SYSTEM_TEST(a_banner_comes_first),
        SYSTEM_TEST(max_time_ends_it),
        SYSTEM_TEST(a_stop_lets_it_finish),
        SYSTEM_TEST(a_second_stop_ends_it),
        SYSTEM_TEST(stderr_may_go_to_the_client_too),
        SYSTEM_TEST(a_reload_changes_socket_to_pipe_and_back),
        SYSTEM_TEST(auto_is_pipe_for_a_program_that_takes_no_socket),
        SYSTEM_TEST(auto_is_pipe_for_a_script_that_starts_one),
        SYSTEM_TEST(without_sockets_that_are_handles_auto_is_pipe),
        SYSTEM_TEST(without_them_stdio_socket_cannot_be),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
