#include "load.h"

#include "core/memory.h"
#include "handler.h"
#include "windows/text.h"

#include <psapi.h>
#include <stdlib.h>
#include <tlhelp32.h>

static bool count_threads(DWORD pid, unsigned *count, struct error *error)
{
    THREADENTRY32 entry = {.dwSize = sizeof entry};
    HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0);

    if (snapshot == INVALID_HANDLE_VALUE)
        return error_windows(error, "CreateToolhelp32Snapshot");
    *count = 0;
    for (BOOL more = Thread32First(snapshot, &entry); more; more = Thread32Next(snapshot, &entry))
        if (entry.th32OwnerProcessID == pid)
            (*count)++;
    CloseHandle(snapshot);
    return true;
}

static bool look(const struct side *side, unsigned *threads, uint64_t *private_bytes,
                 struct error *error)
{
    PROCESS_MEMORY_COUNTERS memory = {.cb = sizeof memory};

    if (!GetProcessMemoryInfo(side->process.process, &memory, sizeof memory))
        return error_windows(error, "GetProcessMemoryInfo");
    *private_bytes = memory.PagefileUsage; /* what PrivateUsage is, which Wine leaves at 0 */
    return count_threads(side->process.pid, threads, error);
}

static bool open_all(const struct side *side, SOCKET *connections, size_t count,
                     struct error *error)
{
    DWORD patience = LOAD_PATIENCE_MS;

    for (size_t i = 0; i < count; i++) {
        connections[i] = side_connect(side, i);
        if (connections[i] == INVALID_SOCKET)
            return error_winsock(error, "connection %zu of %zu", i + 1, count);
        setsockopt(connections[i], SOL_SOCKET, SO_RCVTIMEO, (const char *)&patience,
                   sizeof patience);
    }
    for (size_t i = 0; i < count; i++)
        if (!load_read_answer(connections[i], false, error))
            return error_prefix(error, "connection %zu of %zu", i + 1, count);
    return true;
}

/* Says that nothing more comes, and waits for the handlers' end. */
static void close_all(const SOCKET *connections, size_t count)
{
    char byte;

    for (size_t i = 0; i < count && connections[i] != INVALID_SOCKET; i++)
        shutdown(connections[i], SD_SEND);
    for (size_t i = 0; i < count && connections[i] != INVALID_SOCKET; i++) {
        while (recv(connections[i], &byte, 1, 0) > 0)
            ;
        closesocket(connections[i]);
    }
}

bool load_live(const struct side *side, size_t count, struct live_result *result,
               struct error *error)
{
    SOCKET *connections = memory_zeroed(count + 1, sizeof *connections);

    for (size_t i = 0; i < count; i++)
        connections[i] = INVALID_SOCKET;
    bool good = look(side, &result->threads_before, &result->private_before, error) &&
                open_all(side, connections, count, error) &&
                look(side, &result->threads_live, &result->private_live, error);
    close_all(connections, count);
    free(connections);
    return good;
}
