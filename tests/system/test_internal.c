/* The services that need no program: echo, discard, daytime, time, chargen. */
#include "harness.h"
#include "usage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PRINTABLES 95
#define LINE       74 /* of chargen, with its CRLF */
#define MEGABYTE   ((size_t)1024 * 1024)

static struct process *start(const char *kind, const char *options)
{
    return server_start("[service %s]\nport = 0\ninternal = %s\n%s", kind, kind, options);
}

/* A conversation that ends well is a connection in the log, without a process. */
static void expect_record(struct process *server, const char *kind)
{
    server_expect(server, "open %s#1 127.0.0.1:* internal %s\n", kind, kind);
    server_expect(server, "close %s#1 127.0.0.1:* end after *.* s\n", kind);
    assert_int_equal(server_count(server, " pid "), 0);
}

static void echo_sends_back_what_comes(void **state)
{
    struct process *server = start("echo", "");
    SOCKET client = client_connect(server, "echo");

    (void)state;
    client_say(client, "hello\r\n");
    client_expect(client, "hello\r\n");
    client_say(client, "\x1a\x04 again");
    client_expect(client, "\x1a\x04 again");
    client_say(client, "and the end");
    client_end_sending(client);
    assert_string_equal(client_rest(client), "and the end");
    client_close(client);
    expect_record(server, "echo");
}

static void discard_takes_everything_and_says_nothing(void **state)
{
    struct process *server = start("discard", "");
    SOCKET client = client_connect(server, "discard");
    char *bytes = calloc(4, MEGABYTE);

    (void)state;
    assert_non_null(bytes);
    client_send(client, bytes, 4 * MEGABYTE);
    assert_false(client_has_news(client));
    client_end_sending(client);
    client_expect_end(client);
    client_close(client);
    free(bytes);
    expect_record(server, "discard");
}

/* "Monday, February 22, 1982 17:37:43", in local time. */
static void write_daytime(time_t when, char *text, size_t size)
{
    strftime(text, size, "%A, %B %d, %Y %H:%M:%S", localtime(&when));
}

static void daytime_is_one_line_of_local_time(void **state)
{
    struct process *server = start("daytime", "");
    time_t before = time(NULL);
    SOCKET client = client_connect(server, "daytime");
    char text[100] = "";
    bool found = false;

    (void)state;
    snprintf(text, sizeof text, "%s", client_rest(client));
    client_close(client);
    for (time_t when = before; !found && when <= time(NULL); when++) {
        char expected[80];

        write_daytime(when, expected, sizeof expected);
        found = strncmp(text, expected, strlen(expected)) == 0;
    }
    if (!found)
        FAIL("it says '%s'", text);
    const char *zone = text + strlen(text) - strlen("+0000\r\n");
    assert_true(*zone == '+' || *zone == '-');
    assert_true(strspn(zone + 1, "0123456789") == 4);
    assert_string_equal(zone + 5, "\r\n");
    expect_record(server, "daytime");
}

static void time_is_four_bytes_of_seconds_since_1900(void **state)
{
    struct process *server = start("time", "");
    const uint64_t from_1900 = 2208988800; /* to 1970: RFC 868 */
    uint64_t before = (uint64_t)time(NULL) + from_1900;
    SOCKET client = client_connect(server, "time");
    unsigned char bytes[5];
    size_t count;

    (void)state;
    assert_int_equal(client_take(client, bytes, sizeof bytes, &count), END_ORDERLY);
    client_close(client);
    assert_int_equal(count, 4);
    uint64_t seconds =
        (uint64_t)bytes[0] << 24 | (uint64_t)bytes[1] << 16 | (uint64_t)bytes[2] << 8 | bytes[3];
    assert_in_range(seconds, before, (uint64_t)time(NULL) + from_1900);
    expect_record(server, "time");
}

