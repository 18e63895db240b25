#include "core/json.h"

#include "core/utf8.h"

#include <stdio.h>
#include <string.h>

static size_t escape_code(unsigned code, char escaped[JSON_CHARACTER_SIZE])
{
    static const char named[] = "\"\\\b\f\n\r\t";
    static const char names[] = "\"\\bfnrt";
    const char *place = code == 0 || code > 0x7F ? NULL : strchr(named, (int)code);
    if (place == NULL)
        return (size_t)snprintf(escaped, JSON_CHARACTER_SIZE, "\\u%04x", code & 0xFFFF);
    escaped[0] = '\\';
    escaped[1] = names[place - named];
    return 2;
}

static size_t escape(const char *character, size_t length, char escaped[JSON_CHARACTER_SIZE])
{
    const unsigned char *bytes = (const unsigned char *)character;
    if (length == 1 && (bytes[0] < 0x20 || bytes[0] == 0x7F || bytes[0] == '"' || bytes[0] == '\\'))
        return escape_code(bytes[0], escaped);
    if (length == 2 && bytes[0] == 0xC2 && bytes[1] < 0xA0)
        return escape_code(bytes[1], escaped);
    if (length == 3 && bytes[0] == 0xE2 && bytes[1] == 0x80 && (bytes[2] & 0xFE) == 0xA8)
        return escape_code(0x2000U | (bytes[2] & 0x3FU), escaped);
    memcpy(escaped, character, length);
    return length;
}

size_t json_character(const char *text, size_t left, char out[JSON_CHARACTER_SIZE], size_t *step)
{
    static const char broken[] = "\xEF\xBF\xBD";
    size_t length = utf8_length(text, left);

    *step = length > 0 ? length : 1;
    if (length > 0)
        return escape(text, length, out);
    memcpy(out, broken, sizeof broken - 1);
    return sizeof broken - 1;
}

void json_add_string(struct text_buffer *buffer, const char *text)
{
    char character[JSON_CHARACTER_SIZE];

    text_buffer_add_text(buffer, "\"");
    for (size_t left = strlen(text), step; left > 0; left -= step, text += step)
        text_buffer_add(buffer, character, json_character(text, left, character, &step));
    text_buffer_add_text(buffer, "\"");
}
