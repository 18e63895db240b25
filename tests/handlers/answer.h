#ifndef STDINETD_TESTS_HANDLERS_ANSWER_H
#define STDINETD_TESTS_HANDLERS_ANSWER_H

#include <stddef.h>

/* What a web server has answered, as text. What is not as it should be fails the test. */

int answer_status(const char *answer);

/* What follows the header. */
const char *answer_content(const char *answer);

/* The value of a field, which has to be there; good until the next call. */
const char *answer_field(const char *answer, const char *name);

/* Not a byte of any file, whatever was asked for; and nothing that was smuggled in. */
void answer_expect_refused(const char *answer, const char *attack);

#endif
