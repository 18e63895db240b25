#include "unit.h"

#include "core/control_request.h"

static void every_request_is_read_as_it_was_written(void **state)
{
    (void)state;
    for (int i = 0; i < CONTROL_COMMANDS; i++) {
        char text[CONTROL_REQUEST_SIZE];
        enum control_command command = CONTROL_COMMANDS;
        struct error error;
        size_t length = control_request_write(text, (enum control_command)i);

        assert_true(control_request_read(text, length, &command, &error));
        assert_int_equal(command, i);
        for (size_t cut = 0; cut < length; cut++) /* a part of it is no request */
            assert_false(control_request_read(text, cut, &command, &error));
    }
}

static void expect_bad(const char *text, const char *sentence)
{
    enum control_command command;
    struct error error;

    assert_false(control_request_read(text, strlen(text), &command, &error));
    assert_string_equal(error.text, sentence);
}

static void what_is_no_request_is_told_what_is_wrong(void **state)
{
    static char longest[200];

    (void)state;
    memset(longest, 'x', sizeof longest - 2);
    longest[sizeof longest - 2] = '\n';
    expect_bad("", "a request is one line of at most 128 bytes");
    expect_bad("stdinetd/1 status", "a request is one line of at most 128 bytes");
    expect_bad(longest, "a request is one line of at most 128 bytes");
    expect_bad("GET / HTTP/1.1\n",
               "a request begins with 'stdinetd/1 '; is the other side another version?");
    expect_bad("stdinetd/2 status\n",
               "a request begins with 'stdinetd/1 '; is the other side another version?");
    expect_bad("stdinetd/1 destroy\n", "the request 'destroy' is not known");
    expect_bad("stdinetd/1 status \n", "the request 'status ' is not known");
    expect_bad("stdinetd/1 \n", "the request '' is not known");
}

static void a_nul_ends_no_request(void **state)
{
    static const char text[] = "stdinetd/1 stop\0x\n";
    enum control_command command;
    struct error error;

    (void)state;
    assert_false(control_request_read(text, sizeof text - 1, &command, &error));
}

static void an_answer_is_read_as_it_was_written(void **state)
{
    static const struct control_answer answers[] = {
        {0, 1, 0}, {2, UINT32_MAX, CONTROL_LONGEST_ANSWER}, {UINT32_MAX, 4312, 17}};

    (void)state;
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        char text[CONTROL_ANSWER_SIZE];
        struct control_answer read;
        size_t length = control_answer_write(text, &answers[i]);

        assert_int_equal(control_answer_read(text, length, &read), length);
        assert_int_equal(read.exit_code, answers[i].exit_code);
        assert_int_equal(read.pid, answers[i].pid);
        assert_int_equal(read.length, answers[i].length);
        for (size_t cut = 0; cut < length; cut++)
            assert_int_equal(control_answer_read(text, cut, &read), 0);
    }
}

static void what_is_no_answer_is_not_read(void **state)
{
    static const char *const texts[] = {"",
                                        "stdinetd/1 0 1 2",
                                        "stdinetd/1 0 1\n",
                                        "stdinetd/1  1 2\n",
                                        "stdinetd/1 0 1 -2\n",
                                        "stdinetd/1 4294967296 1 2\n",
                                        "stdinetd/1 0 1 67108865\n",
                                        "stdinetd/1 0 1 99999999999999999999999\n",
                                        "stdinetd/2 0 1 2\n",
                                        "HTTP/1.1 200 OK\n"};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct control_answer read;

        assert_int_equal(control_answer_read(texts[i], strlen(texts[i]), &read), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_request_is_read_as_it_was_written),
        cmocka_unit_test(what_is_no_request_is_told_what_is_wrong),
        cmocka_unit_test(a_nul_ends_no_request),
        cmocka_unit_test(an_answer_is_read_as_it_was_written),
        cmocka_unit_test(what_is_no_answer_is_not_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
