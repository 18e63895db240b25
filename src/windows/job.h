#ifndef STDINETD_WINDOWS_JOB_H
#define STDINETD_WINDOWS_JOB_H

#include "core/error.h"

#include <winsock2.h>
#include <windows.h>

/* A job ends every process in it when its last handle is closed, so also when the server dies, and
   shows no error dialog for a process that crashes. It reports to the completion port under that
   key (JOB_OBJECT_MSG_EXIT_PROCESS, JOB_OBJECT_MSG_ACTIVE_PROCESS_ZERO …); Windows does not promise
   that each message arrives. NULL on failure. The caller closes it. */
HANDLE job_create(HANDLE port, ULONG_PTR key, struct error *error);

/* How many processes it holds now. */
DWORD job_process_count(HANDLE job);

#endif
