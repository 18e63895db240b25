#ifndef STDINETD_WINDOWS_SERVICE_PROCESS_H
#define STDINETD_WINDOWS_SERVICE_PROCESS_H

#include "core/error.h"

#include <stdbool.h>
#include <winsock2.h>
#include <windows.h>

/* This process as a Windows service. One in a process. */
struct service_process {
    const wchar_t *name;
    void *context;
    /* The service itself, on a thread of the service manager's. Says how far it is by the functions
       below, and returns what the service manager is told: 0, or a service-specific exit code. */
    DWORD (*run)(struct service_process *process);
    /* Asked once to end, on another thread: by the service manager, a user, or before a shutdown.
     */
    void (*stop)(struct service_process *process);
    /* paramchange: read the configuration anew, on that thread too. NULL: cannot be asked. */
    void (*reload)(struct service_process *process);

    SERVICE_STATUS_HANDLE handle;
    HANDLE thread; /* of run; NULL before it */
    SRWLOCK lock;  /* what follows */
    SERVICE_STATUS status;
    bool asked; /* to stop */
};

/* Returns when the service has ended. false where it could not begin; *by_hand: because no service
   manager, but somebody at a console has started this process. */
bool service_process_run(struct service_process *process, bool *by_hand, struct error *error);

/* Still starting or stopping: the next word comes within wait_ms. Nothing while it runs. */
void service_process_progress(struct service_process *process, DWORD wait_ms);
void service_process_running(struct service_process *process);
void service_process_stopping(struct service_process *process, DWORD wait_ms);

#endif
