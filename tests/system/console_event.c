/* console_event PID ctrl-c|ctrl-break|close: does to the console of a process what its user would
   do. A program of its own, because a process can be on one console only, and must leave its own to
   get to another. */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

static int failed(const char *call)
{
    fprintf(stderr, "%s: %lu\n", call, GetLastError());
    return 1;
}

/* Wine 8 has no Ctrl-Break and no window to close. What Windows does then is to start a thread in
   every process of the console, at this function; so do we, in one process. */
static int run_control_routine(DWORD process_id, DWORD event)
{
    union {
        FARPROC found;
        LPTHREAD_START_ROUTINE start;
    } routine = {GetProcAddress(GetModuleHandleW(L"kernelbase.dll"), "CtrlRoutine")};
    HANDLE process = OpenProcess(PROCESS_ALL_ACCESS, FALSE, process_id);

    if (routine.found == NULL || process == NULL)
        return failed("CtrlRoutine");
    if (CreateRemoteThread(process, NULL, 0, routine.start, (void *)(uintptr_t)event, 0, NULL) ==
        NULL)
        return failed("CreateRemoteThread");
    return 0;
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    DWORD process_id = strtoul(argv[1], NULL, 10);

    FreeConsole();
    if (!AttachConsole(process_id))
        return failed("AttachConsole");
    if (strcmp(argv[2], "close") == 0) {
        HWND window = GetConsoleWindow();

        if (window != NULL && PostMessageW(window, WM_CLOSE, 0, 0))
            return 0;
        return run_control_routine(process_id, CTRL_CLOSE_EVENT);
    }
    DWORD event = strcmp(argv[2], "ctrl-c") == 0 ? CTRL_C_EVENT : CTRL_BREAK_EVENT;

    /* We are on that console, too: live long enough to say how it went. */
    SetConsoleCtrlHandler(NULL, TRUE);
    if (GenerateConsoleCtrlEvent(event, 0))
        return 0;
    return event == CTRL_BREAK_EVENT ? run_control_routine(process_id, event)
                                     : failed("GenerateConsoleCtrlEvent");
}
