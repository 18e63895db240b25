/* Heads of requests are taken apart as RFC 9112 says, or refused with the status for it. */
#include "handler.h"
#include "http_date.h"
#include "http_request.h"

#include <stdio.h>
#include <string.h>

static char head[HTTP_HEAD_MAX];
static struct http_request request;

static int parse(const char *text)
{
    size_t length = strlen(text);

    assert_in_range(length, 1, sizeof head - 1);
    snprintf(head, sizeof head, "%s", text);
    assert_int_equal(http_head_length(head, length), length);
    return (int)http_request_parse(head, length, &request);
}

static void each_head_has_its_status(void **state)
{
    static const struct {
        int status;
        const char *head;
    } rows[] = {
        {200, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"},
        {200, "GET / HTTP/1.1\nHost: x\n\n"},
        {200, "\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n"},
        {200, "GET / HTTP/1.1\r\nhost:x\r\nAccept:\t*/* \r\nEmpty:\r\n\r\n"},
        {200, "GET / HTTP/1.7\r\nHost: x\r\n\r\n"},
        {200, "GET / HTTP/1.0\r\n\r\n"},
        {200, "HEAD / HTTP/1.0\r\n\r\n"},
        {200, "GET /a?b=\\c HTTP/1.0\r\n\r\n"},
        {400, "GET / HTTP/1.1\r\n\r\n"},                       /* who is it for? */
        {400, "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n"}, /* for whom of them? */
        {400, "GET / HTTP/1.0\r\nHost: x\r\nHost: y\r\n\r\n"},
        {400, "GET /\r\n\r\n"}, /* HTTP/0.9 */
        {400, "GET\r\n\r\n"},
        {400, "GET  / HTTP/1.0\r\n\r\n"},
        {400, "GET / HTTP/1.0 \r\n\r\n"},
        {400, "GET / x HTTP/1.0\r\n\r\n"},
        {400, "GET / http/1.0\r\n\r\n"},
        {400, "GET / HTTP/1\r\n\r\n"},
        {400, "GET / HTTP/1.10\r\n\r\n"},
        {400, "GET / HTTP/a.0\r\n\r\n"},
        {400, " GET / HTTP/1.0\r\n\r\n"},
        {400, "G(T / HTTP/1.0\r\n\r\n"},
        {400, "GET a HTTP/1.0\r\n\r\n"},
        {400, "GET * HTTP/1.0\r\n\r\n"},
        {400, "GET /\x80 HTTP/1.0\r\n\r\n"},
        {400, "GET /\x01 HTTP/1.0\r\n\r\n"},
        {400, "GET /#a HTTP/1.0\r\n\r\n"},
        {400, "GET https://x/ HTTP/1.0\r\n\r\n"},
        {400, "GET / HTTP/1.0\r\nno colon\r\n\r\n"},
        {400, "GET / HTTP/1.0\r\n: no name\r\n\r\n"},
        {400, "GET / HTTP/1.0\r\nName : blank before the colon\r\n\r\n"},
        {400, "GET / HTTP/1.0\r\nName: value\r\n continued\r\n\r\n"},
        {400, "GET / HTTP/1.0\r\nName: bare\rreturn\r\n\r\n"},
        {400, "GET / HTTP/1.0\r\nName: \x1b[31m\r\n\r\n"},
        {405, "POST / HTTP/1.0\r\n\r\n"},
        {405, "PUT / HTTP/1.1\r\nHost: x\r\n\r\n"},
        {405, "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n"},
        {405, "CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n"},
        {501, "BREW / HTTP/1.1\r\nHost: x\r\n\r\n"},
        {501, "get / HTTP/1.1\r\nHost: x\r\n\r\n"},
        {505, "GET / HTTP/2.0\r\nHost: x\r\n\r\n"},
        {505, "PRI * HTTP/2.0\r\n\r\n"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int status = parse(rows[i].head);

        if (status != rows[i].status)
            fail_msg("%d instead of %d: %s", status, rows[i].status, rows[i].head);
    }
}

static void the_target_is_taken_apart(void **state)
{
    static const struct {
        const char *target;
        const char *path;
        const char *query;
    } rows[] = {
        {"/", "/", ""},
        {"/a/b%20c", "/a/b%20c", ""},
        {"/a?b?c/d", "/a", "?b?c/d"},
        {"http://host:80/a?b", "/a", "?b"},
        {"HTTP://host", "/", ""},
        {"http://host?b", "/", "?b"},
        {"http:///a", "/a", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[256];
        size_t length = strlen(rows[i].path);

        snprintf(text, sizeof text, "GET %s HTTP/1.0\r\n\r\n", rows[i].target);
        assert_int_equal(parse(text), 200);
        assert_memory_equal(request.path, rows[i].path, length);
        assert_true(request.path[length] == '\0' || request.path[length] == '?');
        assert_string_equal(request.query, rows[i].query);
    }
}

static void zeros_are_refused(void **state)
{
    static char text[] = "GET /\0 HTTP/1.0\r\nName: a\0b\r\n\r\n";

    (void)state;
    assert_int_equal(http_head_length(text, sizeof text - 1), sizeof text - 1);
    assert_int_equal(http_request_parse(text, sizeof text - 1, &request), 400);
    text[5] = 'x'; /* leaves the one in the field */
    assert_int_equal(http_request_parse(text, sizeof text - 1, &request), 400);
}

static void the_head_ends_with_an_empty_line_and_not_before(void **state)
{
    static const char text[] = "\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\nrest\r\n\r\n";
    size_t length = strlen(text) - strlen("rest\r\n\r\n");

    (void)state;
    for (size_t count = 0; count < sizeof text; count++)
        assert_int_equal(http_head_length(text, count), count < length ? 0 : length);
}

static void what_is_too_long_is_refused(void **state)
{
    static char long_target[HTTP_TARGET_MAX + 64];
    static char bytes[HTTP_HEAD_MAX];

    (void)state;
    snprintf(long_target, sizeof long_target, "GET /%0*d HTTP/1.0\r\n\r\n", HTTP_TARGET_MAX - 1, 0);
    assert_int_equal(parse(long_target), 200);
    snprintf(long_target, sizeof long_target, "GET /%0*d HTTP/1.0\r\n\r\n", HTTP_TARGET_MAX, 0);
    assert_int_equal(parse(long_target), 414);

    memset(bytes, 'a', sizeof bytes);
    assert_int_equal(http_head_refuse(bytes, sizeof bytes), 414);
    bytes[100] = '\n';
    assert_int_equal(http_head_refuse(bytes, sizeof bytes), 431);
    assert_int_equal(http_head_refuse(bytes, 200), 400); /* not long, but broken off */
    memset(bytes, '\n', sizeof bytes);
    assert_int_equal(http_head_length(bytes, sizeof bytes), 0);
    assert_int_equal(http_head_refuse(bytes, sizeof bytes), 400);
}

static void what_the_client_has_already_is_a_condition(void **state)
{
    (void)state;
    assert_int_equal(parse("GET / HTTP/1.0\r\nIf-Modified-Since: Thu, 01 Jan 1970 00:00:01 GMT\r\n"
                           "\r\n"),
                     200);
    assert_true(request.has_modified_since);
    assert_true(request.modified_since == 11644473601u);
    assert_int_equal(parse("GET / HTTP/1.0\r\nIf-Modified-Since: yesterday\r\n\r\n"), 200);
    assert_false(request.has_modified_since);
    assert_int_equal(parse("GET / HTTP/1.0\r\nIf-None-Match: \"x\"\r\n"
                           "If-Modified-Since: Thu, 01 Jan 1970 00:00:01 GMT\r\n\r\n"),
                     200);
    assert_false(request.has_modified_since);
}

static void dates_are_read_in_all_three_forms(void **state)
{
    static const char *const good[] = {
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
        "Sun Nov 06 08:49:37 1994",
    };
    static const char *const bad[] = {
        "",
        "Sun, 06 Nov 1994 08:49:37",
        "Sun, 06 Nov 1994 08:49:37 GMT+1",
        "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:49:37 GMT",
        "Sun, 06 nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 0094 08:49:37 GMT",
        "784111777",
    };
    char text[HTTP_DATE_SIZE];
    uint64_t moment;

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(http_date_parse(good[i], &moment));
        http_date_format(moment, text);
        assert_string_equal(text, good[0]);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (http_date_parse(bad[i], &moment))
            fail_msg("a date: %s", bad[i]);
    }
    assert_true(http_date_parse("Friday, 31-Dec-99 23:59:59 GMT", &moment));
    http_date_format(moment, text);
    assert_string_equal(text, "Fri, 31 Dec 1999 23:59:59 GMT");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_head_has_its_status),
        cmocka_unit_test(the_target_is_taken_apart),
        cmocka_unit_test(zeros_are_refused),
        cmocka_unit_test(the_head_ends_with_an_empty_line_and_not_before),
        cmocka_unit_test(what_is_too_long_is_refused),
        cmocka_unit_test(what_the_client_has_already_is_a_condition),
        cmocka_unit_test(dates_are_read_in_all_three_forms),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
