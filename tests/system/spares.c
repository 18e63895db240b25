#include "spares.h"

#include "harness.h"

#include <stdlib.h>
#include <tlhelp32.h>

void spares_expect(const char *pattern)
{
    server_await_answer("status", pattern);
}

static ULONGLONG creation_time(HANDLE process)
{
    FILETIME creation, end, kernel, user;

    assert_true(GetProcessTimes(process, &creation, &end, &kernel, &user));
    return (ULONGLONG)creation.dwHighDateTime << 32 | creation.dwLowDateTime;
}

/* Ids are used again: who is older than the server is the child of another that had its id. */
static bool is_child(const struct process *server, HANDLE process)
{
    return process_is_alive(process) && creation_time(process) >= creation_time(server->handle);
}

struct spares spares_of(const struct process *server)
{
    PROCESSENTRY32W entry = {.dwSize = sizeof entry};
    HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    struct spares spares = {.count = 0};

    assert_true(snapshot != INVALID_HANDLE_VALUE);
    for (BOOL more = Process32FirstW(snapshot, &entry); more;
         more = Process32NextW(snapshot, &entry)) {
        /* under Wine, the server's console is its child too */
        if (entry.th32ParentProcessID != server->id || spares.count == MOST_SPARES ||
            _wcsicmp(entry.szExeFile, L"conhost.exe") == 0)
            continue;
        HANDLE process = process_open(entry.th32ProcessID);
        if (process == NULL || !is_child(server, process)) {
            CloseHandle(process);
            continue;
        }
        spares.ids[spares.count] = entry.th32ProcessID;
        spares.processes[spares.count++] = process;
    }
    CloseHandle(snapshot);
    return spares;
}

struct spares spares_counted(const struct process *server, size_t count)
{
    struct spares spares = spares_of(server);

    for (DWORD since = GetTickCount(); spares.count != count; spares = spares_of(server)) {
        if (GetTickCount() - since > PATIENCE_MS)
            FAIL("the server has %zu processes, not %zu", spares.count, count);
        spares_close(&spares);
        Sleep(10);
    }
    return spares;
}

bool spares_have(const struct spares *spares, DWORD id)
{
    for (size_t i = 0; i < spares->count; i++)
        if (spares->ids[i] == id)
            return true;
    return false;
}

void spares_close(struct spares *spares)
{
    for (size_t i = 0; i < spares->count; i++)
        CloseHandle(spares->processes[i]);
    spares->count = 0;
}

void spares_expect_gone(struct spares *spares)
{
    for (size_t i = 0; i < spares->count; i++)
        process_expect_gone(spares->processes[i]);
    spares->count = 0;
}
