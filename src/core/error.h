#ifndef STDINETD_CORE_ERROR_H
#define STDINETD_CORE_ERROR_H

#include "core/printf_like.h"

#include <stdbool.h>

/* What went wrong, as a finished sentence in UTF-8. Whoever declares one owns it; nothing to free.
 */
struct error {
    char text[600];
};

/* Writes the sentence (cut at the end if it is too long) and returns false, so that a failing
   function can say "return error_set(...)". */
bool error_set(struct error *error, const char *format, ...) PRINTF_LIKE(2, 3);

/* Puts "what: " in front of a sentence that came from deeper down. Returns false. */
bool error_prefix(struct error *error, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
