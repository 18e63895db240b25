#include "windows/console.h"

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

/* user32.dll is loaded only where there is a window to hide: whatever the server has loaded makes
   the start of every handler dearer under Wine. */
static void hide_window(HWND window)
{
    HMODULE user32 =
        window == NULL ? NULL : LoadLibraryExW(L"user32.dll", NULL, LOAD_LIBRARY_SEARCH_SYSTEM32);
    FARPROC show_window = user32 == NULL ? NULL : GetProcAddress(user32, "ShowWindow");

    if (show_window != NULL)
        ((BOOL(WINAPI *)(HWND, int))(void (*)(void))show_window)(window, SW_HIDE);
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
