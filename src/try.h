#ifndef STDINETD_TRY_H
#define STDINETD_TRY_H

#include "core/text_list.h"

/* "stdinetd try PROGRAM [ARG ...]": finds out what the program needs. Returns the exit code: 0
   where it can be served, 1 where not, 2 where there is no such program. */
int try_command(const struct text_list *words);

#endif
