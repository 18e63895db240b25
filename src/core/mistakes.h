#ifndef STDINETD_CORE_MISTAKES_H
#define STDINETD_CORE_MISTAKES_H

#include "core/place.h"
#include "core/printf_like.h"
#include "core/text_list.h"

#include <stddef.h>

/* What is wrong with a configuration, as it is found: one look at the whole file comes after
   another, so they are put in the order of their places at the end. Starts as {0}. */
struct mistakes {
    struct mistake *items;
    size_t count;
};

void mistakes_add(struct mistakes *mistakes, struct place place, const char *format, ...)
    PRINTF_LIKE(3, 4);

/* Appends each to texts as "FILE:LINE: sentence", without FILE:LINE where it is of the command
   line, file by file and in the order of the lines, each once; and frees all. */
void mistakes_hand_over(struct mistakes *mistakes, struct text_list *texts);

#endif
