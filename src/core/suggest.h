#ifndef STDINETD_CORE_SUGGEST_H
#define STDINETD_CORE_SUGGEST_H

#include <stddef.h>

/* The word that a misspelt one was probably meant to be: the one reached by the fewest letters
   added, left out, changed or swapped, a change of case being free. NULL where all are too far
   away. */
const char *suggest(const char *misspelt, const char *const *words, size_t count);

#endif
