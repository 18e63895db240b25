#ifndef STDINETD_WINDOWS_CONSOLE_H
#define STDINETD_WINDOWS_CONSOLE_H

#include "core/error.h"

#include <winsock2.h>
#include <windows.h>

/* Makes sure that this process has a console for its children to share: a child of a process
   without one gets a console host of its own, which costs more than all the rest of its start. A
   console made here has its window hidden; this process's standard handles stay what they were. */
bool console_ensure(struct error *error);

/* Has handler called, on a thread of the system's, with CTRL_C_EVENT, CTRL_BREAK_EVENT,
   CTRL_CLOSE_EVENT … (SetConsoleCtrlHandler). After CTRL_CLOSE_EVENT the process is ended as soon
   as the handler returns. */
bool console_on_event(BOOL(WINAPI *handler)(DWORD event), struct error *error);

/* Asks the process group that began with this process id to end (CTRL_BREAK); it must share our
   console. */
bool console_break_group(DWORD pid, struct error *error);

#endif
