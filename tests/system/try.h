#ifndef STDINETD_TESTS_SYSTEM_TRY_H
#define STDINETD_TESTS_SYSTEM_TRY_H

#include "process.h"

#include "core/printf_like.h"

/* "stdinetd try ARGUMENTS", a printf format, to its end, which may take longer than one step of
   other tests. */
struct process *try_run(const char *arguments, ...) PRINTF_LIKE(1, 2);

/* The same for a probe of that mode. */
struct process *try_probe(const char *mode_and_arguments);

/* Its exit code is 0 and its last line "stdio = WAY"; or with NULL 1 and no such line. */
void try_expect_choice(struct process *try, const char *way);

/* A pattern (see output.h) on its stdout, each word of it as far from the next as the table wants.
 */
void try_expect(struct process *try, const char *pattern);

#endif
