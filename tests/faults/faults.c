#include "faults.h"

#undef CreateFileW
#undef GetQueuedCompletionStatus
#undef QueryPerformanceCounter
#undef WSAEnumProtocolsW
#undef WriteFile

#include <stdio.h>
#include <string.h>

enum { SET_BACK_SECONDS = 3600 };

/* How often each call has been made; a call that is not named in STDINETD_FAULTS is not counted. */
static struct plan {
    char call[40];
    long skip, count, code;
    volatile LONG calls;
} plans[8];
static size_t plan_count;
static INIT_ONCE once = INIT_ONCE_STATIC_INIT;

static BOOL CALLBACK read_plans(INIT_ONCE *self, void *parameter, void **context)
{
    char text[512] = "";

    (void)self;
    (void)parameter;
    (void)context;
    GetEnvironmentVariableA("STDINETD_FAULTS", text, sizeof text);
    for (char *entry = strtok(text, ";"); entry != NULL; entry = strtok(NULL, ";")) {
        struct plan *plan = &plans[plan_count];

        if (plan_count == ARRAYSIZE(plans) || sscanf(entry, "%39[^=]=%ld,%ld,%ld", plan->call,
                                                     &plan->skip, &plan->count, &plan->code) != 4) {
            fprintf(stderr, "STDINETD_FAULTS: '%s' is not CALL=SKIP,COUNT,CODE\n", entry);
            ExitProcess(3);
        }
        plan_count++;
    }
    return TRUE;
}

bool fault(const char *call)
{
    InitOnceExecuteOnce(&once, read_plans, NULL, NULL);
    for (size_t i = 0; i < plan_count; i++) {
        struct plan *plan = &plans[i];

        if (strcmp(plan->call, call) != 0)
            continue;
        LONG before = InterlockedIncrement(&plan->calls) - 1;
        if (before < plan->skip || before >= plan->skip + plan->count)
            continue;
        SetLastError((DWORD)plan->code);
        return true;
    }
    return false;
}

bool fault_in(const char *path, const char *call)
{
    const char *file = path + strlen(path);
    char name[sizeof plans->call];

    while (file > path && file[-1] != '/' && file[-1] != '\\')
        file--;
    snprintf(name, sizeof name, "%s %s", call, file);
    return fault(name);
}

BOOL fault_get_packet(HANDLE port, DWORD *bytes, ULONG_PTR *key, OVERLAPPED **overlapped,
                      DWORD timeout_ms)
{
    BOOL good = GetQueuedCompletionStatus(port, bytes, key, overlapped, timeout_ms);

    if ((good || *overlapped != NULL) && fault("GetQueuedCompletionStatus")) {
        *overlapped = NULL;
        return FALSE;
    }
    return good;
}

BOOL fault_get_ticks(LARGE_INTEGER *ticks)
{
    static volatile LONG set_back_by;
    LARGE_INTEGER frequency;

    QueryPerformanceFrequency(&frequency);
    QueryPerformanceCounter(ticks);
    if (fault("QueryPerformanceCounter"))
        InterlockedExchangeAdd(&set_back_by, SET_BACK_SECONDS);
    ticks->QuadPart -= frequency.QuadPart * set_back_by;
    return TRUE;
}

int WSAAPI fault_list_protocols(int *protocols, WSAPROTOCOL_INFOW *entries, DWORD *size)
{
    int count = WSAEnumProtocolsW(protocols, entries, size);

    if (count > 0 && fault("WSAEnumProtocolsW"))
        for (int i = 0; i < count; i++)
            entries[i].dwServiceFlags1 &= ~(DWORD)XP1_IFS_HANDLES;
    return count;
}

HANDLE fault_open_file(const wchar_t *path, DWORD access, DWORD sharing,
                       SECURITY_ATTRIBUTES *security, DWORD disposition, DWORD flags,
                       HANDLE template_file)
{
    if (disposition == OPEN_ALWAYS && fault("CreateFileW"))
        return INVALID_HANDLE_VALUE;
    return CreateFileW(path, access, sharing, security, disposition, flags, template_file);
}

BOOL fault_write_file(HANDLE file, const void *bytes, DWORD count, DWORD *written,
                      OVERLAPPED *overlapped)
{
    if (GetFileType(file) != FILE_TYPE_DISK || !fault("WriteFile"))
        return WriteFile(file, bytes, count, written, overlapped);
    DWORD code = GetLastError();
    BOOL good = WriteFile(file, bytes, count / 2, written, overlapped);

    if (code == 0)
        return good;
    *written = 0;
    SetLastError(code);
    return FALSE;
}
