#include "core/utf8.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static bool is_continuation(uint8_t byte)
{
    return (byte & 0xC0) == 0x80;
}

/* How long a character is by its first byte; 0 for a byte that cannot be the first. */
static size_t announced_length(uint8_t first)
{
    if (first < 0x80)
        return 1;
    if (first < 0xC2 || first > 0xF4) /* continuation, overlong, above U+10FFFF */
        return 0;
    return first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

size_t utf8_length(const char *text, size_t left)
{
    const uint8_t *bytes = (const uint8_t *)text;
    if (left == 0)
        return 0;
    size_t length = announced_length(bytes[0]);
    if (length > left)
        return 0;
    for (size_t i = 1; i < length; i++)
        if (!is_continuation(bytes[i]))
            return 0;
    /* What remains wrong shows in the second byte (RFC 3629, section 4). */
    if ((bytes[0] == 0xE0 && bytes[1] < 0xA0) || (bytes[0] == 0xED && bytes[1] > 0x9F) ||
        (bytes[0] == 0xF0 && bytes[1] < 0x90) || (bytes[0] == 0xF4 && bytes[1] > 0x8F))
        return 0;
    return length;
}

size_t utf8_whole(const char *text, size_t length)
{
    const uint8_t *bytes = (const uint8_t *)text;
    for (size_t back = 1; back <= 3 && back <= length; back++) {
        uint8_t byte = bytes[length - back];
        if (!is_continuation(byte))
            return announced_length(byte) > back ? length - back : length;
    }
    return length;
}

void utf8_excerpt(char *excerpt, size_t size, const char *text)
{
    size_t length = strlen(text);
    if (length < size) {
        memcpy(excerpt, text, length + 1);
        return;
    }
    size_t kept = utf8_whole(text, size - sizeof "...");
    memcpy(excerpt, text, kept);
    memcpy(excerpt + kept, "...", sizeof "...");
}
