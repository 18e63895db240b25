#ifndef STDINETD_CORE_UTF8_H
#define STDINETD_CORE_UTF8_H

#include <stddef.h>

/* The length in bytes, 1 to 4, of the character that text begins with, where left bytes may be
   read; 0 where they are not valid UTF-8 by RFC 3629: no overlong forms, no surrogates, nothing
   above U+10FFFF. A NUL is a character of one byte. */
size_t utf8_length(const char *text, size_t left);

/* length, less the bytes of a character that was cut off at the end. */
size_t utf8_whole(const char *text, size_t length);

/* Copies text for a message, into size (at least 8) bytes: what does not fit is replaced by "...".
 */
void utf8_excerpt(char *excerpt, size_t size, const char *text);

#endif
