#include "handler.h"
#include "site.h"
#include "start_process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATIENCE_MS 30000

struct handler {
    HANDLE job;
    HANDLE process;
    HANDLE input;
    HANDLE output;
    char *text; /* what handler_rest has read */
};

/* Our end is private, the handler's can be inherited. */
static void make_pipe(HANDLE *read, HANDLE *write, HANDLE *inherited)
{
    assert_true(CreatePipe(read, write, NULL, 0));
    assert_true(SetHandleInformation(*inherited, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT));
}

static HANDLE make_job(void)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {0};
    HANDLE job = CreateJobObjectW(NULL, NULL);

    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
    assert_non_null(job);
    assert_true(
        SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof limits));
    return job;
}

struct handler *handler_start(const char *line)
{
    struct handler *handler = calloc(1, sizeof *handler);
    STARTUPINFOW startup = {.cb = sizeof startup, .dwFlags = STARTF_USESTDHANDLES};
    PROCESS_INFORMATION started;
    wchar_t command_line[4096];

    assert_non_null(handler);
    if (strstr(line, ".cmd") != NULL) /* as the server does it */
        swprintf(command_line, 4096, L"cmd.exe /d /v:off /s /c \"\"%ls\\%hs\"", site_handlers(),
                 line);
    else
        swprintf(command_line, 4096, L"%ls\\%hs", site_handlers(), line);
    make_pipe(&startup.hStdInput, &handler->input, &startup.hStdInput);
    make_pipe(&handler->output, &startup.hStdOutput, &startup.hStdOutput);
    startup.hStdError = GetStdHandle(STD_ERROR_HANDLE);
    handler->job = make_job();
    if (!start_process(command_line, CREATE_SUSPENDED, site_folder(), &startup, &started))
        fail_msg("CreateProcess %ls: %lu", command_line, GetLastError());
    assert_true(AssignProcessToJobObject(handler->job, started.hProcess));
    ResumeThread(started.hThread);
    CloseHandle(started.hThread);
    CloseHandle(startup.hStdInput);
    CloseHandle(startup.hStdOutput);
    handler->process = started.hProcess;
    return handler;
}

bool handler_try_to_say(struct handler *handler, const char *text)
{
    DWORD written = 0;

    return WriteFile(handler->input, text, (DWORD)strlen(text), &written, NULL) != 0;
}

void handler_say_bytes(struct handler *handler, const void *bytes, size_t size)
{
    DWORD written = 0;

    assert_true(WriteFile(handler->input, bytes, (DWORD)size, &written, NULL));
    assert_int_equal(written, size);
}

void handler_say(struct handler *handler, const char *text)
{
    handler_say_bytes(handler, text, strlen(text));
}

void handler_close_input(struct handler *handler)
{
    if (handler->input != NULL)
        CloseHandle(handler->input);
    handler->input = NULL;
}

void handler_close_output(struct handler *handler)
{
    if (handler->output != NULL)
        CloseHandle(handler->output);
    handler->output = NULL;
}

/* What has come, at least one byte; 0 at the end of output. */
static size_t read_some(const struct handler *handler, char *bytes, size_t size)
{
    ULONGLONG deadline = GetTickCount64() + PATIENCE_MS;
    DWORD available = 0;
    DWORD count = 0;

    while (PeekNamedPipe(handler->output, NULL, 0, NULL, &available, NULL) && available == 0) {
        if (GetTickCount64() >= deadline)
            fail_msg("the handler says nothing");
        Sleep(2);
    }
    if (!ReadFile(handler->output, bytes, (DWORD)size, &count, NULL))
        assert_int_equal(GetLastError(), ERROR_BROKEN_PIPE);
    return count;
}

void handler_take(struct handler *handler, char *text, size_t count)
{
    size_t length = 0;

    while (length < count) {
        size_t more = read_some(handler, text + length, count - length);

        if (more == 0)
            fail_msg("the end of output after \"%.*s\"", (int)length, text);
        length += more;
    }
    text[length] = '\0';
}

void handler_expect(struct handler *handler, const char *text)
{
    char heard[1024];

    handler_take(handler, heard, strlen(text));
    assert_string_equal(heard, text);
}

const char *handler_rest(struct handler *handler, size_t *size)
{
    size_t length = 0;

    for (;;) {
        handler->text = realloc(handler->text, length + 65537);
        assert_non_null(handler->text);
        size_t count = read_some(handler, handler->text + length, 65536);
        if (count == 0)
            break;
        length += count;
    }
    handler->text[length] = '\0';
    if (size != NULL)
        *size = length;
    return handler->text;
}

DWORD handler_end(struct handler *handler)
{
    DWORD exit_code = 0;

    if (WaitForSingleObject(handler->process, PATIENCE_MS) != WAIT_OBJECT_0)
        fail_msg("the handler does not end");
    GetExitCodeProcess(handler->process, &exit_code);
    handler_close_input(handler);
    handler_close_output(handler);
    CloseHandle(handler->process);
    CloseHandle(handler->job);
    free(handler->text);
    free(handler);
    return exit_code;
}
