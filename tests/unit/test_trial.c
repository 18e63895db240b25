/* What follows from the findings of "stdinetd try". */
#include "unit.h"

#include "core/trial.h"

#include <stdio.h>

static const struct trial_program plain = {
    .has_sockets = true, .command = "p.exe", .section = "[service p]\n"};
static const struct trial_program known = {
    .known = "node", .has_sockets = true, .command = "node.exe x.js", .section = NULL};

/* A program with which all is well. */
static const struct trial good = {.began = true,
                                  .start_us = 4200,
                                  .first_byte_us = 31000,
                                  .spoke = true,
                                  .answer = TRIAL_ANSWER_PROMPT,
                                  .answer_us = 900,
                                  .sees_end = TRIAL_YES,
                                  .whole = TRIAL_YES,
                                  .exit = TRIAL_EXIT_AT_END,

                                  .leaves = TRIAL_YES};

static enum trial_way choose(const struct trial *socket, const struct trial *pipe)
{
    const struct trial trials[TRIAL_WAYS] = {*socket, *pipe};
    return trial_choose(trials, &plain);
}

/* Whether the worse one is left, whichever way it is. */
static void expect_left(const struct trial *worse)
{
    assert_int_equal(choose(worse, &good), TRIAL_PIPE);
    assert_int_equal(choose(&good, worse), TRIAL_SOCKET);
}

static void of_two_good_ways_it_is_the_socket(void **state)
{
    (void)state;
    assert_int_equal(choose(&good, &good), TRIAL_SOCKET);
}

static void of_two_good_ways_a_known_program_has_pipes(void **state)
{
    const struct trial trials[TRIAL_WAYS] = {good, good};

    (void)state;
    assert_int_equal(trial_choose(trials, &known), TRIAL_PIPE);
}

static void a_finding_counts_more_than_the_table(void **state)
{
    struct trial trials[TRIAL_WAYS] = {good, good};

    (void)state;
    trials[TRIAL_PIPE].began = false;
    assert_int_equal(trial_choose(trials, &known), TRIAL_SOCKET);
}

static void whatever_is_worse_decides(void **state)
{
    struct trial worse = good;

    (void)state;
    worse.began = false;
    expect_left(&worse);
    worse = good;
    worse.exit_code = 0xC0000005;
    expect_left(&worse);
    worse = good;
    worse.answer = TRIAL_ANSWER_LATE;
    expect_left(&worse);
    worse = good;
    worse.sees_end = TRIAL_NO;
    expect_left(&worse);
    worse = good;
    worse.whole = TRIAL_NO;
    expect_left(&worse);
    worse = good;
    worse.many = TRIAL_NO;
    expect_left(&worse);
    worse = good;
    worse.bytes.results[TRIAL_LF] = TRIAL_BYTE_CHANGED;
    expect_left(&worse);
    worse = good;
    worse.exit_code = 1;
    expect_left(&worse);
}

static void one_that_speaks_first_should_do_so(void **state)
{
    struct trial greeting = good;

    (void)state;
    greeting.greeted = true;
    assert_int_equal(choose(&good, &greeting), TRIAL_PIPE);
    assert_int_equal(choose(&greeting, &good), TRIAL_SOCKET);
}

static void what_matters_more_comes_first(void **state)
{
    struct trial late = good;
    struct trial endless = good;

    (void)state;
    late.answer = TRIAL_ANSWER_LATE;
    endless.sees_end = TRIAL_NO;
    assert_int_equal(choose(&late, &endless), TRIAL_PIPE);
    assert_int_equal(choose(&endless, &late), TRIAL_SOCKET);
}

static void one_that_has_ended_is_no_worse_than_one_that_does_not_answer(void **state)
{
    struct trial gone = good;
    struct trial mute = good;

    (void)state;
    gone.answer = TRIAL_ANSWER_GONE;
    gone.sees_end = TRIAL_UNKNOWN;
    mute.answer = TRIAL_ANSWER_NONE;
    assert_int_equal(choose(&gone, &mute), TRIAL_SOCKET);
}

