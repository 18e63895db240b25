/* The real httpd, as a browser or an attacker sees it. */
#include "answer.h"
#include "attacks.h"
#include "handler.h"
#include "http_request.h"
#include "site.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char copy[8192];

/* Everything that httpd answers to text, after which the client says no more. */
static const char *ask(const char *text)
{
    struct handler *handler = handler_start("httpd.exe www");

    handler_say(handler, text);
    handler_close_input(handler);
    snprintf(copy, sizeof copy, "%s", handler_rest(handler, NULL));
    assert_int_equal(handler_end(handler), 0);
    return copy;
}

static const char *get(const char *method, const char *target, const char *fields)
{
    char text[1024];

    snprintf(text, sizeof text, "%s %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n", method, target,
             fields);
    return ask(text);
}

static void a_page_arrives(void **state)
{
    const char *answer = get("GET", "/", "");

    (void)state;
    assert_int_equal(answer_status(answer), 200);
    assert_string_equal(answer_content(answer), INDEX);
    assert_string_equal(answer_field(answer, "Content-Type"), "text/html; charset=utf-8");
    assert_int_equal(atoi(answer_field(answer, "Content-Length")), sizeof INDEX - 1);
    assert_string_equal(answer_field(answer, "Connection"), "close");
    assert_int_equal(strlen(answer_field(answer, "Date")), 29);
    assert_int_equal(strlen(answer_field(answer, "Last-Modified")), 29);

    assert_string_equal(answer_content(get("GET", "/docs/?x=/../..", "")), DOCS);
    assert_string_equal(answer_content(get("GET", "/na%C3%AFve%20%E2%98%83.txt", "")), SNOW);
    assert_string_equal(answer_content(get("GET", "http://localhost/docs/index.html", "")), DOCS);
    assert_string_equal(answer_content(ask("GET / HTTP/1.0\r\n\r\n")), INDEX);
}

/* A browser waits for the answer with its own side open. */
static void the_answer_does_not_wait_for_the_end_of_input(void **state)
{
    struct handler *handler = handler_start("httpd.exe www 3600");

    (void)state;
    handler_say(handler, "GET / HTTP/1.1\r\n");
    handler_say(handler, "Host: localhost\r\n\r");
    handler_say(handler, "\n");
    handler_expect(handler, "HTTP/1.1 200 OK\r\n");
    assert_string_equal(answer_content(handler_rest(handler, NULL)), INDEX);
    assert_int_equal(handler_end(handler), 0);
}

static void head_is_get_without_the_content(void **state)
{
    const char *answer = get("HEAD", "/", "");

    (void)state;
    assert_int_equal(answer_status(answer), 200);
    assert_string_equal(answer_content(answer), "");
    assert_int_equal(atoi(answer_field(answer, "Content-Length")), sizeof INDEX - 1);
    assert_string_equal(answer_content(get("HEAD", "/nothing", "")), "");
    assert_string_equal(answer_content(get("HEAD", "/%00", "")), "");
}

static void a_folder_without_its_slash_is_redirected(void **state)
{
    const char *answer = get("GET", "/docs?a=b", "");

    (void)state;
    assert_int_equal(answer_status(answer), 301);
    assert_string_equal(answer_field(answer, "Location"), "/docs/?a=b");
    assert_string_equal(answer_field(get("GET", "http://localhost/%64ocs", ""), "Location"),
                        "/%64ocs/");
}

static void what_has_not_changed_is_not_sent_again(void **state)
{
    char fields[256];
    char date[64];
    const char *answer;

    (void)state;
    snprintf(date, sizeof date, "%s", answer_field(get("HEAD", "/", ""), "Last-Modified"));
    snprintf(fields, sizeof fields, "If-Modified-Since: %s\r\n", date);
    answer = get("GET", "/", fields);
    assert_int_equal(answer_status(answer), 304);
    assert_string_equal(answer_content(answer), "");
    assert_string_equal(answer_field(answer, "Last-Modified"), date);
    assert_null(strstr(answer, "\r\nContent-"));

    assert_int_equal(
        answer_status(get("GET", "/", "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n")),
        200);
    assert_int_equal(answer_status(get("GET", "/", "If-Modified-Since: some day\r\n")), 200);
    assert_int_equal(answer_status(get("GET", "/nothing", fields)), 404);
}

