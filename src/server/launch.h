#ifndef STDINETD_SERVER_LAUNCH_H
#define STDINETD_SERVER_LAUNCH_H

#include "core/config.h"
#include "core/error.h"
#include "server/rights.h"
#include "windows/job.h"

#include <winsock2.h>
#include <windows.h>

/* What to start. Everything is borrowed until launch returns. */
struct launch {
    const wchar_t *program;      /* absolute path */
    const wchar_t *command_line; /* program and arguments, quoted */
    const wchar_t *folder;       /* the child's current folder */
    const wchar_t *environment;  /* a sorted UTF-16 block */
    HANDLE input;                /* becomes stdin … */
    HANDLE output;               /* … and stdout, may be the same; must be non-overlapped */
    HANDLE error_output;         /* becomes stderr; inheritable; NULL: what output is */
    enum console console;
    const struct rights *rights; /* whose token it runs with */
    const struct job_limits *limits;
    HANDLE port;      /* the completion port that the child's job reports to; NULL: none yet … */
    ULONG_PTR key;    /* … under this key */
    bool suspended;   /* its first thread waits for launch_release */
    bool as_they_are; /* input, output and error_output are inheritable, and no duplicates are made:
                         the child has them under the same values */
};

/* Starts as {0}. The caller closes both handles; closing the job ends every process in it. */
struct child {
    HANDLE process;
    HANDLE job;
    HANDLE thread; /* that waits for launch_release; NULL where none does */
    DWORD pid;
};

struct launch_failure {
    struct error error;
    bool temporary; /* for want of something that may come back: worth another try */
};

/* Whether a Windows error means the want of something that other connections will give back. */
bool launch_is_temporary(DWORD code);

/* Starts one program with a socket (KB Q190351) or pipes as its standard input and output, each an
   inheritable duplicate of its own, in a job from its first instruction. The child inherits nothing
   else (PROC_THREAD_ATTRIBUTE_HANDLE_LIST), also when several threads launch at once; the handles
   stay the caller's. */
bool launch(const struct launch *request, struct child *child, struct launch_failure *failure);

/* Of a child that was launched with port NULL: its job reports to that port from now on, and it
   runs, where it did not. What it did before has been reported to nobody. */
bool launch_release(struct child *child, HANDLE port, ULONG_PTR key,
                    struct launch_failure *failure);

/* Ends every process of its job, and closes its handles. */
void launch_end(struct child *child);

#endif
