#ifndef STDINETD_CORE_OPTION_WRITE_H
#define STDINETD_CORE_OPTION_WRITE_H

#include "core/options.h"
#include "core/text_buffer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* From the field of an option to the text of its value: the way back of option_parse. */

/* The units of a kind of number, largest first; the plain number, then what must be written. The
   last one has no name. */
struct unit {
    const char *name;
    uint64_t factor;
};
extern const struct unit time_units[];
const struct unit *option_units(const struct option *option);

/* What "no" and "unlimited" are as a number. */
uint64_t option_word_value(const char *word);

/* A number as it would be written: 90000 milliseconds are "90s". */
void option_write_number(const struct option *option, uint64_t number, char *text, size_t size);

/* Adds "NAME = VALUE" for the field of target that the row names; more lines with "+=" where a list
   is too long for one; nothing where there is neither a value nor a default that would come in its
   place. False where a value does not fit into a line. */
bool option_write(const struct option *option, const void *target, struct text_buffer *out,
                  struct error *error);

#endif
