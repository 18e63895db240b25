#ifndef STDINETD_CORE_TEXT_BUFFER_H
#define STDINETD_CORE_TEXT_BUFFER_H

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

#endif
