#include "windows/port_owner.h"

#include "windows/system_library.h"

#include <stdlib.h>
#include <winsock2.h>
#include <ws2tcpip.h>
#include <iphlpapi.h>

typedef DWORD(WINAPI *get_table)(void *table, DWORD *size, BOOL order, ULONG family,
                                 TCP_TABLE_CLASS class, ULONG reserved);

/* The caller frees it; NULL on failure. */
static void *read_table(get_table get, ULONG family)
{
    DWORD size = 16 * 1024;
    DWORD code = ERROR_INSUFFICIENT_BUFFER;
    void *table = NULL;

    for (int tries = 0; tries < 5 && code == ERROR_INSUFFICIENT_BUFFER; tries++) {
        free(table);
        size += 4096; /* it may have grown since it was asked for */
        table = calloc(1, size);
        if (table == NULL)
            return NULL;
        code = get(table, &size, FALSE, family, TCP_TABLE_OWNER_PID_LISTENER, 0);
    }
    if (code == NO_ERROR)
        return table;
    free(table);
    return NULL;
}

static bool find(get_table get, uint16_t port, uint32_t pid)
{
    MIB_TCPTABLE_OWNER_PID *v4 = read_table(get, AF_INET);
    MIB_TCP6TABLE_OWNER_PID *v6 = read_table(get, AF_INET6);
    bool found = false;

    for (DWORD i = 0; v4 != NULL && i < v4->dwNumEntries; i++)
        if (v4->table[i].dwOwningPid == pid && ntohs((u_short)v4->table[i].dwLocalPort) == port)
            found = true;
    for (DWORD i = 0; v6 != NULL && i < v6->dwNumEntries; i++)
        if (v6->table[i].dwOwningPid == pid && ntohs((u_short)v6->table[i].dwLocalPort) == port)
            found = true;
    free(v6);
    free(v4);
    return found;
}

bool port_is_owned_by(uint16_t port, uint32_t pid)
{
    get_table get = (get_table)system_function(L"iphlpapi.dll", "GetExtendedTcpTable");

    return get != NULL && find(get, port, pid);
}
