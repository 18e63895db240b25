#ifndef STDINETD_TRY_QUESTIONS_H
#define STDINETD_TRY_QUESTIONS_H

#include "try_visit.h"

/* What "stdinetd try" wants to know of a program, asked in a few visits, each question for some
   seconds at most. *trial must be {0}; the caller gives it to trial_free, whatever is returned.
   False with *error set where nothing can be tried, whatever the program is. */
bool try_ask(const struct visit_program *program, enum stdio stdio, struct trial *trial,
             struct error *error);

#endif
