/* Whoever uses the control pipe in a way that it is not made for costs others nothing. */
#include "harness.h"

#include "core/control_request.h"
#include "windows/control_pipe.h"

#include <stdio.h>
#include <string.h>

enum { HOSTILE = 1000 };

static struct process *start(void)
{
    return server_start("[service upper]\n"
                        "port = 0\n"
                        "server = handlers\\upper.exe\n");
}

/* A well-behaved client is answered while all of that goes on. */
static void expect_answer(void)
{
    server_expect_answer("status", "upper 127.0.0.1:*");
}

static HANDLE open_pipe(void)
{
    struct error error;
    HANDLE pipe = control_pipe_open(server_name(), &error);

    if (pipe == NULL)
        FAIL("%s", error.text);
    return pipe;
}

static void nonsense_gets_an_error(void **state)
{
    static const char *const texts[] = {"GET / HTTP/1.1\r\n\r\n", "\n", "stdinetd/1 destroy\n"};
    char answer[400];
    struct error error;

    (void)state;
    start();
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        HANDLE pipe = open_pipe();
        struct control_answer head;
        size_t length;

        assert_true(control_pipe_write(pipe, texts[i], strlen(texts[i]), PATIENCE_MS, &error));
        assert_true(
            control_pipe_read(pipe, answer, sizeof answer - 1, &length, PATIENCE_MS, &error));
        answer[length] = '\0';
        assert_true(control_answer_read(answer, length, &head) > 0);
        assert_int_equal(head.exit_code, 2);
        assert_non_null(strstr(answer, "request"));
        CloseHandle(pipe);
    }
    expect_answer();
}

/* Two seconds are enough for a request; then the server closes, whether there was half of one or
 * none. */
static void who_asks_nothing_is_left(void **state)
{
    struct error error;
    char byte;
    size_t length;

    (void)state;
    start();
    HANDLE silent = open_pipe();
    HANDLE slow = open_pipe();
    if (!control_pipe_write(slow, "stdinetd/1 sta", 14, PATIENCE_MS, &error))
        FAIL("%s", error.text);
    assert_false(control_pipe_read(silent, &byte, 1, &length, PATIENCE_MS, &error));
    assert_null(strstr(error.text, "does not answer")); /* it was closed, not we tired of waiting */
    assert_false(control_pipe_read(slow, &byte, 1, &length, PATIENCE_MS, &error));
    assert_null(strstr(error.text, "does not answer"));
    CloseHandle(silent);
    CloseHandle(slow);
}

/* Silent ones, those who send half a request or too much, those who do not take the answer, those
   who leave at once. */
static void a_thousand_hostile_clients_do_not_keep_others_out(void **state)
{
    static HANDLE pipes[HOSTILE];
    static char rubbish[4096];
    char request[CONTROL_REQUEST_SIZE];
    struct process *server = start();
    size_t length = control_request_write(request, CONTROL_STATUS);

    (void)state;
    memset(rubbish, 'x', sizeof rubbish);
    for (size_t i = 0; i < HOSTILE; i++) {
        struct error ignored;

        pipes[i] = open_pipe();
        if (i % 5 == 1)
            control_pipe_write(pipes[i], request, length / 2, PATIENCE_MS, &ignored);
        else if (i % 5 == 2)
            control_pipe_write(pipes[i], rubbish, sizeof rubbish, PATIENCE_MS, &ignored);
        else if (i % 5 == 3)
            control_pipe_write(pipes[i], request, length, PATIENCE_MS, &ignored);
        if (i % 5 == 4) {
            CloseHandle(pipes[i]);
            pipes[i] = NULL;
        }
        if (i % 200 == 0)
            expect_answer();
    }
    expect_answer();
    client_goodbye(client_hello(server, "upper"));
    for (size_t i = 0; i < HOSTILE; i++)
        if (pipes[i] != NULL)
            CloseHandle(pipes[i]);
    expect_answer();
    server_console(server, PRESS_CTRL_C);
    assert_int_equal(process_wait(server), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(nonsense_gets_an_error),
        SYSTEM_TEST(who_asks_nothing_is_left),
        SYSTEM_TEST(a_thousand_hostile_clients_do_not_keep_others_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
