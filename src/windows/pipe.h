#ifndef STDINETD_WINDOWS_PIPE_H
#define STDINETD_WINDOWS_PIPE_H

#include "core/error.h"

#include <winsock2.h>
#include <windows.h>

#include <stddef.h>

/* A one-way pipe between this process and a child. Our end is overlapped and never inherited, the
   child's is plain and inheritable. The caller closes both. */
struct pipe {
    HANDLE ours;
    HANDLE childs;
};

/* The child writes, we read. size is how many bytes wait in it before a writer has to. On failure
   nothing stays open; the reason is also in GetLastError(). */
bool pipe_from_child(struct pipe *pipe, size_t size, struct error *error);

/* We write, the child reads. */
bool pipe_to_child(struct pipe *pipe, size_t size, struct error *error);

#endif
