/* The real webserver with many clients, slow ones and large files. */
#include "answer.h"
#include "handler.h"
#include "site.h"
#include "web.h"

#include "system/usage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LARGE ((size_t)16 * 1024 * 1024)
#define CROWD 60

static char *large;

static int make_large(void **state)
{
    unsigned number = 1;

    site_make(state);
    large = malloc(LARGE);
    assert_non_null(large);
    for (size_t i = 0; i < LARGE; i++) {
        number = number * 1103515245 + 12345;
        large[i] = (char)(number >> 16);
    }
    site_write(L"www\\large.bin", large, LARGE);
    return 0;
}

static int remove_large(void **state)
{
    free(large);
    return site_remove(state);
}

/* The content of large.bin from a connection that has just asked for it. */
static void expect_large(SOCKET client)
{
    char *got = malloc(LARGE);
    size_t count;

    assert_non_null(got);
    client_take(client, got, LARGE, &count);
    assert_int_equal(count, LARGE);
    assert_true(memcmp(got, large, LARGE) == 0);
    free(got);
}

static void a_large_file_arrives_whole_and_the_next_request_is_served(void **state)
{
    struct process *web = web_start("");
    SOCKET client = web_connect(web);

    (void)state;
    web_get(client, "/large.bin", "");
    web_get(client, "/", "");
    assert_string_equal(answer_field(web_answer_to_head(client), "Content-Length"), "16777216");
    expect_large(client);
    assert_string_equal(answer_content(web_answer(client)), INDEX);
    client_close(client);
}

/* He reads nothing while others are served, and then gets all of it. */
static void who_reads_slowly_keeps_nobody_waiting(void **state)
{
    struct process *web = web_start("");
    SOCKET slow = web_connect(web);

    (void)state;
    web_get(slow, "/large.bin", "Connection: close\r\n");
    web_answer_to_head(slow);
    for (int i = 0; i < 20; i++) {
        SOCKET client = web_connect(web);

        web_get(client, "/docs/", "");
        assert_string_equal(answer_content(web_answer(client)), DOCS);
        client_close(client);
    }
    expect_large(slow);
    client_expect_end(slow);
    client_close(slow);
}

static void who_reads_nothing_is_dropped(void **state)
{
    struct process *web = web_start("--send 1");
    SOCKET client = web_connect(web);
    char *got = malloc(LARGE);
    size_t count = 0;

    (void)state;
    web_get(client, "/large.bin", "");
    web_answer_to_head(client);
    Sleep(CROWD * 40); /* more than a second, and the time in which he is found */
    enum client_end end = client_take(client, got, LARGE, &count);
    assert_int_not_equal(end, END_OPEN);
    assert_true(count < LARGE);
    free(got);
    client_close(client);
}

static void many_connections_are_served_in_turn(void **state)
{
    struct process *web = web_start("");
    SOCKET clients[CROWD];

    (void)state;
    for (int i = 0; i < CROWD; i++) {
        clients[i] = web_connect(web);
        client_say(clients[i], "GET /docs/ HTTP/1.1\r\n"); /* half of it */
    }
    for (int round = 0; round < 3; round++) {
        for (int i = CROWD - 1; i >= 0; i--)
            client_say(clients[i], "Host: x\r\n\r\nGET /docs/ HTTP/1.1\r\n");
        for (int i = 0; i < CROWD; i++)
            assert_string_equal(answer_content(web_answer(clients[i])), DOCS);
    }
    for (int i = 0; i < CROWD; i++)
        client_close(clients[i]);
}

static void who_does_not_finish_his_request_is_refused(void **state)
{
    struct process *web = web_start("--head 1");
    SOCKET client = web_connect(web);

    (void)state;
    web_get(client, "/", "");
    web_answer(client);
    client_say(client, "GET / HTTP/1.1\r\nX: ");
    /* A byte now and then buys no time. */
    while (!client_has_news(client)) {
        send(client, "x", 1, 0);
        Sleep(20);
    }
    const char *answer = web_answer(client);
    assert_int_equal(answer_status(answer), 408);
    client_reset(client);

    client = web_connect(web); /* not one byte: he gets none either */
    client_expect_end(client);
    client_close(client);
}

static void who_asks_nothing_more_is_dropped(void **state)
{
    struct process *web = web_start("--idle 1");
    SOCKET client = web_connect(web);
    ULONGLONG began;

    (void)state;
    web_get(client, "/", "");
    web_answer(client);
    began = GetTickCount64();
    client_say(client, "\r\n");
    client_expect_end(client);
    assert_in_range(GetTickCount64() - began, 700, 10000);
    client_close(client);
}

/* He goes on sending while the answer is on its way, and loses nothing of it. */
static void what_is_sent_after_the_last_request_does_not_hurt_the_answer(void **state)
{
    struct process *web = web_start("");
    static char more[1024 * 1024];
    char *got = malloc(LARGE + 4096);
    size_t count = 0;

    (void)state;
    for (int i = 0; i < 5; i++) {
        SOCKET client = web_connect(web);

        web_get(client, "/large.bin", "Connection: close\r\n");
        assert_int_equal(client_exchange(client, more, sizeof more, got, LARGE + 4096, &count),
                         END_ORDERLY);
        assert_true(count > LARGE && memcmp(got + count - LARGE, large, LARGE) == 0);
        client_close(client);
    }
    free(got);
}

static void visit(struct process *web)
{
    SOCKET client = web_connect(web);

    web_get(client, "/", "");
    assert_string_equal(answer_content(web_answer(client)), INDEX);
    client_close(client);
}

/* Every way a client can go away, and the next one is served. */
static void clients_that_go_away_leave_nothing(void **state)
{
    struct process *web = web_start("");
    ULONGLONG deadline;

    (void)state;
    visit(web);
    visit(web);
    unsigned long handles = usage_of(web).handles;
    for (int i = 0; i < 3 * CROWD; i++) {
        SOCKET client = web_connect(web);

        if (i % 3 > 0)
            web_get(client, i % 3 == 1 ? "/large.bin" : "/", "");
        if (i % 2 == 0)
            client_reset(client);
        else
            client_close(client);
    }
    visit(web);
    deadline = GetTickCount64() + PATIENCE_MS;
    while (usage_of(web).handles > handles + 4) { /* a few come and go */
        if (GetTickCount64() > deadline)
            FAIL("%lu handles after %lu", usage_of(web).handles, handles);
        Sleep(50);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(a_large_file_arrives_whole_and_the_next_request_is_served),
        SYSTEM_TEST(who_reads_slowly_keeps_nobody_waiting),
        SYSTEM_TEST(who_reads_nothing_is_dropped),
        SYSTEM_TEST(many_connections_are_served_in_turn),
        SYSTEM_TEST(who_does_not_finish_his_request_is_refused),
        SYSTEM_TEST(who_asks_nothing_more_is_dropped),
        SYSTEM_TEST(what_is_sent_after_the_last_request_does_not_hurt_the_answer),
        SYSTEM_TEST(clients_that_go_away_leave_nothing),
    };

    return cmocka_run_group_tests(tests, make_large, remove_large);
}
