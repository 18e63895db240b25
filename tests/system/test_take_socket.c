/* The pull: a program takes a socket out of another one, by its process id and handle. */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What give_socket has said, with this number. */
static const char *line_of(struct process *give, size_t number)
{
    static char line[100];

    if (!output_wait_lines(&give->out, "take_socket * *", number, PATIENCE_MS))
        FAIL("give_socket has not said number %zu", number);
    char *text = output_copy(&give->out);
    char *place = text;
    for (size_t i = 0; i < number; i++)
        place = strstr(place, "take_socket ") + strlen("take_socket ");
    snprintf(line, sizeof line, "%.*s", (int)strcspn(place, "\r\n"), place);
    free(text);
    return line;
}

static struct process *give(char address[40])
{
    struct process *process = process_start("handlers\\give_socket.exe", "0");

    if (!output_wait(&process->out, "listening on port *\n", PATIENCE_MS))
        FAIL("give_socket does not listen");
    char *text = output_copy(&process->out);
    snprintf(address, 40, "127.0.0.1:%lu", strtoul(text + strlen("listening on port "), NULL, 10));
    free(text);
    return process;
}

static void expect_taken(struct process *take, SOCKET client)
{
    char expected[100];

    snprintf(expected, sizeof expected, "process %lu has taken you\r\n", take->id);
    client_expect(client, expected);
    client_say(client, "hello\n");
    client_expect(client, "HELLO\n");
}

/* The giver has nothing of it any more: it may end, and accept others before. */
static void a_socket_is_taken_from_a_running_process(void **state)
{
    char address[40];
    struct process *giver = give(address);
    SOCKET first = client_connect_to(address);
    struct process *take = process_start("handlers\\take_socket.exe", line_of(giver, 1));

    (void)state;
    expect_taken(take, first);
    SOCKET second = client_connect_to(address);
    struct process *other = process_start("handlers\\take_socket.exe", line_of(giver, 2));
    expect_taken(other, second);
    process_kill(giver);
    client_say(first, "still here\n");
    client_expect(first, "STILL HERE\n");
    client_goodbye(first);
    client_goodbye(second);
    assert_int_equal(process_wait(take), 0);
    assert_int_equal(process_wait(other), 0);
}

/* The giver has no handle of it left that would keep it open. */
static void it_ends_with_who_has_taken_it(void **state)
{
    char address[40];
    struct process *giver = give(address);
    SOCKET client = client_connect_to(address);
    struct process *take = process_start("handlers\\take_socket.exe", line_of(giver, 1));
    char byte;
    size_t count;

    (void)state;
    expect_taken(take, client);
    process_kill(take);
    assert_int_not_equal(client_take(client, &byte, 1, &count), END_OPEN);
    assert_int_equal(count, 0);
    client_close(client);
    assert_false(process_has_ended(giver));
}

static void who_is_not_there_gives_nothing(void **state)
{
    char arguments[60];

    (void)state;
    /* the ids of processes are multiples of 4 */
    struct process *take = process_run("handlers\\take_socket.exe", "4294967295 4");
    assert_int_equal(process_wait(take), 1);
    assert_true(output_wait(&take->err, "take_socket: Windows error 87\n", PATIENCE_MS));
    /* nor is every handle a socket */
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);
    snprintf(arguments, sizeof arguments, "%lu %llu", GetCurrentProcessId(),
             (unsigned long long)(uintptr_t)event);
    take = process_run("handlers\\take_socket.exe", arguments);
    assert_int_equal(process_wait(take), 1);
    assert_true(output_wait(&take->err, "take_socket: Windows error 10038\n", PATIENCE_MS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(a_socket_is_taken_from_a_running_process),
        SYSTEM_TEST(it_ends_with_who_has_taken_it),
        SYSTEM_TEST(who_is_not_there_gives_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
