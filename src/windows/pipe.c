#include "windows/pipe.h"

#include "windows/random.h"
#include "windows/text.h"

#include <stdint.h>
#include <stdio.h>

enum { NAME_SIZE = 80 };

/* Only a named pipe can be overlapped at one end. Its name is never guessed, and exists once
   (FILE_FLAG_FIRST_PIPE_INSTANCE), so nobody gets between the two ends. */
static bool choose_name(wchar_t name[NAME_SIZE], struct error *error)
{
    uint64_t number[2];

    if (!random_bytes(number, sizeof number))
        return error_code(error, ERROR_NO_SYSTEM_RESOURCES, "rand_s");
    swprintf(name, NAME_SIZE, L"\\\\.\\pipe\\stdinetd-%016llx%016llx",
             (unsigned long long)number[0], (unsigned long long)number[1]);
    return true;
}

/* ours and childs are the two ends' rights; only the size in the direction of the bytes counts. */
static bool open_pipe(struct pipe *pipe, DWORD ours, DWORD childs, DWORD size, struct error *error)
{
    SECURITY_ATTRIBUTES inheritable = {.nLength = sizeof inheritable, .bInheritHandle = TRUE};
    wchar_t name[NAME_SIZE];

    if (!choose_name(name, error))
        return false;
    pipe->ours =
        CreateNamedPipeW(name, ours | FILE_FLAG_OVERLAPPED | FILE_FLAG_FIRST_PIPE_INSTANCE,
                         PIPE_TYPE_BYTE | PIPE_REJECT_REMOTE_CLIENTS, 1, size, size, 0, NULL);
    if (pipe->ours == INVALID_HANDLE_VALUE)
        return error_windows(error, "CreateNamedPipe");
    pipe->childs = CreateFileW(name, childs, 0, &inheritable, OPEN_EXISTING, 0, NULL);
    if (pipe->childs != INVALID_HANDLE_VALUE)
        return true;
    DWORD code = GetLastError();
    CloseHandle(pipe->ours);
    return error_code(error, code, "CreateFile of a pipe");
}

bool pipe_from_child(struct pipe *pipe, size_t size, struct error *error)
{
    return open_pipe(pipe, PIPE_ACCESS_INBOUND, GENERIC_WRITE | FILE_READ_ATTRIBUTES, (DWORD)size,
                     error);
}

bool pipe_to_child(struct pipe *pipe, size_t size, struct error *error)
{
    return open_pipe(pipe, PIPE_ACCESS_OUTBOUND, GENERIC_READ | FILE_WRITE_ATTRIBUTES, (DWORD)size,
                     error);
}
