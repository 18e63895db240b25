#include "core/text_buffer.h"

#include "core/memory.h"

#include <string.h>

/* Makes room for count more bytes and the NUL, and returns where they go. */
static char *extend(struct text_buffer *buffer, size_t count)
{
    size_t needed = buffer->length + count + 1;
    if (needed > buffer->capacity) {
        buffer->capacity = needed > 2 * buffer->capacity ? needed : 2 * buffer->capacity;
        buffer->text = memory_grow(buffer->text, buffer->capacity, 1);
    }
    char *end = buffer->text + buffer->length;
    buffer->length += count;
    buffer->text[buffer->length] = '\0';
    return end;
}

void text_buffer_add(struct text_buffer *buffer, const char *bytes, size_t count)
{
    memcpy(extend(buffer, count), bytes, count);
}

void text_buffer_add_text(struct text_buffer *buffer, const char *text)
{
    text_buffer_add(buffer, text, strlen(text));
}

void text_buffer_repeat(struct text_buffer *buffer, char character, size_t count)
{
    memset(extend(buffer, count), character, count);
}

void text_buffer_add_list(struct text_buffer *buffer, const char *before,
                          const struct text_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        text_buffer_add_text(buffer, i == 0 ? before : ", ");
        text_buffer_add_text(buffer, list->items[i]);
    }
}
