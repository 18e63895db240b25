#include "probe.h"

#include <io.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

int probe_exit(wchar_t **arguments)
{
    return (int)wcstol(arguments[0], NULL, 0);
}

int probe_crash(wchar_t **arguments)
{
    volatile int *nowhere = NULL;

    (void)arguments;
    say(L"crashing");
    return *nowhere; /* NOLINT(clang-analyzer-core.NullDereference): that is the point */
}

static int announce_and_hang(void)
{
    say(L"%lu", GetCurrentProcessId());
    Sleep(INFINITE);
    return 0;
}

int probe_hang(wchar_t **arguments)
{
    (void)arguments;
    return announce_and_hang();
}

static BOOL WINAPI ignore_control(DWORD event)
{
    (void)event;
    return TRUE;
}

int probe_deaf(wchar_t **arguments)
{
    (void)arguments;
    SetConsoleCtrlHandler(ignore_control, TRUE);
    return announce_and_hang();
}

static BOOL WINAPI exit_at_control(DWORD event)
{
    if (event == CTRL_BREAK_EVENT) {
        say(L"break");
        ExitProcess(3);
    }
    return FALSE;
}

int probe_polite(wchar_t **arguments)
{
    (void)arguments;
    SetConsoleCtrlHandler(exit_at_control, TRUE);
    return announce_and_hang();
}

/* The bytes are 0, 1, 2, ... 250, 0, 1, ...: a missing block never goes unseen, because 251 is a
 * prime. */
int probe_flood(wchar_t **arguments)
{
    size_t left = (size_t)wcstoull(arguments[0], NULL, 0);
    unsigned char block[251 * 64];

    for (size_t i = 0; i < sizeof block; i++)
        block[i] = (unsigned char)(i % 251);
    while (left > 0) {
        unsigned part = (unsigned)(left < sizeof block ? left : sizeof block);

        if (_write(1, block, part) != (int)part)
            return 1;
        left -= part;
    }
    return 0;
}

int probe_sink(wchar_t **arguments)
{
    static char block[65536];
    unsigned long long total = 0;
    int count;

    (void)arguments;
    while ((count = _read(0, block, sizeof block)) > 0)
        total += (unsigned)count;
    say(L"%llu", total);
    return count == 0 ? 0 : 1;
}

int probe_close_stdin(wchar_t **arguments)
{
    char line[256];
    size_t length = hear(line, sizeof line);

    (void)arguments;
    _close(0);
    line[length] = '\n';
    return _write(1, line, (unsigned)length + 1) == (int)length + 1 ? 0 : 1;
}

/* Starts "probe hang", writes the process id of that child, waits for a line from the client, and
   exits. A quiet child has none of its parent's standard handles; any other has all of them. */
int probe_parent(wchar_t **arguments)
{
    bool quiet = arguments[0] != NULL && wcscmp(arguments[0], L"quiet") == 0;
    STARTUPINFOW startup = {.cb = sizeof startup};
    PROCESS_INFORMATION child;
    wchar_t program[1024];
    wchar_t command_line[] = L"probe hang";
    char line[256];

    GetModuleFileNameW(NULL, program, sizeof program / sizeof program[0]);
    if (quiet)
        startup.dwFlags = STARTF_USESTDHANDLES;
    if (!CreateProcessW(program, command_line, NULL, NULL, !quiet, 0, NULL, NULL, &startup, &child))
        return 1;
    if (quiet)
        say(L"%lu", child.dwProcessId); /* else the child says it itself */
    hear(line, sizeof line);
    return 0;
}

int probe_allocate(wchar_t **arguments)
{
    size_t size = (size_t)wcstoull(arguments[0], NULL, 0);

    say(VirtualAlloc(NULL, size, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE) != NULL ? L"had"
                                                                                   : L"refused");
    return 0;
}

int probe_spin(wchar_t **arguments)
{
    volatile unsigned count = 0;

    (void)arguments;
    while (count < 2000)
        count = (count + 1) % 1000;
    return 0;
}
