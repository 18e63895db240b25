/* The real webserver over real sockets: what HTTP/1.1 wants of a connection that is kept. */
#include "answer.h"
#include "attacks.h"
#include "handler.h"
#include "http_request.h"
#include "site.h"
#include "web.h"

#include <stdio.h>
#include <string.h>

static void a_connection_serves_one_request_after_the_other(void **state)
{
    struct process *web = web_start("");
    SOCKET client = web_connect(web);

    (void)state;
    for (int i = 0; i < 3; i++) {
        web_get(client, "/", "");
        const char *answer = web_answer(client);
        assert_int_equal(answer_status(answer), 200);
        assert_string_equal(answer_content(answer), INDEX);
        assert_null(strstr(answer, "Connection:"));
    }
    web_get(client, "/nothing", "");
    assert_int_equal(answer_status(web_answer(client)), 404);
    web_get(client, "/docs/", "Connection: close\r\n");
    const char *answer = web_answer(client);
    assert_string_equal(answer_content(answer), DOCS);
    assert_string_equal(answer_field(answer, "Connection"), "close");
    client_expect_end(client);
    client_close(client);
}

/* Byte for byte what 20 connections would get, but for the time of day. */
static void twenty_requests_at_once_get_twenty_answers(void **state)
{
    static const char *const targets[] = {"/", "/docs/", "/nothing", "/docs",
                                          "/na%C3%AFve%20%E2%98%83.txt"};
    static char expected[65536];
    char requests[4096] = "";
    size_t used = 0;
    struct process *web = web_start("");

    (void)state;
    expected[0] = '\0';
    for (size_t i = 0; i < 20; i++) {
        SOCKET client = web_connect(web);

        web_get(client, targets[i % 5], "");
        strncat(expected, web_answer(client), sizeof expected - strlen(expected) - 1);
        client_close(client);
        used += (size_t)snprintf(requests + used, sizeof requests - used,
                                 "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", targets[i % 5]);
    }
    SOCKET client = web_connect(web);
    client_say(client, requests);
    client_end_sending(client);
    char *got = _strdup(client_rest(client));
    client_close(client);
    assert_int_equal(strlen(got), strlen(expected));
    for (char *date = got; (date = strstr(date, "\r\nDate: ")) != NULL; date++)
        memcpy(expected + (date - got), date, 37);
    assert_string_equal(got, expected);
    free(got);
}

static void the_pieces_of_a_request_may_come_slowly(void **state)
{
    static const char request[] =
        "GET / HTTP/1.1\r\nHost: x\r\n\r\nGET /docs/ HTTP/1.1\r\nHost: x\r\n\r\n";
    struct process *web = web_start("");
    SOCKET client = web_connect(web);

    (void)state;
    for (size_t i = 0; i + 1 < sizeof request; i++) {
        client_send(client, request + i, 1);
        Sleep(2);
    }
    assert_string_equal(answer_content(web_answer(client)), INDEX);
    assert_string_equal(answer_content(web_answer(client)), DOCS);
    client_close(client);
}

static void who_closes_his_side_gets_the_answer(void **state)
{
    struct process *web = web_start("");
    SOCKET client = web_connect(web);

    (void)state;
    web_get(client, "/", "");
    client_end_sending(client);
    assert_string_equal(answer_content(client_rest(client)), INDEX);
    client_close(client);

    client = web_connect(web);
    client_say(client, "GET / HTTP/1.1\r\nHost:");
    client_end_sending(client);
    assert_int_equal(answer_status(client_rest(client)), 400);
    client_close(client);
}

