#include "windows/console.h"

#include "windows/system_library.h"
#include "windows/text.h"

static bool have_console(void)
{
    HANDLE output = CreateFileW(L"CONOUT$", GENERIC_READ | GENERIC_WRITE,
                                FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, NULL);

    if (output == INVALID_HANDLE_VALUE)
        return false;
    CloseHandle(output);
    return true;
}

static void hide_window(HWND window)
{
    BOOL(WINAPI * show_window)(HWND, int);

    if (window == NULL)
        return;
    show_window = (BOOL(WINAPI *)(HWND, int))system_function(L"user32.dll", "ShowWindow");
    if (show_window != NULL)
        show_window(window, SW_HIDE);
}

bool console_ensure(struct error *error)
{
    static const DWORD standard[] = {STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, STD_ERROR_HANDLE};
    HANDLE before[ARRAYSIZE(standard)];

    if (have_console())
        return true;
    for (size_t i = 0; i < ARRAYSIZE(standard); i++)
        before[i] = GetStdHandle(standard[i]);
    FreeConsole(); /* Wine counts a shell without a terminal as a console, which cannot be opened */
    if (!AllocConsole())
        return error_windows(error, "AllocConsole");
    hide_window(GetConsoleWindow());
    for (size_t i = 0; i < ARRAYSIZE(standard); i++)
        SetStdHandle(standard[i], before[i]);
    return true;
}

bool console_on_event(BOOL(WINAPI *handler)(DWORD event), struct error *error)
{
    if (!SetConsoleCtrlHandler(handler, TRUE))
        return error_windows(error, "SetConsoleCtrlHandler");
    return true;
}

bool console_break_group(DWORD pid, struct error *error)
{
    if (!GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, pid))
        return error_windows(error, "GenerateConsoleCtrlEvent %lu", pid);
    return true;
}
