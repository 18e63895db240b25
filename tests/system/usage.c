#include "usage.h"

#include "harness.h"

#include <psapi.h>
#include <stdlib.h>
#include <tlhelp32.h>
#include <winternl.h>

/* A system information class and what comes of it, which no header has. */
enum { EXTENDED_HANDLE_INFORMATION = 64 };

struct handle_entry {
    PVOID object;
    ULONG_PTR process_id, value;
    ULONG access;
    USHORT trace, type;
    ULONG attributes, reserved;
};

struct handle_table {
    ULONG_PTR count, reserved;
    struct handle_entry entries[];
};

/* GetProcessHandleCount would do, but for Wine 8, where it is always 0. */
unsigned long usage_handles(DWORD id)
{
    ULONG size = 1 << 20;
    struct handle_table *table = malloc(size);
    unsigned long count = 0;

    while (table != NULL &&
           NtQuerySystemInformation((SYSTEM_INFORMATION_CLASS)EXTENDED_HANDLE_INFORMATION, table,
                                    size, NULL) < 0 &&
           size < 1 << 28) {
        free(table);
        size *= 2;
        table = malloc(size);
    }
    assert_non_null(table);
    for (ULONG_PTR i = 0; i < table->count; i++)
        count += table->entries[i].process_id == id;
    free(table);
    assert_true(count > 0);
    return count;
}

static unsigned long count_threads(DWORD id)
{
    THREADENTRY32 entry = {.dwSize = sizeof entry};
    HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0);
    unsigned long count = 0;

    assert_true(snapshot != INVALID_HANDLE_VALUE);
    for (BOOL more = Thread32First(snapshot, &entry); more; more = Thread32Next(snapshot, &entry))
        count += entry.th32OwnerProcessID == id;
    CloseHandle(snapshot);
    assert_true(count > 0);
    return count;
}

/* Memory and threads are of one moment: threads of the system's pool come and go. */
struct usage usage_of(const struct process *process)
{
    PROCESS_MEMORY_COUNTERS memory = {.cb = sizeof memory};
    unsigned long threads = 0;

    for (int tries = 0; tries < 20 && threads != count_threads(process->id); tries++) {
        threads = count_threads(process->id);
        assert_true(GetProcessMemoryInfo(process->handle, &memory, sizeof memory));
    }
    /* PagefileUsage is what PrivateUsage is, which Wine leaves at 0. */
    return (struct usage){.handles = usage_handles(process->id),
                          .threads = threads,
                          .private_kilobytes = (unsigned long)(memory.PagefileUsage / 1024),
                          .resident_kilobytes = (unsigned long)(memory.WorkingSetSize / 1024)};
}