/* The lines as RFC 864 shows them, through more than one round of all 95. */
static void chargen_sends_the_rotating_lines(void **state)
{
    static const char first[] =
        " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefg\r\n"
        "!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefgh\r\n";
    static char bytes[LINE * PRINTABLES * 20];
    struct process *server = start("chargen", "");
    SOCKET client = client_connect(server, "chargen");
    size_t count;

    (void)state;
    client_say(client, "this is thrown away");
    assert_int_equal(client_take(client, bytes, sizeof bytes, &count), END_OPEN);
    client_close(client);
    assert_memory_equal(bytes, first, sizeof first - 1);
    for (size_t i = 0; i < sizeof bytes; i++) {
        size_t column = i % LINE;
        char expected = (char)(' ' + (i / LINE + column) % PRINTABLES);

        if (column == LINE - 2)
            expected = '\r';
        else if (column == LINE - 1)
            expected = '\n';
        if (bytes[i] != expected)
            FAIL("byte %zu is %d, not %d", i, bytes[i], expected);
    }
    server_expect(server, "close chargen#1 * end after * s, client reset\n");
}

/* --- much, and too much */

/* Threads of the system's pool come and go, each with a megabyte of stack. */
static void expect_no_growth(struct process *server, const struct usage *before)
{
    struct usage after = usage_of(server);
    unsigned long threads = after.threads > before->threads ? after.threads - before->threads : 0;

    print_message("private KB %lu, then %lu\n", before->private_kilobytes, after.private_kilobytes);
    assert_true(after.private_kilobytes < before->private_kilobytes + 1024 + 1024 * threads);
}

struct sending {
    SOCKET client;
    char *bytes;
    size_t size;
};

static DWORD WINAPI send_all(void *parameter)
{
    struct sending *sending = parameter;
    size_t sent = 0;

    while (sent < sending->size) {
        size_t left = sending->size - sent;
        int part =
            send(sending->client, sending->bytes + sent, (int)(left < 65536 ? left : 65536), 0);
        if (part <= 0)
            return 1;
        sent += (size_t)part;
    }
    return shutdown(sending->client, SD_SEND) == 0 ? 0 : 1;
}

/* Everything comes back although the client says all before it listens, and has ended by then. */
static void expect_all_back(SOCKET client, size_t size, bool wait_before)
{
    struct sending sending = {.client = client, .bytes = malloc(size), .size = size};
    char *back = malloc(size + 1);
    uint32_t random = 1;
    size_t count;
    DWORD failed;

    assert_true(sending.bytes != NULL && back != NULL);
    for (size_t i = 0; i < size; i++) {
        random = random * 1664525 + 1013904223;
        sending.bytes[i] = (char)(random >> 24);
    }
    HANDLE thread = CreateThread(NULL, 0, send_all, &sending, 0, NULL);
    assert_non_null(thread);
    if (wait_before) /* it is stuck for certain, whatever the buffers on the way hold */
        assert_int_equal(WaitForSingleObject(thread, 1500), WAIT_TIMEOUT);
    assert_int_equal(client_take(client, back, size + 1, &count), END_ORDERLY);
    assert_int_equal(WaitForSingleObject(thread, PATIENCE_MS), WAIT_OBJECT_0);
    assert_true(GetExitCodeThread(thread, &failed) && !failed);
    CloseHandle(thread);
    assert_int_equal(count, size);
    assert_memory_equal(back, sending.bytes, size);
    client_close(client);
    free(sending.bytes);
    free(back);
}

static void eight_megabytes_come_back_to_the_byte(void **state)
{
    struct process *server = start("echo", "");

    (void)state;
    expect_all_back(client_connect(server, "echo"), 8 * MEGABYTE, false);
    expect_record(server, "echo");
}

/* Echo stops reading, so the client's own sending is stuck; the server holds none of it. */
static void a_client_that_does_not_read_is_not_read_from(void **state)
{
    struct process *server = start("echo", "");
    struct usage before = usage_of(server);
    SOCKET other = client_connect(server, "echo");
    SOCKET client = client_connect(server, "echo");

    (void)state;
    expect_all_back(client, 32 * MEGABYTE, true);
    expect_no_growth(server, &before);
    client_say(other, "still there");
    client_expect(other, "still there");
    client_goodbye(other);
}

