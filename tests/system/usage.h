#ifndef STDINETD_TESTS_SYSTEM_USAGE_H
#define STDINETD_TESTS_SYSTEM_USAGE_H

#include "process.h"

/* Lingering waits in Windows' thread pool, which may grow by so many under load. */
enum { POOL_THREADS = 4 };

/* What a running process holds. */
struct usage {
    unsigned long handles, threads, private_kilobytes, resident_kilobytes;
};

struct usage usage_of(const struct process *process);

/* Of any process, by its id. */
unsigned long usage_handles(DWORD id);

#endif
