#ifndef STDINETD_TESTS_SYSTEM_WORKERS_H
#define STDINETD_TESTS_SYSTEM_WORKERS_H

#include "process.h"

#include "core/printf_like.h"

/* A server with one service "w" of workers: tests\worker_probe.exe, which does what its clients
   say, or tests\worker_fault.exe. The environment variable TRANSFER says how they get their
   sockets. */

/* options are further lines of the service, a printf format. Returns when it listens. */
struct process *workers_start(const char *program_and_arguments, const char *options, ...)
    PRINTF_LIKE(2, 3);
struct process *workers_start_with_faults(const char *faults, const char *program_and_arguments,
                                          const char *options, ...) PRINTF_LIKE(3, 4);

/* Writes the file of the last one anew. */
void workers_rewrite(const char *program_and_arguments, const char *options, ...) PRINTF_LIKE(2, 3);

/* Waits until so many workers have said that they are ready since the server's start. */
void workers_await(struct process *server, size_t count);

/* A client that says a line and gets an answer, which is good until the next call. */
SOCKET workers_client(struct process *server);
const char *workers_ask(SOCKET client, const char *line);

/* Asks for the process id of the worker that serves it. */
DWORD workers_pid(SOCKET client);

/* Ends what the client has, in order. */
void workers_leave(SOCKET client);

/* A whole conversation. */
void workers_visit(struct process *server);

/* Ends a worker by force; it is gone on return. */
void workers_kill(DWORD pid);

#endif