static void chargen_stops_for_who_does_not_read(void **state)
{
    struct process *server = server_start("[defaults]\nport = 0\n"
                                          "[service chargen]\ninternal = chargen\n"
                                          "[service echo]\ninternal = echo\n");
    SOCKET clients[20];
    struct usage before = usage_of(server);

    (void)state;
    for (size_t i = 0; i < 20; i++)
        clients[i] = client_connect(server, "chargen");
    server_expect(server, "open chargen#20 ");
    SOCKET echo = client_connect(server, "echo");
    for (size_t i = 0; i < 200; i++) { /* time enough to fill every buffer */
        client_say(echo, "x");
        client_expect(echo, "x");
    }
    client_goodbye(echo);
    expect_no_growth(server, &before);
    for (size_t i = 0; i < 20; i++)
        client_reset(clients[i]);
    for (size_t i = 0; i < 20; i++)
        server_expect(server, "close chargen#%zu * end after * s, client reset\n", i + 1);
}

/* --- ends */

static void a_reset_is_said_in_the_log(void **state)
{
    struct process *server = start("discard", "");
    SOCKET client = client_connect(server, "discard");

    (void)state;
    client_say(client, "x");
    server_expect(server, "open discard#1 ");
    client_reset(client);
    server_expect(server, "close discard#1 * end after * s, client reset\n");
    client_goodbye(client_connect(server, "discard"));
}

/* Idle, and with a send that waits. */
static void max_time_ends_it(void **state)
{
    struct process *server = server_start("[defaults]\nport = 0\nmax_time = 400ms\n"
                                          "linger = 300ms\n"
                                          "[service echo]\ninternal = echo\n"
                                          "[service chargen]\ninternal = chargen\n");
    DWORD since = GetTickCount();
    SOCKET idle = client_connect(server, "echo");
    SOCKET stuck = client_connect(server, "chargen");

    (void)state;
    client_expect_end(idle);
    assert_true(GetTickCount() - since >= 400);
    client_close(idle);
    server_expect(server, "close echo#* end after * s, max_time\n");
    server_expect(server, "close chargen#* end after * s, max_time\n");
    client_close(stuck);
}

static void a_drain_waits_for_it(void **state)
{
    struct process *server =
        server_start("drain = 60s\n[service echo]\nport = 0\ninternal = echo\n");
    SOCKET client = client_connect(server, "echo");

    (void)state;
    client_say(client, "before");
    client_expect(client, "before");
    server_console(server, PRESS_CTRL_C);
    server_expect(server, "stop 1 connection open, waiting up to 60 s");
    client_say(client, "after");
    client_expect(client, "after");
    client_goodbye(client);
    assert_int_equal(process_wait(server), 0);
}

static void a_drain_that_is_over_closes_it(void **state)
{
    struct process *server =
        server_start("drain = 300ms\n[service echo]\nport = 0\ninternal = echo\n");
    SOCKET client = client_connect(server, "echo");

    (void)state;
    client_say(client, "x");
    client_expect(client, "x");
    server_console(server, PRESS_CTRL_C);
    client_expect_end(client);
    client_close(client);
    assert_int_equal(process_wait(server), 1);
    server_expect(server, "close echo#1 * end after * s, ended by the stop of the server\n");
}

static void stop_now_closes_it(void **state)
{
    struct process *server = server_start("drain = 1h\n[defaults]\nport = 0\n"
                                          "[service echo]\ninternal = echo\n"
                                          "[service chargen]\ninternal = chargen\n");
    SOCKET client = client_connect(server, "echo");
    SOCKET stuck = client_connect(server, "chargen");

    (void)state;
    server_expect(server, "open chargen#* ");
    process_wait(server_command("stop --now"));
    client_expect_end(client);
    assert_int_equal(process_wait(server), 1);
    server_expect(server, "close chargen#* ended by the stop of the server\n");
    client_close(client);
    client_close(stuck);
}

/* --- as any service */

