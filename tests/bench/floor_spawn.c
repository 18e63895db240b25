#include "floor.h"

#include "core/memory.h"
#include "windows/text.h"

#include <stdlib.h>
#include <wchar.h>

enum { THREADS = 4 };

struct spawn {
    SOCKET listener;
    const wchar_t *program;
    const wchar_t *command_line;
    DWORD flags;
};

static bool start_handler(const struct spawn *spawn, SOCKET connection, wchar_t *command_line,
                          LPPROC_THREAD_ATTRIBUTE_LIST attributes)
{
    STARTUPINFOEXW startup = {.StartupInfo = {.cb = sizeof startup,
                                              .dwFlags = STARTF_USESTDHANDLES,
                                              .hStdInput = (HANDLE)connection,
                                              .hStdOutput = (HANDLE)connection},
                              .lpAttributeList = attributes};
    PROCESS_INFORMATION process;

    if (!CreateProcessW(spawn->program, command_line, NULL, NULL, TRUE,
                        EXTENDED_STARTUPINFO_PRESENT | spawn->flags, NULL, NULL,
                        &startup.StartupInfo, &process))
        return false;
    CloseHandle(process.hThread);
    CloseHandle(process.hProcess);
    return true;
}

/* The list holds a pointer to the handle, so one list serves every connection of a thread. */
static DWORD WINAPI accept_and_start(void *parameter)
{
    const struct spawn *spawn = parameter;
    wchar_t *command_line = _wcsdup(spawn->command_line);
    SOCKET connection;
    SIZE_T size = 0;
    struct error error;

    InitializeProcThreadAttributeList(NULL, 1, 0, &size);
    LPPROC_THREAD_ATTRIBUTE_LIST attributes = memory_zeroed(1, size);
    InitializeProcThreadAttributeList(attributes, 1, 0, &size);
    UpdateProcThreadAttribute(attributes, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, &connection,
                              sizeof connection, NULL, NULL);
    for (;;) {
        connection = accept(spawn->listener, NULL, NULL);
        if (connection == INVALID_SOCKET && WSAGetLastError() == WSAEWOULDBLOCK)
            continue; /* Wine, now and then, where another thread took the connection */
        if (connection == INVALID_SOCKET) {
            error_winsock(&error, "accept");
            floor_fail(&error);
            break;
        }
        if (!start_handler(spawn, connection, command_line, attributes)) {
            error_windows(&error, "CreateProcess");
            floor_fail(&error);
        }
        closesocket(connection);
    }
    DeleteProcThreadAttributeList(attributes);
    free(attributes);
    free(command_line);
    return 1;
}

static int serve(const struct floor_handler *handler, DWORD flags)
{
    size_t units = wcslen(handler->program) + wcslen(handler->mode) + 4;
    wchar_t *command_line = memory_zeroed(units, sizeof *command_line);
    struct spawn spawn = {.program = handler->program, .flags = flags, .listener = floor_listen()};
    HANDLE threads[THREADS];

    swprintf(command_line, units, L"\"%ls\" %ls", handler->program, handler->mode);
    spawn.command_line = command_line;
    if (spawn.listener == INVALID_SOCKET)
        return 1;
    for (size_t i = 0; i < THREADS; i++) {
        threads[i] = CreateThread(NULL, 0, accept_and_start, &spawn, 0, NULL);
        if (threads[i] == NULL)
            return 1;
    }
    WaitForMultipleObjects(THREADS, threads, TRUE, INFINITE);
    return 1;
}

int floor_spawn(const struct floor_handler *handler)
{
    return serve(handler, 0);
}

int floor_spawn_no_window(const struct floor_handler *handler)
{
    return serve(handler, CREATE_NO_WINDOW);
}
