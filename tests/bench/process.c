#include "process.h"

#include "core/command_line.h"
#include "core/memory.h"
#include "start_process.h"
#include "windows/file.h"
#include "windows/text.h"

#include <stdlib.h>
#include <string.h>

enum { LARGEST_FILE = 256 * 1024 * 1024, END_MS = 10000, LOOK_MS = 10 };

/* --- temporary files */

static char *temporary_folder(void)
{
    DWORD units = GetTempPathW(0, NULL);
    wchar_t *wide = memory_zeroed((size_t)units + 1, sizeof *wide);

    GetTempPathW(units + 1, wide);
    char *folder = utf8_from_wide(wide);
    free(wide);
    return folder;
}

bool temporary_file_open(struct temporary_file *file, struct error *error)
{
    static unsigned count;
    SECURITY_ATTRIBUTES inheritable = {.nLength = sizeof inheritable, .bInheritHandle = TRUE};
    char *folder = temporary_folder();

    file->path =
        memory_format("%sstdinetd-bench-%lu-%u.txt", folder, GetCurrentProcessId(), ++count);
    wchar_t *wide = wide_from_utf8(file->path);
    file->handle = CreateFileW(
        wide, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, &inheritable,
        CREATE_ALWAYS, FILE_ATTRIBUTE_TEMPORARY | FILE_FLAG_DELETE_ON_CLOSE, NULL);
    if (file->handle == INVALID_HANDLE_VALUE) {
        error_windows(error, "CreateFile %s", file->path);
        free(file->path);
        *file = (struct temporary_file){0};
    }
    free(wide);
    free(folder);
    return file->handle != NULL;
}

bool temporary_file_write(const struct temporary_file *file, const char *text, struct error *error)
{
    DWORD written;

    if (!WriteFile(file->handle, text, (DWORD)strlen(text), &written, NULL))
        return error_windows(error, "WriteFile %s", file->path);
    return true;
}

char *temporary_file_read(const struct temporary_file *file, struct error *error)
{
    size_t length;

    return file_read(file->path, LARGEST_FILE, &length, error);
}

void temporary_file_close(struct temporary_file *file)
{
    if (file->handle != NULL)
        CloseHandle(file->handle);
    free(file->path);
    *file = (struct temporary_file){0};
}

/* --- processes */

static HANDLE create_job(struct error *error)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {.BasicLimitInformation.LimitFlags =
                                                       JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE};
    HANDLE job = CreateJobObjectW(NULL, NULL);

    if (job != NULL &&
        SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof limits))
        return job;
    error_windows(error, "a job for what the bench starts");
    if (job != NULL)
        CloseHandle(job);
    return NULL;
}

static LPPROC_THREAD_ATTRIBUTE_LIST create_attributes(HANDLE *job, HANDLE *inherited, size_t count)
{
    SIZE_T size = 0;

    InitializeProcThreadAttributeList(NULL, 2, 0, &size);
    LPPROC_THREAD_ATTRIBUTE_LIST attributes = memory_zeroed(1, size);
    if (InitializeProcThreadAttributeList(attributes, 2, 0, &size)) {
        if (UpdateProcThreadAttribute(attributes, 0, PROC_THREAD_ATTRIBUTE_JOB_LIST, job,
                                      sizeof *job, NULL, NULL) &&
            UpdateProcThreadAttribute(attributes, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, inherited,
                                      count * sizeof *inherited, NULL, NULL))
            return attributes;
        DeleteProcThreadAttributeList(attributes);
    }
    free(attributes);
    return NULL;
}

static bool create_process(struct process *process, const wchar_t *command_line, HANDLE input,
                           HANDLE output)
{
    HANDLE inherited[] = {input, output};
    LPPROC_THREAD_ATTRIBUTE_LIST attributes =
        create_attributes(&process->job, inherited, ARRAYSIZE(inherited));
    STARTUPINFOEXW startup = {.StartupInfo = {.cb = sizeof startup,
                                              .dwFlags = STARTF_USESTDHANDLES,
                                              .hStdInput = input,
                                              .hStdOutput = output,
                                              .hStdError = output},
                              .lpAttributeList = attributes};
    PROCESS_INFORMATION created;

    if (attributes == NULL)
        return false;
    bool done = start_process(command_line, EXTENDED_STARTUPINFO_PRESENT, NULL,
                              &startup.StartupInfo, &created);
    DWORD code = GetLastError();
    DeleteProcThreadAttributeList(attributes);
    free(attributes);
    SetLastError(code);
    if (!done)
        return false;
    CloseHandle(created.hThread);
    process->process = created.hProcess;
    process->pid = created.dwProcessId;
    return true;
}

bool process_start(struct process *process, const char *program, const struct text_list *arguments,
                   HANDLE output, struct error *error)
{
    SECURITY_ATTRIBUTES inheritable = {.nLength = sizeof inheritable, .bInheritHandle = TRUE};

    process->job = create_job(error);
    if (process->job == NULL)
        return false;
    HANDLE input = CreateFileW(L"NUL", GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE,
                               &inheritable, OPEN_EXISTING, 0, NULL);
    char *command_line = command_line_join(program, arguments);
    wchar_t *wide_command_line = wide_from_utf8(command_line);
    bool started = create_process(process, wide_command_line, input, output);
    if (!started) {
        error_windows(error, "CreateProcess %s", program);
        process_end(process);
    }
    CloseHandle(input);
    free(command_line);
    free(wide_command_line);
    return started;
}

static DWORD count_processes(HANDLE job)
{
    JOBOBJECT_BASIC_ACCOUNTING_INFORMATION accounting = {0};

    QueryInformationJobObject(job, JobObjectBasicAccountingInformation, &accounting,
                              sizeof accounting, NULL);
    return accounting.ActiveProcesses;
}

void process_end(struct process *process)
{
    if (process->job != NULL) {
        TerminateJobObject(process->job, 1);
        for (int waited = 0; waited < END_MS && count_processes(process->job) > 0;
             waited += LOOK_MS)
            Sleep(LOOK_MS);
        CloseHandle(process->job);
    }
    if (process->process != NULL)
        CloseHandle(process->process);
    *process = (struct process){0};
}
