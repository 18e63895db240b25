#ifndef STDINETD_TESTS_SYSTEM_PROCESS_H
#define STDINETD_TESTS_SYSTEM_PROCESS_H

#include "output.h"

#include <stdbool.h>
#include <winsock2.h>
#include <windows.h>

/* A process in a job that ends with the test, whatever happens. */
struct process {
    struct process *next;
    HANDLE handle, job;
    DWORD id;
    struct output out, err;
};

/* Starts a program of the build ("bin\\stdinetd.exe"; an absolute path is taken as it is), in a
   hidden console of its own and with the test's own folder as its current folder. It need not be
   freed: harness_teardown does it. */
struct process *process_start(const char *program, const char *arguments);

/* The same, and waits until it has ended. */
struct process *process_run(const char *program, const char *arguments);

/* Returns its exit code; what it has said is known then. */
DWORD process_wait(struct process *process);
bool process_has_ended(const struct process *process);
void process_kill(struct process *process);

/* Ends every process that was started, with all their children. */
void process_end_all(void);

/* Some process by its id, for the two functions below; NULL where there is none (any more). */
HANDLE process_open(DWORD id);

/* Fails the test where the process is still there after PATIENCE_MS. Closes the handle; NULL counts
 * as gone. */
void process_expect_gone(HANDLE handle);
bool process_is_alive(HANDLE handle);

/* Fails the test like cmocka's fail_msg, after showing what every process of the test has said on
   its stderr: the server's log tells why its client was disappointed. */
#define FAIL(...)                                                                                  \
    do {                                                                                           \
        process_show_errors();                                                                     \
        fail_msg(__VA_ARGS__);                                                                     \
    } while (0)
void process_show_errors(void);

#endif
