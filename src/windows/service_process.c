#include "windows/service_process.h"

#include "windows/text.h"

enum { FIRST_WAIT_MS = 30000 };

/* The service manager gives its threads no context. */
static struct service_process *service;

/* Under the lock. */
static void report(struct service_process *process, DWORD state, DWORD wait_ms)
{
    SERVICE_STATUS *status = &process->status;
    bool pending = state == SERVICE_START_PENDING || state == SERVICE_STOP_PENDING;

    status->dwServiceType = SERVICE_WIN32_OWN_PROCESS;
    status->dwCheckPoint =
        !pending ? 0 : (status->dwCurrentState == state ? status->dwCheckPoint + 1 : 1);
    status->dwWaitHint = pending ? wait_ms : 0;
    status->dwCurrentState = state;
    status->dwControlsAccepted = 0;
    if (state == SERVICE_RUNNING)
        status->dwControlsAccepted = SERVICE_ACCEPT_STOP | SERVICE_ACCEPT_PRESHUTDOWN |
                                     (process->reload != NULL ? SERVICE_ACCEPT_PARAMCHANGE : 0);
    SetServiceStatus(process->handle, status);
}

void service_process_progress(struct service_process *process, DWORD wait_ms)
{
    AcquireSRWLockExclusive(&process->lock);
    if (process->status.dwCurrentState != SERVICE_RUNNING)
        report(process, process->status.dwCurrentState, wait_ms);
    ReleaseSRWLockExclusive(&process->lock);
}

void service_process_running(struct service_process *process)
{
    AcquireSRWLockExclusive(&process->lock);
    report(process, SERVICE_RUNNING, 0);
    ReleaseSRWLockExclusive(&process->lock);
}

void service_process_stopping(struct service_process *process, DWORD wait_ms)
{
    AcquireSRWLockExclusive(&process->lock);
    report(process, SERVICE_STOP_PENDING, wait_ms);
    ReleaseSRWLockExclusive(&process->lock);
}

static DWORD ask_to_stop(struct service_process *process)
{
    AcquireSRWLockExclusive(&process->lock);
    bool first = !process->asked;
    process->asked = true;
    if (first)
        report(process, SERVICE_STOP_PENDING, FIRST_WAIT_MS);
    ReleaseSRWLockExclusive(&process->lock);
    if (first)
        process->stop(process);
    return NO_ERROR;
}

static DWORD WINAPI on_control(DWORD control, DWORD type, void *data, void *context)
{
    struct service_process *process = context;

    (void)type;
    (void)data;
    switch (control) {
    case SERVICE_CONTROL_STOP:
    case SERVICE_CONTROL_PRESHUTDOWN:
        return ask_to_stop(process);
    case SERVICE_CONTROL_PARAMCHANGE:
        if (process->reload == NULL)
            return ERROR_CALL_NOT_IMPLEMENTED;
        process->reload(process);
        return NO_ERROR;
    case SERVICE_CONTROL_INTERROGATE:
        return NO_ERROR;
    default:
        return ERROR_CALL_NOT_IMPLEMENTED;
    }
}

/* What comes after the last report may not be lived to see, unless the process waits for it. */
static void WINAPI service_main(DWORD count, wchar_t **words)
{
    struct service_process *process = service;

    (void)count;
    (void)words;
    DuplicateHandle(GetCurrentProcess(), GetCurrentThread(), GetCurrentProcess(), &process->thread,
                    SYNCHRONIZE, FALSE, 0);
    process->handle = RegisterServiceCtrlHandlerExW(process->name, on_control, process);
    if (process->handle == NULL)
        return;
    AcquireSRWLockExclusive(&process->lock);
    report(process, SERVICE_START_PENDING, FIRST_WAIT_MS);
    ReleaseSRWLockExclusive(&process->lock);
    DWORD exit_code = process->run(process);
    AcquireSRWLockExclusive(&process->lock);
    process->status.dwWin32ExitCode = exit_code == 0 ? NO_ERROR : ERROR_SERVICE_SPECIFIC_ERROR;
    process->status.dwServiceSpecificExitCode = exit_code;
    report(process, SERVICE_STOPPED, 0);
    ReleaseSRWLockExclusive(&process->lock);
}

bool service_process_run(struct service_process *process, bool *by_hand, struct error *error)
{
    SERVICE_TABLE_ENTRYW table[] = {{(wchar_t *)process->name, service_main}, {NULL, NULL}};

    *by_hand = false;
    InitializeSRWLock(&process->lock);
    service = process;
    if (StartServiceCtrlDispatcherW(table)) {
        /* It returns at the last report, while service_main still has the lock. */
        if (process->thread != NULL) {
            WaitForSingleObject(process->thread, INFINITE);
            CloseHandle(process->thread);
        }
        return true;
    }
    *by_hand = GetLastError() == ERROR_FAILED_SERVICE_CONTROLLER_CONNECT;
    return error_windows(error, "StartServiceCtrlDispatcher");
}
