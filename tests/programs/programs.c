#include "programs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* As ctest is told in CMakeLists.txt. */
#define SKIPPED 77

/* A program that goes on when its input has ended takes "try" half a minute. */
#define TRY_PATIENCE_MS 120000

static void skip_program(const char *name, const char *why)
{
    printf("skipped: %s %s\n", name, why);
    exit(SKIPPED);
}

static bool is_there(const char *program)
{
    char path[2048];
    wchar_t wide[2048];

    snprintf(path, sizeof path, "%s\\%s", folder_build(), program);
    return MultiByteToWideChar(CP_UTF8, 0, path, -1, wide, 2048) > 0 &&
           GetFileAttributesW(wide) != INVALID_FILE_ATTRIBUTES;
}

void program_needed(const char *name, const char *program, const char *arguments)
{
    bool runs = false;

    SetEnvironmentVariableA(NODE_ON_ANY_WINDOWS, "1");
    harness_setup(NULL);
    bool there = is_there(program);
    if (there)
        runs = process_wait(process_run(program, arguments)) == 0;
    harness_teardown(NULL);
    SetEnvironmentVariableA(NODE_ON_ANY_WINDOWS, NULL);
    if (!there)
        skip_program(name, "is not in build/programs, where tests/programs/fetch.sh brings it");
    if (!runs)
        skip_program(name, "does not run on this Windows");
}

void program_expect_sockets(struct process *server)
{
    if (server_count(server, "listen * stdio is pipe") != 0)
        FAIL("stdio = auto has become pipe");
}

void program_expect_try(const char *program, const char *arguments, const char *stdio)
{
    char words[4096];
    char line[32];

    SetEnvironmentVariableA(NODE_ON_ANY_WINDOWS, "1");
    if (strchr(program, '\\') != NULL)
        snprintf(words, sizeof words, "try \"%s\\%s\" %s", folder_build(), program, arguments);
    else
        snprintf(words, sizeof words, "try %s %s", program, arguments);
    struct process *trial = process_start("bin\\stdinetd.exe", words);
    WaitForSingleObject(trial->handle, TRY_PATIENCE_MS);
    SetEnvironmentVariableA(NODE_ON_ANY_WINDOWS, NULL);
    if (process_wait(trial) != 0)
        FAIL("stdinetd %s: it cannot be served", words);
    WaitForSingleObject(trial->out.thread, PATIENCE_MS);
    char *report = output_copy(&trial->out);
    snprintf(line, sizeof line, "\nstdio = %s\n", stdio);
    char *end = strstr(report, line);
    if (end == NULL || end[strlen(line)] != '\0')
        FAIL("'stdio = %s' is not how this ends:\n%s", stdio, report);
    free(report);
}

bool program_runs_under_wine(void)
{
    return GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "wine_get_version") != NULL;
}

void program_expect_capitals(SOCKET client)
{
    for (int i = 0; i < 20; i++) {
        client_say(client, "hello, world\n");
        assert_string_equal(client_line(client), "HELLO, WORLD");
    }
    client_end_sending(client);
    client_expect_end(client);
    client_close(client);
}
