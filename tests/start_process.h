#ifndef STDINETD_TESTS_START_PROCESS_H
#define STDINETD_TESTS_START_PROCESS_H

#include <stdbool.h>
#include <winsock2.h>
#include <windows.h>

/* CreateProcessW with inherited handles, for tests. Wine says 1359 (internal error) now and then
   under load, and means nothing by it: then it is tried again after a pause, as the server does.
   command_line is kept as it was. Returns false with GetLastError() set. */
bool start_process(const wchar_t *command_line, DWORD flags, const wchar_t *folder,
                   STARTUPINFOW *startup, PROCESS_INFORMATION *started);

#endif
