/* Requests and answers of one connection, in order, however the bytes come. */
#include "answer.h"
#include "handler.h"
#include "http_session.h"
#include "site.h"

#include <stdio.h>
#include <string.h>

#define GET_INDEX "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
#define GET_DOCS  "GET /docs/ HTTP/1.1\r\nHost: x\r\n\r\n"

static struct http_session session;
static char sent[262144];
static size_t sent_count;

static void begin(unsigned requests)
{
    http_session_begin(&session, site_root(), requests);
    sent_count = 0;
}

/* Takes what there is to send, in blocks of so many bytes. */
static void send_all(size_t block)
{
    size_t count;

    while ((count = http_session_send(&session, sent + sent_count, block)) > 0) {
        sent_count += count;
        assert_true(sent_count + block < sizeof sent);
    }
    sent[sent_count] = '\0';
}

/* As a client would send it, in pieces of so many bytes. */
static void receive(const char *text, size_t piece)
{
    size_t length = strlen(text);

    while (length > 0 && !http_session_has_ended(&session)) {
        size_t room;
        char *bytes = http_session_room(&session, &room);
        size_t count = length < piece ? length : piece;

        assert_true(room > 0);
        count = count < room ? count : room;
        memcpy(bytes, text, count);
        http_session_receive(&session, count);
        text += count;
        length -= count;
        send_all(65536);
    }
}

/* How many answers there are. */
static unsigned answers(void)
{
    unsigned count = 0;

    for (const char *at = sent; (at = strstr(at, "HTTP/1.1 ")) != NULL; at++)
        count++;
    return count;
}

static void several_requests_are_answered_in_order(void **state)
{
    static const size_t pieces[] = {1, 7, 1000};

    (void)state;
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        begin(100);
        receive(GET_INDEX GET_DOCS "\r\n" GET_INDEX, pieces[i]);
        assert_int_equal(answers(), 3);
        const char *second = strstr(sent, INDEX "HTTP/1.1 200");
        assert_non_null(second);
        assert_non_null(strstr(second, DOCS "HTTP/1.1 200"));
        assert_string_equal(sent + sent_count - strlen(INDEX), INDEX);
        assert_null(strstr(sent, "Connection:"));
        assert_false(http_session_has_ended(&session));
        assert_true(http_session_is_idle(&session));
    }
}

static void short_answers_leave_together(void **state)
{
    static char block[65536];

    (void)state;
    begin(100);
    size_t room;
    char *bytes = http_session_room(&session, &room);
    memcpy(bytes, GET_INDEX GET_DOCS, strlen(GET_INDEX GET_DOCS));
    http_session_receive(&session, strlen(GET_INDEX GET_DOCS));
    size_t count = http_session_send(&session, block, sizeof block);
    assert_memory_equal(block + count - strlen(DOCS), DOCS, strlen(DOCS));
    assert_int_equal(http_session_send(&session, block, sizeof block), 0);
}

static void blocks_of_any_size_make_the_same_bytes(void **state)
{
    static char whole[sizeof sent];
    static char bytes[100000];
    static const size_t blocks[] = {1, 2, 333, 4096, 65536};

    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)('a' + i % 23);
    site_write(L"www\\some.txt", bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++) {
        size_t room;
        static const char request[] = "GET /some.txt HTTP/1.1\r\nHost: x\r\n\r\n" GET_DOCS;

        begin(100);
        memcpy(http_session_room(&session, &room), request, sizeof request - 1);
        http_session_receive(&session, sizeof request - 1);
        send_all(blocks[i]);
        assert_int_equal(answers(), 2);
        assert_memory_equal(answer_content(sent), bytes, sizeof bytes);
        memset(strstr(sent, "\r\nDate: "), '-', 37);
        memset(strstr(sent, "\r\nDate: "), '-', 37);
        if (i == 0)
            memcpy(whole, sent, sizeof whole);
        else
            assert_string_equal(sent, whole);
    }
}

