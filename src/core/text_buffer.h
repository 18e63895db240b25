#ifndef STDINETD_CORE_TEXT_BUFFER_H
#define STDINETD_CORE_TEXT_BUFFER_H

#include "core/text_list.h"

#include <stddef.h>

/* A text that grows. Starts as {0}; text is NULL until something was added, and the caller's to
 * free. */
struct text_buffer {
    char *text;
    size_t length; /* without the closing NUL, which is always there */
    size_t capacity;
};

void text_buffer_add(struct text_buffer *buffer, const char *bytes, size_t count);
void text_buffer_add_text(struct text_buffer *buffer, const char *text);
void text_buffer_repeat(struct text_buffer *buffer, char character, size_t count);

/* The texts with ", " between them, and before the first what comes before it. Of an empty list
   nothing. */
void text_buffer_add_list(struct text_buffer *buffer, const char *before,
                          const struct text_list *list);

#endif