static void it_works_where_a_client_is_served(void **state)
{
    struct trial trial = good;

    (void)state;
    assert_true(trial_works(&trial));
    trial.spoke = false; /* it has taken all there was */
    assert_true(trial_works(&trial));
    trial.exit = TRIAL_EXIT_UNASKED;
    assert_false(trial_works(&trial));
    trial.exit = TRIAL_EXIT_NEVER;
    assert_false(trial_works(&trial));
    trial.spoke = true;
    assert_true(trial_works(&trial));
    trial.exit = TRIAL_EXIT_UNASKED;
    trial.exit_code = 0xC0000135;
    assert_false(trial_works(&trial));
}

/* --- in words */

static char *report(const struct trial *socket, const struct trial *pipe,
                    const struct trial_program *program)
{
    const struct trial trials[TRIAL_WAYS] = {*socket, *pipe};
    return trial_report(trials, program);
}

static void expect_text(char *text, const char *expected)
{
    if (strstr(text, expected) == NULL)
        fail_msg("'%s' is not in:\n%s", expected, text);
    free(text);
}

static void the_whole_report(void **state)
{
    struct trial socket = good;
    struct trial pipe = good;

    (void)state;
    trial_sample(socket.reply, "HELLO\r\n", 7);
    pipe.start_us = 12000000;
    pipe.answer_us = 4000;
    assert_owned_string_equal(
        report(&socket, &pipe, &plain),
        "                             stdio = socket           stdio = pipe\n"
        "starts                       yes, in 4 ms             yes, in 12 s\n"
        "first byte to its client     after 31 ms              after 31 ms\n"
        "writes before it is asked    no                       no\n"
        "answers a line               yes, in under 1 ms       yes, in 4 ms\n"
        "sees the end of its input    yes                      yes\n"
        "what it writes then arrives  yes                      yes\n"
        "ends by itself               yes, exit 0              yes, exit 0\n"
        "sends every byte back as is  cannot tell (no echo)    cannot tell (no echo)\n"
        "ends if its client vanishes  yes                      yes\n"
        "writes to stderr             no                       no\n"
        "\n"
        "Its answer to 'hello'  HELLO\n"
        "\n"
        "Take the socket. Either way serves it, and with a socket it talks to its\n"
        "client directly; through pipes the server has to copy every byte.\n"
        "\n"
        "stdio = auto, the default, chooses socket too: it is not among the programs\n"
        "that are known to need a pipe.\n"
        "\n"
        "To serve it, type\n"
        "\n"
        "    stdinetd serve 7000 -- p.exe\n"
        "\n"
        "or put this into stdinetd.ini:\n"
        "\n"
        "[service p]\n"
        "stdio = socket\n");
}

static void the_first_byte_of_a_filter_comes_after_its_input(void **state)
{
    struct trial filter = good;

    (void)state;
    filter.answer = TRIAL_ANSWER_AT_END;
    filter.answer_us = 7000;
    filter.first_byte_us = TRIAL_NEVER;
    expect_text(report(&filter, &good, &plain),
                "first byte to its client     input's end + 7 ms       after 31 ms\n");
    filter.answer = TRIAL_ANSWER_LATE;
    expect_text(report(&filter, &good, &plain),
                "first byte to its client     cannot tell              after 31 ms\n");
}

static void what_auto_does_not_choose_is_written_down(void **state)
{
    struct trial worse = good;

    (void)state;
    worse.answer = TRIAL_ANSWER_LATE;
    expect_text(report(&worse, &good, &plain), "would choose socket: ");
    expect_text(report(&worse, &good, &plain), "stdinetd serve 7000 stdio=pipe -- p.exe\n");
    expect_text(report(&worse, &good, &plain), "two threads");
    expect_text(report(&good, &worse, &known), "would choose pipe: ");
    expect_text(report(&good, &worse, &known), "stdinetd serve 7000 stdio=socket -- node.exe x.js");
    expect_text(report(&good, &good, &known),
                "stdinetd serve 7000 -- node.exe x.js\n\nstdio = pipe\n");
    expect_text(report(&good, &good, &known), "chooses pipe too: it is, or starts, 'node', ");
}

