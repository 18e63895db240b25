#include "windows/job.h"

#include "windows/text.h"

HANDLE job_create(HANDLE port, ULONG_PTR key, struct error *error)
{
    JOBOBJECT_ASSOCIATE_COMPLETION_PORT messages = {.CompletionKey = (PVOID)key,
                                                    .CompletionPort = port};
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {.BasicLimitInformation.LimitFlags =
                                                       JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE |
                                                       JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION};
    HANDLE job = CreateJobObjectW(NULL, NULL);

    if (job == NULL) {
        error_windows(error, "CreateJobObject");
        return NULL;
    }
    if (SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof limits) &&
        SetInformationJobObject(job, JobObjectAssociateCompletionPortInformation, &messages,
                                sizeof messages))
        return job;
    error_windows(error, "SetInformationJobObject");
    CloseHandle(job);
    return NULL;
}

DWORD job_process_count(HANDLE job)
{
    JOBOBJECT_BASIC_ACCOUNTING_INFORMATION accounting = {0};

    QueryInformationJobObject(job, JobObjectBasicAccountingInformation, &accounting,
                              sizeof accounting, NULL);
    return accounting.ActiveProcesses;
}
