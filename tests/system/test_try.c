/* "stdinetd try": what it finds out about a program, and what it makes of it. */
#include "try.h"

#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void an_echo_can_have_either_and_gets_the_socket(void **state)
{
    struct process *try = try_run("\"%s\\handlers\\echo.exe\"", folder_build());

    (void)state;
    try_expect_choice(try, "socket");
    try_expect(try, "starts yes, in * yes, in *");
    try_expect(try, "first byte to its client after * after *");
    try_expect(try, "writes before it is asked no no");
    try_expect(try, "answers a line yes, in * yes, in *");
    try_expect(try, "sees the end of its input yes yes");
    try_expect(try, "what it writes then arrives yes yes");
    try_expect(try, "ends by itself yes, exit 0 yes, exit 0");
    try_expect(try, "sends every byte back as is yes yes");
    try_expect(try, "sends 1024 lines back yes yes");
    try_expect(try, "ends if its client vanishes yes yes");
    try_expect(try, "writes to stderr no no");
    try_expect(try, "Its answer to 'hello' hello\n");
    try_expect(try, "Take the socket.");
    try_expect(try, "stdio = auto, the default, chooses socket too");
    try_expect(try, "stdinetd serve 7000 -- *echo.exe");
}

/* Copies what stands behind "[service" into an ini file of its own, with any free port. */
static void write_section(struct process *try)
{
    char *text = output_copy(&try->out);
    char *section = strstr(text, "[service ");
    char *port = section == NULL ? NULL : strstr(section, "port = 7000\n");
    char ini[4096];

    if (port == NULL)
        FAIL("there is no section:\n%s", text);
    snprintf(ini, sizeof ini, "[server]\ncontrol = %s\n%.*sport = 0\n%s", server_new_name(),
             (int)(port - section), section, port + strlen("port = 7000\n"));
    folder_write("from-try\\other.ini", ini);
    free(text);
}

static void what_it_prints_can_be_served(void **state)
{
    (void)state;
    folder_copy("handlers\\upper.exe", "with blank\\upper.exe");
    write_section(try_run("\"with blank\\upper\" \"one ; two\" \"\" a\\\"b"));
    struct process *server = server_start_with("run -c from-try\\other.ini");
    SOCKET client = client_connect(server, "upper");
    client_expect_served(client);
    client_close(client);
}

static void it_starts_in_the_folder_that_it_was_tried_in(void **state)
{
    char line[1024];

    (void)state;
    struct process *try = try_probe("folder");
    snprintf(line, sizeof line, "It began with %s\n", folder_own());
    try_expect(try, line);
    write_section(try);
    struct process *server = server_start_with("run -c from-try\\other.ini");
    SOCKET client = client_connect(server, "probe");
    snprintf(line, sizeof line, "%s\n", folder_own());
    assert_string_equal(client_rest(client), line);
    client_close(client);
}

static void one_that_cannot_use_a_socket_gets_pipes(void **state)
{
    struct process *try = try_probe("echo-on-pipe");

    (void)state;
    try_expect_choice(try, "pipe");
    try_expect(try, "answers a line - (it ended before) yes, in ");
    try_expect(try, "ends by itself at once, exit 1 yes, exit 0");
    try_expect(try, "writes to stderr yes, see below no");
    try_expect(try, "On stderr, with stdio = socket, it said:\n this is no pipe\n");
    try_expect(try, "Take pipes. With a socket as its standard input and output it ends at once");
    try_expect(try, "would choose socket");
    try_expect(try, "stdinetd serve 7000 stdio=pipe -- ");
}

static void one_that_cannot_use_pipes_gets_the_socket(void **state)
{
    struct process *try = try_probe("echo-on-socket");

    (void)state;
    try_expect_choice(try, "socket");
    try_expect(try, "Take the socket. With a pipe as its standard input and output it ends at");
}

static void one_whose_answers_wait_on_a_socket_gets_pipes(void **state)
{
    struct process *try = try_probe("echo-late");

    (void)state;
    try_expect_choice(try, "pipe");
    try_expect(try, "answers a line when the next one comes yes, in ");
    try_expect(try, "two threads");
}

