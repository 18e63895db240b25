#ifndef STDINETD_WINDOWS_CONTROL_PIPE_H
#define STDINETD_WINDOWS_CONTROL_PIPE_H

#include "core/error.h"

#include <winsock2.h>
#include <windows.h>

#include <stdbool.h>
#include <stddef.h>

/* The local named pipe \\.\pipe\NAME through which a running server is asked: for the user who runs
   it, administrators and the system, and for nobody on another machine
   (PIPE_REJECT_REMOTE_CLIENTS). Names are UTF-8. */

/* One more instance for one client, overlapped. first: nobody else may have the name
   (FILE_FLAG_FIRST_PIPE_INSTANCE; Wine 8 has no such check, so it is looked for as well). NULL with
   *error set on failure. */
HANDLE control_pipe_create(const char *name, bool first, struct error *error);

/* The other end. It tells the server who calls, but lends it no rights (SECURITY_IDENTIFICATION),
   and it is believed only where it belongs to the caller himself, an administrator, the system or
   the service of that name: anybody can take a free name. NULL with *error set on failure. */
HANDLE control_pipe_open(const char *name, struct error *error);

/* Each waits for timeout_ms at most. Read returns false with *length 0 at the end. */
bool control_pipe_write(HANDLE pipe, const char *bytes, size_t size, DWORD timeout_ms,
                        struct error *error);
bool control_pipe_read(HANDLE pipe, char *bytes, size_t size, size_t *length, DWORD timeout_ms,
                       struct error *error);

/* Whether somebody has the name. */
bool control_pipe_exists(const char *name);

#endif
