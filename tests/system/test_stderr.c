/* What becomes of what a handler writes to stderr. */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FLOOD    20000
#define PROMPTLY 5000 /* ms; the server gives a silent pipe 100 ms, and a busy one 1 s */

/* One service "probe" with this option stderr and this mode, and an ordinary one. */
static struct process *start(const char *where, const char *mode)
{
    return server_start("[service probe]\n"
                        "port = 0\n"
                        "server = tests\\probe.exe\n"
                        "server_args = %s\n"
                        "stderr = %s\n"
                        "[service upper]\n"
                        "port = 0\n"
                        "server = handlers\\upper.exe\n",
                        mode, where);
}

/* Runs the probe to its end. */
static void run(struct process *server)
{
    SOCKET client = client_connect(server, "probe");

    client_expect_end(client);
    client_close(client);
    server_expect(server, "close probe#1 * exit 0 ");
}

static void expect_service(struct process *server)
{
    SOCKET client = client_connect(server, "upper");

    client_say(client, "and you?\n");
    client_expect(client, "AND YOU?\r\n");
    client_close(client);
}

static void with_log_a_line_is_a_record_of_its_connection(void **state)
{
    struct process *server = start("log", "stderr \"something is odd\"");

    (void)state;
    run(server);
    server_expect(server, "stderr probe#1 127.0.0.1:* pid * something is odd\n");
}

static void with_null_it_goes_nowhere(void **state)
{
    struct process *server = start("null", "stderr \"something is odd\"");

    (void)state;
    run(server);
    assert_int_equal(server_count(server, "odd"), 0);
}

static void with_socket_the_client_gets_it(void **state)
{
    struct process *server = start("socket", "stderr \"something is odd\"");
    SOCKET client = client_connect(server, "probe");

    (void)state;
    assert_true(text_has(client_rest(client), "something is odd"));
    client_close(client);
    server_expect(server, "close probe#1 * exit 0 ");
    assert_int_equal(server_count(server, "odd"), 0);
}

/* The lines have come in order, each once. */
static void expect_flood(struct process *server)
{
    char *log = output_copy(&server->err);
    const char *next = log;
    char line[32];

    for (long i = 1; i <= FLOOD; i++) {
        snprintf(line, sizeof line, " line %ld.", i);
        const char *found = strstr(next, line);
        if (found == NULL)
            fail_msg("'%s' is missing", line);
        else
            next = found + strlen(line);
    }
    assert_int_equal(text_count(log, "stderr probe#1 *line "), FLOOD);
    free(log);
}

static void a_flood_loses_no_line_and_stops_no_other_service(void **state)
{
    char mode[32];

    (void)state;
    snprintf(mode, sizeof mode, "stderr-flood %d", FLOOD);
    struct process *server = start("log", mode);
    SOCKET client = client_connect(server, "probe");
    server_expect(server, "line 1.");
    expect_service(server);
    client_expect_end(client);
    client_close(client);
    server_expect(server, "close probe#1 * exit 0 ");
    expect_flood(server);
}

static void the_end_need_not_be_the_end_of_a_line(void **state)
{
    struct process *server = start("log", "stderr-long 10");

    (void)state;
    run(server);
    server_expect(server, "stderr probe#1 127.0.0.1:* pid * xxxxxxxxxx\n");
}

static void a_very_long_line_is_cut_into_records(void **state)
{
    struct process *server = start("log", "stderr-long 10000");

    (void)state;
    run(server);
    char *log = output_copy(&server->err);
    size_t count = 0;
    for (const char *x = log; (x = strchr(x, 'x')) != NULL; x++)
        count += x[1] == 'x'; /* no other word has two of them */
    free(log);
    assert_int_equal(server_count(server, "stderr probe#1 *xx"), 3);
    assert_int_equal(count, 10000 - 3);
}

