#ifndef STDINETD_CORE_ASCII_H
#define STDINETD_CORE_ASCII_H

#include <stdbool.h>
#include <stddef.h>

/* ASCII letters without regard to a locale, which toupper() and isalpha() have. Other bytes stay as
   they are. */
char ascii_upper(char c);
bool ascii_is_letter(char c);
bool ascii_is_digit(char c);

/* Comparison without case, in the order of the upper-case letters; the second looks at count bytes
   at most. */
int ascii_compare(const char *a, const char *b);
bool ascii_equals_n(const char *a, const char *b, size_t count);

#endif
