#ifndef STDINETD_CORE_JSON_H
#define STDINETD_CORE_JSON_H

#include "core/text_buffer.h"

/* Writing JSON (RFC 8259). */

/* The first character of a text (left bytes, at least 1) as it may stand in a JSON string; a broken
   byte as U+FFFD. Control characters are escaped, with DEL, C1 and the two separators U+2028 and
   U+2029, which JSON would allow: there are programs that take some of them for the end of a line,
   and consoles that obey others. Returns how many bytes of out it takes, and *step of text. */
enum { JSON_CHARACTER_SIZE = sizeof "\\u0000" };
size_t json_character(const char *text, size_t left, char out[JSON_CHARACTER_SIZE], size_t *step);

/* Adds a whole text between quotes. */
void json_add_string(struct text_buffer *buffer, const char *text);

#endif
