#ifndef STDINETD_CORE_MISTAKES_H
#define STDINETD_CORE_MISTAKES_H

#include "core/printf_like.h"
#include "core/text_list.h"

#include <stddef.h>

/* What is wrong with a configuration, as it is found: one look at the whole file comes after
   another, so the lines are put in order at the end. Starts as {0}. */
struct mistakes {
    struct mistake *items;
    size_t count;
};

/* Line 0 is a mistake of no line: one on the command line. */
void mistakes_add(struct mistakes *mistakes, int line, const char *format, ...) PRINTF_LIKE(3, 4);

/* Appends each to texts as "FILE:LINE: sentence" in the order of the lines, each once, and frees
 * all. */
void mistakes_hand_over(struct mistakes *mistakes, const char *file, struct text_list *texts);

#endif