static void rubbish_cannot_do_anything_to_a_console(void **state)
{
    struct process *server = start("log", "stderr-binary");

    (void)state;
    run(server);
    server_expect(server, "stderr probe#1 * ????????? \n");
    server_expect(server, "stderr probe#1 *@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]");
    char *log = output_copy(&server->err);
    for (const unsigned char *byte = (unsigned char *)log; *byte != '\0'; byte++)
        assert_true((*byte >= ' ' && *byte < 0x7F) || *byte == '\n');
    free(log);
}

static void a_child_that_is_left_behind_keeps_no_connection_open(void **state)
{
    struct process *server = start("log", "parent");
    SOCKET client = client_connect(server, "probe");
    HANDLE child = process_open(strtoul(client_line(client), NULL, 10));
    DWORD since = GetTickCount();

    (void)state;
    assert_non_null(child);
    client_say(client, "go\n");
    client_expect_end(client);
    client_close(client);
    server_expect(server, "close probe#1 * exit 0 ");
    assert_true(GetTickCount() - since < PROMPTLY);
    process_expect_gone(child);
}

/* Gets hold of the stderr of the running probe, as a process beyond its job might. */
static HANDLE take_stderr(SOCKET client)
{
    char *end;
    const char *line = client_line(client);
    DWORD id = strtoul(line, &end, 10);
    HANDLE theirs = (HANDLE)(ULONG_PTR)strtoull(end, NULL, 10);
    HANDLE process = OpenProcess(PROCESS_DUP_HANDLE, FALSE, id);
    HANDLE ours = NULL;

    if (process == NULL || !DuplicateHandle(process, theirs, GetCurrentProcess(), &ours, 0, FALSE,
                                            DUPLICATE_SAME_ACCESS))
        fail_msg("DuplicateHandle of '%s': %lu", line, GetLastError());
    CloseHandle(process);
    return ours;
}

static void a_pipe_that_somebody_still_holds_is_not_waited_for(void **state)
{
    struct process *server = start("log", "stderr-handle");
    SOCKET client = client_connect(server, "probe");
    HANDLE pipe = take_stderr(client);
    DWORD since = GetTickCount();

    (void)state;
    client_say(client, "go\n");
    client_expect_end(client);
    client_close(client);
    server_expect(server, "close probe#1 * exit 0 ");
    assert_true(GetTickCount() - since < PROMPTLY);
    CloseHandle(pipe);
}

static DWORD WINAPI write_on(void *argument)
{
    static const char text[] = "and another thing\n";
    DWORD written;

    while (WriteFile(argument, text, sizeof text - 1, &written, NULL))
        ;
    return 0;
}

static void a_pipe_into_which_somebody_still_writes_is_closed(void **state)
{
    struct process *server = start("log", "stderr-handle");
    SOCKET client = client_connect(server, "probe");
    HANDLE pipe = take_stderr(client);
    DWORD since = GetTickCount();
    HANDLE writer = CreateThread(NULL, 0, write_on, pipe, 0, NULL);

    (void)state;
    assert_non_null(writer);
    server_expect(server, "stderr probe#1 *and another thing\n");
    client_say(client, "go\n");
    client_expect_end(client);
    client_close(client);
    server_expect(server, "close probe#1 * exit 0 ");
    assert_true(GetTickCount() - since < PROMPTLY);
    process_expect_gone(writer); /* its write has failed */
    CloseHandle(pipe);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(with_log_a_line_is_a_record_of_its_connection),
        SYSTEM_TEST(with_null_it_goes_nowhere),
        SYSTEM_TEST(with_socket_the_client_gets_it),
        SYSTEM_TEST(a_flood_loses_no_line_and_stops_no_other_service),
        SYSTEM_TEST(the_end_need_not_be_the_end_of_a_line),
        SYSTEM_TEST(a_very_long_line_is_cut_into_records),
        SYSTEM_TEST(rubbish_cannot_do_anything_to_a_console),
        SYSTEM_TEST(a_child_that_is_left_behind_keeps_no_connection_open),
        SYSTEM_TEST(a_pipe_that_somebody_still_holds_is_not_waited_for),
        SYSTEM_TEST(a_pipe_into_which_somebody_still_writes_is_closed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