static void after_so_many_requests_it_ends(void **state)
{
    (void)state;
    begin(3);
    receive(GET_INDEX GET_INDEX GET_INDEX GET_INDEX, 20);
    assert_int_equal(answers(), 3);
    assert_true(http_session_has_ended(&session));
    assert_non_null(strstr(sent, "Connection: close\r\n"));
    assert_null(strstr(strstr(sent, "Connection: close\r\n") + 1, "HTTP/1.1"));
}

/* After each of these nobody knows for certain where the next request begins, or the client wants
   no more. What follows is no request then, whatever it looks like. */
static void what_must_be_the_last_request_is_the_last(void **state)
{
    static const struct {
        int status;
        const char *head;
    } rows[] = {
        {200, "GET / HTTP/1.0\r\n\r\n"},
        {200, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"},
        {200, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"},
        {200, "GET / HTTP/1.1\r\nHost: x\r\nCONNECTION: upgrade , Close\r\n\r\n"},
        {200, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nConnection: keep-alive\r\n\r\n"},
        {200, "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n"},
        {200, "GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"},
        {404, "GET /x HTTP/1.1\r\nHost: x\r\nContent-Length: 27\r\n\r\n"},
        {400, "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: +5\r\n\r\n"},
        {400, "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -0\r\n\r\n"},
        {400, "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 0x0\r\n\r\n"},
        {400, "GET / HTTP/1.1\r\nHost: x\r\nContent-Length:\r\n\r\n"},
        {400, "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 0, 0\r\n\r\n"},
        {400, "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\n"},
        {400, "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n"
              "Transfer-Encoding: chunked\r\n\r\n"},
        {400, "GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n"},
        {400, "GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, identity\r\n\r\n"},
        {400, "GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
              "Transfer-Encoding: chunked\r\n\r\n"},
        {400, "GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"},
        {400, "GET / HTTP/1.1\r\nHost: x\r\nContent-Length : 0\r\n\r\n"},
        {400, "GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n Content-Length: 5\r\n\r\n"},
        {400, "GET / HTTP/1.1\r\n\r\n"},
        {405, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 27\r\n\r\n"},
        {501, "BREW / HTTP/1.1\r\nHost: x\r\n\r\n"},
        {505, "GET / HTTP/2.0\r\nHost: x\r\n\r\n"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[512];

        snprintf(text, sizeof text, "%s%s", rows[i].head, GET_DOCS);
        begin(100);
        receive(text, sizeof text);
        if (answer_status(sent) != rows[i].status || answers() != 1 ||
            !http_session_has_ended(&session))
            fail_msg("%s:\n%s", text, sent);
        assert_string_equal(answer_field(sent, "Connection"), "close");
    }
}

/* What is wrong with the path alone is no reason. */
static void a_refused_file_is_not_the_end(void **state)
{
    (void)state;
    begin(100);
    receive("GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n"
            "GET /../x HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
            "HEAD /%00 HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n\r\n"
            "GET /docs HTTP/1.1\r\nHost: x\r\nConnection: not-close\r\n\r\n" GET_DOCS,
            65536);
    assert_int_equal(answers(), 5);
    assert_string_equal(sent + sent_count - strlen(DOCS), DOCS);
    assert_false(http_session_has_ended(&session));
}

static void the_end_of_input_ends_it_after_the_last_answer(void **state)
{
    (void)state;
    begin(100);
    receive(GET_INDEX "\r\n", 65536);
    http_session_stop_reading(&session, HTTP_CLOSED_BY_CLIENT);
    send_all(65536);
    assert_int_equal(answers(), 1);
    assert_true(http_session_has_ended(&session));

    begin(100);
    receive(GET_INDEX "GET / HT", 65536);
    http_session_stop_reading(&session, HTTP_CLOSED_BY_CLIENT);
    send_all(65536);
    assert_int_equal(answers(), 2);
    assert_non_null(strstr(sent, "HTTP/1.1 400 "));
    assert_true(http_session_has_ended(&session));
}

static void who_is_late_is_refused_if_he_has_begun(void **state)
{
    (void)state;
    begin(100);
    receive(GET_INDEX "G", 65536);
    assert_false(http_session_is_idle(&session));
    http_session_stop_reading(&session, HTTP_TOO_SLOW);
    send_all(65536);
    assert_non_null(strstr(sent, "HTTP/1.1 408 "));
    assert_true(http_session_has_ended(&session));

    begin(100);
    receive("\r\n", 65536);
    assert_true(http_session_is_idle(&session));
    http_session_stop_reading(&session, HTTP_TOO_SLOW);
    send_all(65536);
    assert_int_equal(sent_count, 0);
    assert_true(http_session_has_ended(&session));
}

static void who_never_comes_to_an_end_is_refused(void **state)
{
    static char flood[HTTP_HEAD_MAX * 2];

    (void)state;
    memset(flood, 'a', sizeof flood - 1);
    begin(100);
    receive(flood, 1000);
    assert_int_equal(answer_status(sent), 414);
    memcpy(flood, "GET / HTTP/1.1\r\nX: ", 19);
    begin(100);
    receive(flood, 1000);
    assert_int_equal(answer_status(sent), 431);
    memset(flood, '\n', sizeof flood - 1);
    begin(100);
    receive(flood, 1000);
    assert_int_equal(answer_status(sent), 400);
}

static void a_wish_to_finish_waits_for_what_has_begun(void **state)
{
    (void)state;
    begin(100);
    receive(GET_INDEX, 65536);
    http_session_finish(&session);
    send_all(65536);
    assert_int_equal(answers(), 1);
    assert_true(http_session_has_ended(&session));

    begin(100);
    http_session_finish(&session); /* before there was any */
    send_all(65536);
    assert_false(http_session_has_ended(&session));
    receive(GET_INDEX, 65536);
    assert_string_equal(answer_field(sent, "Connection"), "close");
    assert_true(http_session_has_ended(&session));

    begin(100);
    receive("GET / HTTP/1.1\r\n", 65536);
    http_session_finish(&session);
    send_all(65536);
    assert_false(http_session_has_ended(&session));
    receive("Host: x\r\n\r\n", 65536);
    assert_string_equal(answer_field(sent, "Connection"), "close");
    assert_true(http_session_has_ended(&session));
}

/* 20 answers of which each promises a file, and none that keeps a file open. */
static void a_session_leaves_no_file_open(void **state)
{
    DWORD before;
    DWORD after;
    static char block[100];

    (void)state;
    GetProcessHandleCount(GetCurrentProcess(), &before);
    for (int i = 0; i < 20; i++) {
        begin(100);
        receive("HEAD /docs/ HTTP/1.1\r\nHost: x\r\n\r\n" GET_DOCS, 65536);
        size_t room;
        memcpy(http_session_room(&session, &room), GET_DOCS, strlen(GET_DOCS));
        http_session_receive(&session, strlen(GET_DOCS));
        assert_int_equal(http_session_send(&session, block, sizeof block), sizeof block);
        http_session_end(&session);
        assert_true(http_session_has_ended(&session));
    }
    GetProcessHandleCount(GetCurrentProcess(), &after);
    assert_int_equal(after, before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(several_requests_are_answered_in_order),
        cmocka_unit_test(short_answers_leave_together),
        cmocka_unit_test(blocks_of_any_size_make_the_same_bytes),
        cmocka_unit_test(after_so_many_requests_it_ends),
        cmocka_unit_test(what_must_be_the_last_request_is_the_last),
        cmocka_unit_test(a_refused_file_is_not_the_end),
        cmocka_unit_test(the_end_of_input_ends_it_after_the_last_answer),
        cmocka_unit_test(who_is_late_is_refused_if_he_has_begun),
        cmocka_unit_test(who_never_comes_to_an_end_is_refused),
        cmocka_unit_test(a_wish_to_finish_waits_for_what_has_begun),
        cmocka_unit_test(a_session_leaves_no_file_open),
    };

    return cmocka_run_group_tests(tests, site_make_root, site_remove_root);
}
