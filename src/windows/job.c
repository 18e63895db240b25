#include "windows/job.h"

#include "windows/text.h"

static JOBOBJECT_EXTENDED_LIMIT_INFORMATION extended_limits(const struct job_limits *limits)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION extended = {0};
    JOBOBJECT_BASIC_LIMIT_INFORMATION *basic = &extended.BasicLimitInformation;

    basic->LimitFlags =
        JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE | JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION;
    if (limits->memory_bytes != 0) {
        basic->LimitFlags |= JOB_OBJECT_LIMIT_JOB_MEMORY;
        extended.JobMemoryLimit = (SIZE_T)limits->memory_bytes;
    }
    if (limits->processes != 0) {
        basic->LimitFlags |= JOB_OBJECT_LIMIT_ACTIVE_PROCESS;
        basic->ActiveProcessLimit = limits->processes;
    }
    if (limits->cpu_time_ms != 0) {
        basic->LimitFlags |= JOB_OBJECT_LIMIT_JOB_TIME;
        basic->PerJobUserTimeLimit.QuadPart = (LONGLONG)(limits->cpu_time_ms * 10000);
    }
    if (limits->priority_class != 0) {
        basic->LimitFlags |= JOB_OBJECT_LIMIT_PRIORITY_CLASS;
        basic->PriorityClass = limits->priority_class;
    }
    if (limits->breakaway)
        basic->LimitFlags |= JOB_OBJECT_LIMIT_BREAKAWAY_OK;
    return extended;
}

bool job_limit(HANDLE job, const struct job_limits *limits)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION extended = extended_limits(limits);

    return SetInformationJobObject(job, JobObjectExtendedLimitInformation, &extended,
                                   sizeof extended);
}

HANDLE job_create(const struct job_limits *limits, struct error *error)
{
    HANDLE job = CreateJobObjectW(NULL, NULL);

    if (job == NULL) {
        error_windows(error, "CreateJobObject");
        return NULL;
    }
    if (job_limit(job, limits))
        return job;
    DWORD code = GetLastError();
    CloseHandle(job);
    error_code(error, code, "SetInformationJobObject with the limits");
    SetLastError(code);
    return NULL;
}

bool job_report_to(HANDLE job, HANDLE port, ULONG_PTR key)
{
    JOBOBJECT_ASSOCIATE_COMPLETION_PORT messages = {.CompletionKey = (PVOID)key,
                                                    .CompletionPort = port};

    return SetInformationJobObject(job, JobObjectAssociateCompletionPortInformation, &messages,
                                   sizeof messages);
}

DWORD job_process_count(HANDLE job)
{
    JOBOBJECT_BASIC_ACCOUNTING_INFORMATION accounting = {0};

    QueryInformationJobObject(job, JobObjectBasicAccountingInformation, &accounting,
                              sizeof accounting, NULL);
    return accounting.ActiveProcesses;
}