static void a_system_without_such_sockets_has_pipes_by_itself(void **state)
{
    struct trial_program program = plain;
    struct trial none = {.first_byte_us = TRIAL_NEVER};

    (void)state;
    program.has_sockets = false;
    error_set(&none.failure, "this system has none");
    expect_text(report(&none, &good, &program), "it cannot be\nstarted (this system has none).");
    expect_text(report(&none, &good, &program), "chooses pipe too: this system has no sockets");
    expect_text(report(&none, &good, &program), "stdinetd serve 7000 -- p.exe");
}

static void where_neither_works_nothing_is_recommended(void **state)
{
    struct trial trial = {.began = true, .first_byte_us = TRIAL_NEVER, .exit_code = 2};

    (void)state;
    trial.exit = TRIAL_EXIT_UNASKED;

    char *text = report(&trial, &trial, &plain);
    assert_null(strstr(text, "serve 7000"));
    assert_null(strstr(text, "\nstdio = "));
    expect_text(text, "Neither way works: it ends at once, with exit code 2, and says nothing to "
                      "its\nclient.\n");
    trial.exit_code = 0xC0000135;
    expect_text(report(&trial, &trial, &plain), "it crashes with exit code 0xC0000135 (a DLL that");
}

static void a_line_on_stderr_is_shown_once(void **state)
{
    struct trial trial = good;
    char text[20];

    (void)state;
    trial_add_error(&trial, "oops");
    trial_add_error(&trial, "");
    trial_add_error(&trial, "oops");
    assert_int_equal(trial.errors.count, 1);
    for (int i = 0; i < 2 * TRIAL_ERROR_LINES; i++) {
        snprintf(text, sizeof text, "line %d", i);
        trial_add_error(&trial, text);
    }
    assert_int_equal(trial.errors.count, TRIAL_ERROR_LINES);
    expect_text(report(&trial, &trial, &plain), "On stderr it said:\n    oops\n    line 0\n");
    expect_text(report(&trial, &trial, &plain), "    line 8\n    ...\n");
    expect_text(report(&trial, &good, &plain), "On stderr, with stdio = socket, it said:\n");
    trial_free(&trial);
}

static void expect_sample(const char *text, const char *expected)
{
    char sample[TRIAL_SAMPLE];

    trial_sample(sample, text, strlen(text));
    assert_string_equal(sample, expected);
}

static void a_sample_is_one_printable_line(void **state)
{
    (void)state;
    expect_sample("", "");
    expect_sample("one\r\ntwo", "one");
    expect_sample("\r\n  two", "two");
    expect_sample("1\thello\n", "1 hello");
    expect_sample("a\x1b[1m\xff", "a.[1m.");
    expect_sample("gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f");
    expect_sample("0123456789012345678901234567890123456789012345678901234567890123456789",
                  "012345678901234567890123456789012345678901234567890123456789...");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_two_good_ways_it_is_the_socket),
        cmocka_unit_test(of_two_good_ways_a_known_program_has_pipes),
        cmocka_unit_test(a_finding_counts_more_than_the_table),
        cmocka_unit_test(whatever_is_worse_decides),
        cmocka_unit_test(one_that_speaks_first_should_do_so),
        cmocka_unit_test(what_matters_more_comes_first),
        cmocka_unit_test(one_that_has_ended_is_no_worse_than_one_that_does_not_answer),
        cmocka_unit_test(it_works_where_a_client_is_served),
        cmocka_unit_test(the_whole_report),
        cmocka_unit_test(the_first_byte_of_a_filter_comes_after_its_input),
        cmocka_unit_test(what_auto_does_not_choose_is_written_down),
        cmocka_unit_test(a_system_without_such_sockets_has_pipes_by_itself),
        cmocka_unit_test(where_neither_works_nothing_is_recommended),
        cmocka_unit_test(a_line_on_stderr_is_shown_once),
        cmocka_unit_test(a_sample_is_one_printable_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