static void limits_hold(void **state)
{
    struct process *server = start("echo", "instances = 2\noverload = refuse\nper_source = 1\n");
    SOCKET first = client_connect(server, "echo");

    (void)state;
    client_say(first, "x");
    client_expect(first, "x");
    client_expect_refused(server, "echo", "127.0.0.1", "per_source: 127.0.0.1 has 1 open");
    SOCKET second = client_connect_from(server, "echo", "127.0.0.2");
    client_say(second, "x");
    client_expect(second, "x");
    client_expect_refused(server, "echo", "127.0.0.3",
                          "instances: 2 connections to this service are open");
    client_goodbye(first);
    client_goodbye(second);
}

static void a_banner_comes_first(void **state)
{
    (void)state;
    folder_write("hello.txt", "welcome\r\n");
    struct process *server = server_start("[service echo]\nport = 0\ninternal = echo\n"
                                          "banner = %s\\hello.txt\n",
                                          folder_own());
    SOCKET client = client_connect(server, "echo");
    client_expect(client, "welcome\r\n");
    client_say(client, "x");
    client_expect(client, "x");
    client_goodbye(client);
}

static void status_counts_it_as_internal(void **state)
{
    struct process *server = start("echo", "");
    SOCKET client = client_connect(server, "echo");

    (void)state;
    client_say(client, "x");
    client_expect(client, "x");
    server_expect_answer("status --json", "\"launch\":\"internal\",\"live\":1,\"instances\":100,"
                                          "\"waiting\":0,\"started\":1,\"failed\":0,");
    client_goodbye(client);
}

static void expect_line(SOCKET client, const char *line, const char *answer)
{
    client_say(client, line);
    client_expect(client, answer);
}

/* A program becomes internal and one again, at one port; who is there stays what he is. */
static void a_reload_makes_a_program_internal_and_back(void **state)
{
    static const char upper[] = "[service it]\nport = %u\nserver = handlers\\upper.exe\n";
    static const char echo[] = "[service it]\nport = %u\ninternal = echo\n";
    unsigned port = client_free_port();
    struct process *server = server_start(upper, port);
    char address[40];

    (void)state;
    snprintf(address, sizeof address, "127.0.0.1:%u", port);
    SOCKET program = client_connect_to(address);
    expect_line(program, "a\n", "A\r\n");
    server_rewrite(echo, port);
    server_expect_answer("reload", "changed it: server, internal");
    server_expect(server, "stop it * listens no more\n");
    SOCKET internal = client_connect_to(address);
    expect_line(internal, "b\n", "b\n");
    expect_line(program, "c\n", "C\r\n");
    server_rewrite(upper, port);
    server_expect_answer("reload", "changed it: server, internal");
    SOCKET again = client_connect_to(address);
    expect_line(again, "d\n", "D\r\n");
    expect_line(internal, "e\n", "e\n");
    client_goodbye(again);
    client_goodbye(internal);
    client_goodbye(program);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(echo_sends_back_what_comes),
        SYSTEM_TEST(discard_takes_everything_and_says_nothing),
        SYSTEM_TEST(daytime_is_one_line_of_local_time),
        SYSTEM_TEST(time_is_four_bytes_of_seconds_since_1900),
        SYSTEM_TEST(chargen_sends_the_rotating_lines),
        SYSTEM_TEST(eight_megabytes_come_back_to_the_byte),
        SYSTEM_TEST(a_client_that_does_not_read_is_not_read_from),
        SYSTEM_TEST(chargen_stops_for_who_does_not_read),
        SYSTEM_TEST(a_reset_is_said_in_the_log),
        SYSTEM_TEST(max_time_ends_it),
        SYSTEM_TEST(a_drain_waits_for_it),
        SYSTEM_TEST(a_drain_that_is_over_closes_it),
        SYSTEM_TEST(stop_now_closes_it),
        SYSTEM_TEST(limits_hold),
        SYSTEM_TEST(a_banner_comes_first),
        SYSTEM_TEST(status_counts_it_as_internal),
        SYSTEM_TEST(a_reload_makes_a_program_internal_and_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
