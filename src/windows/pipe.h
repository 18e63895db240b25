#ifndef STDINETD_WINDOWS_PIPE_H
#define STDINETD_WINDOWS_PIPE_H

#include "core/error.h"

#include <winsock2.h>
#include <windows.h>

/* A one-way pipe between this process and a child. Our end is overlapped and never inherited, the
   child's is plain and inheritable. The caller closes both. */
struct pipe {
    HANDLE ours;
    HANDLE childs;
};

/* The child writes, we read. On failure nothing stays open; the reason is also in GetLastError().
 */
bool pipe_from_child(struct pipe *pipe, struct error *error);

#endif