static void head_and_conditions_leave_the_connection_usable(void **state)
{
    char fields[256];
    struct process *web = web_start("");
    SOCKET client = web_connect(web);

    (void)state;
    client_say(client, "HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
    const char *answer = web_answer_to_head(client);
    assert_int_equal(answer_status(answer), 200);
    snprintf(fields, sizeof fields, "If-Modified-Since: %s\r\n",
             answer_field(answer, "Last-Modified"));
    web_get(client, "/", fields);
    answer = web_answer_to_head(client);
    assert_int_equal(answer_status(answer), 304);
    assert_null(strstr(answer, "Content-Length"));
    web_get(client, "/", "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
    assert_string_equal(answer_content(web_answer(client)), INDEX);
    client_say(client, "HEAD /docs HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_int_equal(answer_status(web_answer_to_head(client)), 301);
    web_get(client, "/docs/", "");
    assert_string_equal(answer_content(web_answer(client)), DOCS);
    client_close(client);
}

static void every_refusal_has_its_status_and_ends_the_connection(void **state)
{
    static const struct {
        int status;
        const char *text;
    } rows[] = {
        {200, "GET / HTTP/1.0\r\n\r\n"},
        {400, "GET / HTTP/1.1\r\n\r\n"},
        {400, "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1,1\r\n\r\n"},
        {405, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"},
        {501, "BREW / HTTP/1.1\r\nHost: x\r\n\r\n"},
        {505, "GET / HTTP/2.0\r\nHost: x\r\n\r\n"},
    };
    static char flood[HTTP_HEAD_MAX + 1];
    struct process *web = web_start("");

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *answer = web_ask(web, rows[i].text);

        if (answer_status(answer) != rows[i].status)
            FAIL("%s: %s", rows[i].text, answer);
        assert_string_equal(answer_field(answer, "Connection"), "close");
    }
    memset(flood, 'a', sizeof flood - 1);
    memcpy(flood, "GET /", 5);
    assert_int_equal(answer_status(web_ask(web, flood)), 414);
    memcpy(flood, "GET / HTTP/1.1\r\nHost: x\r\nX: ", 28);
    assert_int_equal(answer_status(web_ask(web, flood)), 431);
}

/* What stands in the content of one request is not taken for another. */
static void no_request_is_smuggled(void **state)
{
    static const char *const heads[] = {
        "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 40\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n",
        "HEAD / HTTP/1.1\r\nHost: x\r\nContent-Length: 40\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 40\r\n\r\n",
    };
    struct process *web = web_start("");

    (void)state;
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        char text[512];

        snprintf(text, sizeof text, "%sGET /docs/ HTTP/1.1\r\nHost: x\r\n\r\n", heads[i]);
        const char *answer = web_ask(web, text);
        if (strstr(answer, DOCS) != NULL || strstr(answer + 1, "HTTP/1.1") != NULL)
            FAIL("%s: %s", text, answer);
        assert_string_equal(answer_field(answer, "Connection"), "close");
    }
}

static void no_attack_gets_out_of_the_folder(void **state)
{
    struct process *web = web_start("");
    SOCKET client = web_connect(web);

    (void)state;
    for (size_t i = 0; i < ATTACKS; i++) {
        web_get(client, attacks[i], "");
        const char *answer = web_answer(client);

        answer_expect_refused(answer, attacks[i]);
        if (strstr(answer, "Connection: close") != NULL) { /* it was no request at all */
            client_expect_end(client);
            client_close(client);
            client = web_connect(web);
        }
    }
    client_close(client);
}

static void after_so_many_requests_the_connection_ends(void **state)
{
    struct process *web = web_start("--requests 2");
    SOCKET client = web_connect(web);

    (void)state;
    web_get(client, "/", "");
    web_answer(client);
    web_get(client, "/", "");
    assert_string_equal(answer_field(web_answer(client), "Connection"), "close");
    client_expect_end(client);
    client_close(client);
}

static void a_server_without_its_folder_says_so(void **state)
{
    static const char *const arguments[] = {"--listen 0 nothing", "--listen x .", "--listen 0",
                                            "--idle 5 --listen",  "--what 5 .",   "."};

    (void)state;
    for (size_t i = 0; i < sizeof arguments / sizeof arguments[0]; i++) {
        struct process *web = process_run("handlers\\webserver.exe", arguments[i]);

        assert_int_not_equal(process_wait(web), 0);
        assert_true(output_wait(&web->err, i == 0 || i == 5 ? "webserver: " : "usage: webserver ",
                                PATIENCE_MS));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(a_connection_serves_one_request_after_the_other),
        SYSTEM_TEST(twenty_requests_at_once_get_twenty_answers),
        SYSTEM_TEST(the_pieces_of_a_request_may_come_slowly),
        SYSTEM_TEST(who_closes_his_side_gets_the_answer),
        SYSTEM_TEST(head_and_conditions_leave_the_connection_usable),
        SYSTEM_TEST(every_refusal_has_its_status_and_ends_the_connection),
        SYSTEM_TEST(no_request_is_smuggled),
        SYSTEM_TEST(no_attack_gets_out_of_the_folder),
        SYSTEM_TEST(after_so_many_requests_the_connection_ends),
        SYSTEM_TEST(a_server_without_its_folder_says_so),
    };

    return cmocka_run_group_tests(tests, site_make, site_remove);
}
