#include "start_process.h"

#include <stdlib.h>

bool start_process(const wchar_t *command_line, DWORD flags, const wchar_t *folder,
                   STARTUPINFOW *startup, PROCESS_INFORMATION *started)
{
    static const DWORD pauses_ms[] = {10, 50, 250};

    for (size_t tried = 0;; tried++) {
        wchar_t *writable = _wcsdup(command_line); /* CreateProcessW may write into it */
        bool done = writable != NULL && CreateProcessW(NULL, writable, NULL, NULL, TRUE, flags,
                                                       NULL, folder, startup, started);
        DWORD code = GetLastError();

        free(writable);
        SetLastError(code);
        if (done || code != ERROR_INTERNAL_ERROR || tried == ARRAYSIZE(pauses_ms))
            return done;
        Sleep(pauses_ms[tried]);
    }
}
