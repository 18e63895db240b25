#ifndef STDINETD_CORE_INI_LINE_H
#define STDINETD_CORE_INI_LINE_H

#include "core/error.h"

#include <stdbool.h>
#include <stddef.h>

/* Whether a raw line of an ini file, without its line feed, means what inih would make of it.
 *Otherwise error says what is wrong with it, and what to do. */
bool ini_line_check(const char *line, size_t length, struct error *error);

#endif
