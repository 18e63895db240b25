#include "probe.h"

#include <winsock2.h>
#include <windows.h>
#include <winternl.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

int probe_arguments(wchar_t **arguments)
{
    for (wchar_t **argument = arguments; *argument != NULL; argument++)
        say(L"%ls", *argument);
    return 0;
}

int probe_environment(wchar_t **arguments)
{
    wchar_t *block = GetEnvironmentStringsW();

    (void)arguments;
    for (const wchar_t *variable = block; *variable != L'\0'; variable += wcslen(variable) + 1)
        say(L"%ls", variable);
    FreeEnvironmentStringsW(block);
    return 0;
}

int probe_folder(wchar_t **arguments)
{
    wchar_t folder[1024];

    (void)arguments;
    GetCurrentDirectoryW(COUNT(folder), folder);
    say(L"%ls", folder);
    return 0;
}

/* "24 File pipe", where the kind is what GetFileType says: a socket is a pipe to it. Handle values
   are small multiples of 4. */
int probe_handles(wchar_t **arguments)
{
    static const wchar_t *const kinds[] = {L"unknown", L"disk", L"character", L"pipe"};

    (void)arguments;
    for (ULONG_PTR value = 4; value < 4096; value += 4) {
        HANDLE handle = (HANDLE)value;
        union {
            PUBLIC_OBJECT_TYPE_INFORMATION information;
            char room[1024];
        } type;
        DWORD flags;

        if (!GetHandleInformation(handle, &flags))
            continue;
        if (NtQueryObject(handle, ObjectTypeInformation, &type, sizeof type, NULL) < 0)
            continue;
        say(L"%lu %ls %ls", (unsigned long)value, type.information.TypeName.Buffer,
            kinds[GetFileType(handle) & 3]);
    }
    return 0;
}

/* Whether it has a console, and how many processes share it. */
int probe_console(wchar_t **arguments)
{
    DWORD processes[64];
    DWORD count = GetConsoleProcessList(processes, COUNT(processes));

    (void)arguments;
    say(L"console %ls", GetConsoleCP() == 0 ? L"no" : L"yes");
    say(L"processes %lu", count);
    return 0;
}

/* Not under Wine 8, which knows only sockets that the process has made itself. */
int probe_socket(wchar_t **arguments)
{
    WSADATA data;
    SOCKET socket = (SOCKET)GetStdHandle(STD_INPUT_HANDLE);
    BOOL nodelay = FALSE;
    BOOL keepalive = FALSE;
    int length = sizeof nodelay;

    (void)arguments;
    if (WSAStartup(MAKEWORD(2, 2), &data) != 0 ||
        getsockopt(socket, IPPROTO_TCP, TCP_NODELAY, (char *)&nodelay, &length) != 0 ||
        getsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, (char *)&keepalive, &length) != 0)
        return 1;
    say(L"nodelay %d", nodelay != 0);
    say(L"keepalive %d", keepalive != 0);
    return 0;
}

/* What its job says of itself; 0 is no limit. */
int probe_limits(wchar_t **arguments)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {0};
    const JOBOBJECT_BASIC_LIMIT_INFORMATION *basic = &limits.BasicLimitInformation;

    (void)arguments;
    if (!QueryInformationJobObject(NULL, JobObjectExtendedLimitInformation, &limits, sizeof limits,
                                   NULL)) {
        say(L"QueryInformationJobObject %lu", GetLastError());
        return 1;
    }
    say(L"flags %lx", basic->LimitFlags);
    say(L"memory %llu", (unsigned long long)limits.JobMemoryLimit);
    say(L"processes %lu", basic->ActiveProcessLimit);
    say(L"user time %lld ms", basic->PerJobUserTimeLimit.QuadPart / 10000);
    say(L"priority %lx", basic->PriorityClass);
    return 0;
}

int probe_priority(wchar_t **arguments)
{
    (void)arguments;
    say(L"%lx", GetPriorityClass(GetCurrentProcess()));
    return 0;
}
