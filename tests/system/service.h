#ifndef STDINETD_TESTS_SYSTEM_SERVICE_H
#define STDINETD_TESTS_SYSTEM_SERVICE_H

#include "process.h"

#include "core/printf_like.h"

/* stdinetd as a Windows service, installed from the test's own folder by a path with blanks. Tests
   that have been killed leave nothing that starts by itself. */

/* Its name, and a new one for each test. */
const char *service_name(void);

/* Copies the programs to "own folder\with blanks" and writes the table there. */
void service_prepare(const char *ini);
void service_write_table(const char *ini);

/* "stdinetd COMMAND --name NAME" of that copy, to its end. */
struct process *service_command(const char *command);
/* The same, not waiting. */
struct process *service_command_begin(const char *command);

/* … which must end with this exit code and say this (see output.h) on stdout or stderr. */
void service_expect(const char *command, DWORD exit_code, const char *pattern);

/* "install -c TABLE --start demand" and "start", which must go well. The account is one that may
   read the test's own folder. */
void service_install(void);
void service_start(void);

/* What "sc control" sends: SERVICE_CONTROL_PARAMCHANGE. */
void service_control(DWORD control);

/* Waits until the log has a line of this pattern (see output.h). */
void service_wait_for_log(const char *pattern);

/* What the service manager knows of it. */
DWORD service_state(void);
DWORD service_process_id(void);
bool service_is_installed(void);
const char *service_command_line(void); /* good until the next call */

/* "127.0.0.1:51234" of a service of the table, by status; good until the next call. */
const char *service_address(const char *service);

/* Its log below %ProgramData%; the caller frees it. "" where there is none. */
char *service_log(void);

/* Before harness_teardown: removes whatever a test has left. */
int service_teardown(void **state);

#define SERVICE_TEST(test) cmocka_unit_test_setup_teardown(test, harness_setup, service_teardown)

#endif