static void a_known_program_gets_pipes_although_both_work(void **state)
{
    (void)state;
    folder_copy("handlers\\echo.exe", "node.exe");
    struct process *try = try_run("node");
    try_expect_choice(try, "pipe");
    try_expect(try, "'node' is known to need pipes");
    try_expect(try, "chooses pipe too: it is, or starts, 'node'");
    try_expect(try, "stdinetd serve 7000 -- node\n");

    folder_write("shim.cmd", "@\"%~dp0\\node.exe\" %*\r\n");
    try = try_run("shim.cmd");
    try_expect_choice(try, "pipe");
    try_expect(try, "sends every byte back as is yes yes");
    try_expect(try, "chooses pipe too: it is, or starts, 'node'");
}

static void bytes_that_a_program_changes_are_named(void **state)
{
    struct process *try = try_probe("echo-but 13");

    (void)state;
    try_expect_choice(try, "socket");
    try_expect(try, "sends every byte back as is no, see below no, see below");
    try_expect(try, "as they were:\n the line end CR LF\n CR within a line\n");

    try = try_probe("echo-but stop 26");
    try_expect(try, "as they were:\n Ctrl-Z (byte 26): it is taken for the end of the input\n");

    try = try_probe("echo-text");
    try_expect(try, "as they were:\n LF without CR\n NUL (byte 0)*\n Ctrl-Z (byte 26)");
}

static void output_that_is_lost_is_seen(void **state)
{
    struct process *try = try_probe("echo-lines 2");

    (void)state;
    try_expect_choice(try, "socket");
    try_expect(try, "what it writes then arrives no, it is lost no, it is lost");
    try_expect(try, "sends 1024 lines back no, only 2 no, only 2");
    try_expect(try, "sends every byte back as is cannot tell cannot tell");
}

/* A program that finds 'hello' is no echo. */
static void what_is_no_echo_is_not_asked_for_its_bytes(void **state)
{
    struct process *try = try_run("find hello");

    (void)state;
    try_expect_choice(try, "socket");
    try_expect(try, "sends every byte back as is cannot tell (no echo) cannot tell (no echo)");
    try_expect(try, "answers a line the first of two the first of two");
    try_expect(try, "Its answer to 'hello' hello\n");
}

static void two_threads_on_two_pipes_are_no_trouble(void **state)
{
    struct process *try = try_probe("echo-threads");

    (void)state;
    try_expect(try, "answers a line * yes, in * ms\n");
    try_expect(try, "sends 1024 lines back * yes\n");
    assert_int_equal(process_wait(try), 0);
}

static void one_that_closes_its_input_still_answers(void **state)
{
    struct process *try = try_probe("close-stdin");

    (void)state;
    try_expect_choice(try, "socket");
    try_expect(try, "answers a line yes, in * yes, in ");
    try_expect(try, "ends by itself yes, exit 0 yes, exit 0");
}

static void one_that_closes_its_output_may_go_on(void **state)
{
    struct process *try = try_probe("close-stdout");

    (void)state;
    try_expect_choice(try, "socket");
    try_expect(try, "It began with bye\n");
}

static void a_filter_answers_at_the_end_of_its_input(void **state)
{
    struct process *try = try_probe("sink");

    (void)state;
    try_expect_choice(try, "socket");
    try_expect(try, "answers a line when its input ends when its input ends");
    try_expect(try, "what it writes then arrives yes yes");
}

static void one_that_only_writes_is_served(void **state)
{
    struct process *try = try_run("\"%s\\handlers\\daytime.exe\" --utc", folder_build());

    (void)state;
    try_expect_choice(try, "socket");
    try_expect(try, "writes before it is asked yes yes");
    try_expect(try, "ends by itself at once, exit 0 at once, exit 0");
    try_expect(try, "It began with *-UTC\n");
}

