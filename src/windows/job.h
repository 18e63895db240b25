#ifndef STDINETD_WINDOWS_JOB_H
#define STDINETD_WINDOWS_JOB_H

#include "core/error.h"

#include <winsock2.h>
#include <windows.h>

#include <stdbool.h>
#include <stdint.h>

/* What all processes of a job may use together. {0} leaves all of it unlimited. */
struct job_limits {
    uint64_t memory_bytes;
    DWORD processes;
    uint64_t cpu_time_ms;
    DWORD priority_class; /* NORMAL_PRIORITY_CLASS … */
    bool breakaway;       /* a process may leave by CREATE_BREAKAWAY_FROM_JOB */
};

/* A job ends every process in it when its last handle is closed, so also when the server dies, and
   shows no error dialog for a process that crashes. NULL on failure, with the reason in
   GetLastError() too. The caller closes it. */
HANDLE job_create(const struct job_limits *limits, struct error *error);

/* Sets them anew; processor time counts from now on. False with the reason in GetLastError(). */
bool job_limit(HANDLE job, const struct job_limits *limits);

/* From now on the job reports to the completion port under that key (JOB_OBJECT_MSG_EXIT_PROCESS,
   JOB_OBJECT_MSG_ACTIVE_PROCESS_ZERO …), beginning with the processes that are in it already;
   Windows does not promise that each message arrives. False with the reason in GetLastError(). */
bool job_report_to(HANDLE job, HANDLE port, ULONG_PTR key);

/* How many processes it holds now. */
DWORD job_process_count(HANDLE job);

#endif
