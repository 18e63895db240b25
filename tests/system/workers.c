#include "workers.h"

#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void describe(char *text, size_t size, const char *program, const char *options,
                     va_list values)
{
    const char *transfer = getenv("TRANSFER");
    size_t length = strcspn(program, " ");

    int used = snprintf(text, size,
                        "log_level = debug\n"
                        "[service w]\n"
                        "port = 0\n"
                        "server = %.*s\n"
                        "server_args =%s\n",
                        (int)length, program, program + length);
    /* with workers = 0 it would be a mistake */
    if (transfer != NULL && strstr(options, "workers = 0") == NULL)
        used += snprintf(text + used, size - (size_t)used, "transfer = %s\n", transfer);
    vsnprintf(text + used, size - (size_t)used, options, values);
}

struct process *workers_start(const char *program_and_arguments, const char *options, ...)
{
    char ini[4000];
    va_list values;

    va_start(values, options);
    describe(ini, sizeof ini, program_and_arguments, options, values);
    va_end(values);
    return server_start("%s", ini);
}

struct process *workers_start_with_faults(const char *faults, const char *program_and_arguments,
                                          const char *options, ...)
{
    char ini[4000];
    va_list values;

    va_start(values, options);
    describe(ini, sizeof ini, program_and_arguments, options, values);
    va_end(values);
    return server_start_with_faults(faults, "%s", ini);
}

void workers_rewrite(const char *program_and_arguments, const char *options, ...)
{
    char ini[4000];
    va_list values;

    va_start(values, options);
    describe(ini, sizeof ini, program_and_arguments, options, values);
    va_end(values);
    server_rewrite("%s", ini);
}

void workers_await(struct process *server, size_t count)
{
    if (!output_wait_lines(&server->err, "open w pid * worker: ready", count, PATIENCE_MS))
        FAIL("there are no %zu workers", count);
}

SOCKET workers_client(struct process *server)
{
    return client_connect(server, "w");
}

const char *workers_ask(SOCKET client, const char *line)
{
    client_say(client, line);
    client_say(client, "\r\n");
    return client_line(client);
}

DWORD workers_pid(SOCKET client)
{
    return strtoul(workers_ask(client, "pid"), NULL, 10);
}

void workers_leave(SOCKET client)
{
    client_end_sending(client);
    client_expect_end(client);
    client_close(client);
}

void workers_visit(struct process *server)
{
    SOCKET client = workers_client(server);

    assert_string_equal(workers_ask(client, "hello"), "HELLO");
    workers_leave(client);
}

void workers_kill(DWORD pid)
{
    HANDLE worker = OpenProcess(PROCESS_TERMINATE | SYNCHRONIZE, FALSE, pid);

    assert_non_null(worker);
    assert_true(TerminateProcess(worker, 77));
    assert_int_equal(WaitForSingleObject(worker, PATIENCE_MS), WAIT_OBJECT_0);
    CloseHandle(worker);
}