static void every_refusal_has_its_status(void **state)
{
    const char *answer = get("POST", "/", "Content-Length: 5\r\n");

    (void)state;
    assert_int_equal(answer_status(answer), 405);
    assert_string_equal(answer_field(answer, "Allow"), "GET, HEAD");
    assert_int_equal(answer_status(get("BREW", "/", "")), 501);
    assert_int_equal(answer_status(ask("GET / HTTP/1.1\r\n\r\n")), 400);
    assert_int_equal(answer_status(ask("GET / HTTP/3.0\r\nHost: x\r\n\r\n")), 505);
    assert_int_equal(answer_status(ask("GET / HTTP/1.1\r\nHost: x\r\n")), 400); /* broken off */
    assert_int_equal(answer_status(ask("\x16\x03\x01\x02")), 400);              /* TLS */
    answer = get("GET", "/nothing", "");
    assert_string_equal(answer_content(answer), "404 Not Found\n");
    assert_int_equal(atoi(answer_field(answer, "Content-Length")), strlen(answer_content(answer)));
}

static void no_attack_gets_out_of_the_folder(void **state)
{
    (void)state;
    for (size_t i = 0; i < ATTACKS; i++)
        answer_expect_refused(get("GET", attacks[i], ""), attacks[i]);
}

static void who_never_comes_to_an_end_is_refused(void **state)
{
    static char flood[HTTP_HEAD_MAX * 2];
    struct handler *handler = handler_start("httpd.exe www");

    (void)state;
    memset(flood, 'a', sizeof flood);
    handler_say_bytes(handler, "GET /", 5);
    handler_say_bytes(handler, flood, HTTP_HEAD_MAX);
    assert_int_equal(answer_status(handler_rest(handler, NULL)), 414);
    assert_int_equal(handler_end(handler), 0);

    handler = handler_start("httpd.exe www");
    handler_say(handler, "GET / HTTP/1.1\r\nHost: x\r\nCookie: ");
    handler_say_bytes(handler, flood, HTTP_HEAD_MAX);
    assert_int_equal(answer_status(handler_rest(handler, NULL)), 431);
    assert_int_equal(handler_end(handler), 0);
}

static void who_is_too_slow_is_refused(void **state)
{
    struct handler *handler = handler_start("httpd.exe www 1");

    (void)state;
    handler_say(handler, "GET / HTTP/1.1\r\nHost:");
    assert_int_equal(answer_status(handler_rest(handler, NULL)), 408);
    assert_int_equal(handler_end(handler), 0);

    /* A byte now and then buys no time. */
    handler = handler_start("httpd.exe www 1");
    handler_say(handler, "GET / HTTP/1.1\r\nX:");
    ULONGLONG end = GetTickCount64() + 1500;
    while (handler_try_to_say(handler, "x") && GetTickCount64() < end)
        Sleep(20);
    assert_int_equal(answer_status(handler_rest(handler, NULL)), 408);
    assert_int_equal(handler_end(handler), 0);
}

static void who_says_nothing_gets_nothing(void **state)
{
    struct handler *handler = handler_start("httpd.exe www 1");

    (void)state;
    assert_string_equal(handler_rest(handler, NULL), "");
    assert_int_equal(handler_end(handler), 0);
    assert_string_equal(ask(""), "");
}

static void a_client_that_goes_away_ends_it(void **state)
{
    struct handler *handler;
    static char bytes[1 << 20];

    (void)state;
    site_write(L"www\\large.bin", bytes, sizeof bytes);
    handler = handler_start("httpd.exe www");
    handler_say(handler, "GET /large.bin HTTP/1.0\r\n\r\n");
    handler_expect(handler, "HTTP/1.1 200 OK\r\n");
    handler_close_output(handler);
    assert_int_equal(handler_end(handler), 1);
}

static void a_wrong_folder_is_an_error(void **state)
{
    static const char *const lines[] = {"httpd.exe nothing", "httpd.exe secret.txt", "httpd.exe",
                                        "httpd.exe www 0"};

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct handler *handler = handler_start(lines[i]);

        assert_string_equal(handler_rest(handler, NULL), "");
        assert_int_not_equal(handler_end(handler), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_arrives),
        cmocka_unit_test(the_answer_does_not_wait_for_the_end_of_input),
        cmocka_unit_test(head_is_get_without_the_content),
        cmocka_unit_test(a_folder_without_its_slash_is_redirected),
        cmocka_unit_test(what_has_not_changed_is_not_sent_again),
        cmocka_unit_test(every_refusal_has_its_status),
        cmocka_unit_test(no_attack_gets_out_of_the_folder),
        cmocka_unit_test(who_never_comes_to_an_end_is_refused),
        cmocka_unit_test(who_is_too_slow_is_refused),
        cmocka_unit_test(who_says_nothing_gets_nothing),
        cmocka_unit_test(a_client_that_goes_away_ends_it),
        cmocka_unit_test(a_wrong_folder_is_an_error),
    };

    return cmocka_run_group_tests(tests, site_make, site_remove);
}
