#include "harness.h"
#include "start_process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COMMAND_LINE_SIZE 4096

static struct process *processes;

static HANDLE make_job(void)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {0};
    HANDLE job = CreateJobObjectW(NULL, NULL);

    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
    if (job == NULL ||
        !SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof limits))
        fail_msg("cannot make a job: %lu", GetLastError());
    return job;
}

struct process *process_start(const char *program, const char *arguments)
{
    char command_line[COMMAND_LINE_SIZE];
    wchar_t command_line_wide[COMMAND_LINE_SIZE];
    wchar_t folder[COMMAND_LINE_SIZE];
    SECURITY_ATTRIBUTES inheritable = {sizeof inheritable, NULL, TRUE};
    STARTUPINFOW startup = {.cb = sizeof startup, .dwFlags = STARTF_USESTDHANDLES};
    PROCESS_INFORMATION started;
    struct process *process = calloc(1, sizeof *process);

    assert_non_null(process);
    if (strchr(program, ':') != NULL)
        snprintf(command_line, sizeof command_line, "\"%s\" %s", program, arguments);
    else
        snprintf(command_line, sizeof command_line, "\"%s\\%s\" %s", folder_build(), program,
                 arguments);
    MultiByteToWideChar(CP_UTF8, 0, command_line, -1, command_line_wide, COMMAND_LINE_SIZE);
    MultiByteToWideChar(CP_UTF8, 0, folder_own(), -1, folder, COMMAND_LINE_SIZE);

    process->job = make_job();
    startup.hStdInput = CreateFileW(L"NUL", GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE,
                                    &inheritable, OPEN_EXISTING, 0, NULL);
    startup.hStdOutput = output_open(&process->out);
    startup.hStdError = output_open(&process->err);
    process->next = processes;
    processes = process;

    /* A console of its own, so that its Ctrl-C is not ours. Not a process group of its own: that
     * would have Ctrl-C switched off. */
    bool running = start_process(command_line_wide, CREATE_NO_WINDOW | CREATE_SUSPENDED, folder,
                                 &startup, &started);
    DWORD code = GetLastError();
    CloseHandle(startup.hStdInput);
    CloseHandle(startup.hStdOutput);
    CloseHandle(startup.hStdError);
    if (!running)
        fail_msg("CreateProcess %s: %lu", command_line, code);
    process->handle = started.hProcess;
    process->id = started.dwProcessId;
    if (!AssignProcessToJobObject(process->job, process->handle))
        fail_msg("AssignProcessToJobObject: %lu", GetLastError());
    ResumeThread(started.hThread);
    CloseHandle(started.hThread);
    return process;
}

struct process *process_run(const char *program, const char *arguments)
{
    struct process *process = process_start(program, arguments);

    process_wait(process);
    return process;
}

DWORD process_wait(struct process *process)
{
    DWORD exit_code;

    if (WaitForSingleObject(process->handle, PATIENCE_MS) != WAIT_OBJECT_0)
        FAIL("process %lu has not ended", process->id);
    WaitForSingleObject(process->out.thread, PATIENCE_MS);
    WaitForSingleObject(process->err.thread, PATIENCE_MS);
    GetExitCodeProcess(process->handle, &exit_code);
    return exit_code;
}

bool process_has_ended(const struct process *process)
{
    return !process_is_alive(process->handle);
}

void process_kill(struct process *process)
{
    TerminateProcess(process->handle, 99);
    process_wait(process);
}

void process_end_all(void)
{
    while (processes != NULL) {
        struct process *process = processes;

        processes = process->next;
        CloseHandle(process->job);
        if (process->handle != NULL) {
            WaitForSingleObject(process->handle, PATIENCE_MS);
            CloseHandle(process->handle);
        }
        output_close(&process->out);
        output_close(&process->err);
        free(process);
    }
}

void process_show_errors(void)
{
    for (struct process *process = processes; process != NULL; process = process->next) {
        char *text = output_copy(&process->err);

        fprintf(stderr, "--- process %lu said:\n%s---\n", process->id, text);
        free(text);
    }
}

HANDLE process_open(DWORD id)
{
    return OpenProcess(SYNCHRONIZE | PROCESS_TERMINATE | PROCESS_QUERY_LIMITED_INFORMATION, FALSE,
                       id);
}

bool process_is_alive(HANDLE handle)
{
    return WaitForSingleObject(handle, 0) == WAIT_TIMEOUT;
}

void process_expect_gone(HANDLE handle)
{
    if (handle == NULL)
        return;
    if (WaitForSingleObject(handle, PATIENCE_MS) != WAIT_OBJECT_0)
        FAIL("the process %lu is still there, which should have been ended", GetProcessId(handle));
    CloseHandle(handle);
}