static void a_script_is_a_program(void **state)
{
    (void)state;
    folder_write("ask.cmd", "@echo off\r\n"
                            "echo Who, %~1?\r\n"
                            "set /p \"name=\"\r\n"
                            "echo You said %name%\r\n");
    struct process *try = try_run("ask --there");
    try_expect_choice(try, "socket");
    try_expect(try, "It began with Who, --there?\n");
    try_expect(try, "Its answer to 'hello' You said hello\n");
    try_expect(try, "server = *\\ask.cmd\nserver_args = --there\n");
}

static void arguments_may_look_like_options(void **state)
{
    struct process *try = try_probe("arguments --help -c -- stdio=none");

    (void)state;
    try_expect_choice(try, "socket");
    try_expect(try, "It began with --help\n");
    try_expect(try, "stdinetd serve 7000 -- *probe.exe arguments --help -c -- stdio=none\n");
    try_expect(try, "server_args = arguments --help -c -- stdio=none\n");
}

/* --- neither way works */

static void a_crash_is_one(void **state)
{
    struct process *try = try_probe("crash");

    (void)state;
    try_expect_choice(try, NULL);
    try_expect(try, "ends by itself it crashes, 0xC0000005 it crashes, 0xC0000005");
    try_expect(try, "Neither way works: it crashes with exit code 0xC0000005.");
}

static void one_that_speaks_on_stderr_alone_serves_nobody(void **state)
{
    struct process *try = try_probe("stderr oops");

    (void)state;
    try_expect_choice(try, NULL);
    try_expect(try, "On stderr it said:\n oops\n");
    try_expect(try, "first byte to its client never never");
    try_expect(try, "with stderr = socket");
}

static void what_is_no_program_cannot_be_started(void **state)
{
    (void)state;
    folder_write("text.exe", "This is no program.");
    struct process *try = try_run("text.exe");
    try_expect_choice(try, NULL);
    try_expect(try, "starts no no\n");
    try_expect(try, "Neither way works: it cannot be started (CreateProcess");
    try_expect(try, "text.exe: 193: ");
}

static void what_is_not_there_is_complained_of_as_by_serve(void **state)
{
    struct process *try = try_run("not-there.exe");
    struct process *serve = process_run("bin\\stdinetd.exe", "serve 0 -- not-there.exe");

    (void)state;
    assert_int_equal(process_wait(try), 2);
    char *tried = output_copy(&try->err);
    char *served = output_copy(&serve->err);
    assert_true(text_has(tried, "there is no program 'not-there.exe'"));
    assert_string_equal(tried, served);
    free(tried);
    free(served);
    char *out = output_copy(&try->out);
    assert_string_equal(out, "");
    free(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(an_echo_can_have_either_and_gets_the_socket),
        SYSTEM_TEST(what_it_prints_can_be_served),
        SYSTEM_TEST(it_starts_in_the_folder_that_it_was_tried_in),
        SYSTEM_TEST(one_that_cannot_use_a_socket_gets_pipes),
        SYSTEM_TEST(one_that_cannot_use_pipes_gets_the_socket),
        SYSTEM_TEST(one_whose_answers_wait_on_a_socket_gets_pipes),
        SYSTEM_TEST(a_known_program_gets_pipes_although_both_work),
        SYSTEM_TEST(bytes_that_a_program_changes_are_named),
        SYSTEM_TEST(output_that_is_lost_is_seen),
        SYSTEM_TEST(what_is_no_echo_is_not_asked_for_its_bytes),
        SYSTEM_TEST(two_threads_on_two_pipes_are_no_trouble),
        SYSTEM_TEST(one_that_closes_its_input_still_answers),
        SYSTEM_TEST(one_that_closes_its_output_may_go_on),
        SYSTEM_TEST(a_filter_answers_at_the_end_of_its_input),
        SYSTEM_TEST(one_that_only_writes_is_served),
        SYSTEM_TEST(a_script_is_a_program),
        SYSTEM_TEST(arguments_may_look_like_options),
        SYSTEM_TEST(a_crash_is_one),
        SYSTEM_TEST(one_that_speaks_on_stderr_alone_serves_nobody),
        SYSTEM_TEST(what_is_no_program_cannot_be_started),
        SYSTEM_TEST(what_is_not_there_is_complained_of_as_by_serve),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
