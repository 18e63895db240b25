/* One record as one JSON object. */
#include "core/record.h"

#include "core/utf8.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { ESCAPED_SIZE = sizeof "\\u0000" };

/* An object that is being written. Where something did not fit, full is set and nothing was
   added. */
struct object {
    char *text;
    size_t size; /* of text, less what the end of the line needs */
    size_t length;
    bool full;
};

static void add(struct object *object, const char *bytes, size_t count)
{
    if (object->full || count > object->size - object->length) {
        object->full = true;
        return;
    }
    memcpy(object->text + object->length, bytes, count);
    object->length += count;
}

static void add_text(struct object *object, const char *text)
{
    add(object, text, strlen(text));
}

static size_t escape_code(unsigned code, char escaped[ESCAPED_SIZE])
{
    static const char named[] = "\"\\\b\f\n\r\t";
    static const char names[] = "\"\\bfnrt";
    const char *place = code == 0 || code > 0x7F ? NULL : strchr(named, (int)code);
    if (place == NULL)
        return (size_t)snprintf(escaped, ESCAPED_SIZE, "\\u%04x", code & 0xFFFF);
    escaped[0] = '\\';
    escaped[1] = names[place - named];
    return 2;
}

/* A valid character of that length as it may stand in a string. Control characters are escaped,
   with DEL, C1 and the two separators U+2028 and U+2029, which JSON would allow: there are programs
   that take some of them for the end of a line, and consoles that obey others. */
static size_t escape(const char *character, size_t length, char escaped[ESCAPED_SIZE])
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

/* Adds what fits of a text, character by character. */
static void add_escaped(struct object *object, const char *text)
{
    char escaped[ESCAPED_SIZE];
    for (size_t left = strlen(text), step; left > 0 && !object->full; left -= step, text += step) {
        size_t length = utf8_length(text, left);
        step = length > 0 ? length : 1;
        if (length == 0)
            add_text(object, "\xEF\xBF\xBD");
        else
            add(object, escaped, escape(text, length, escaped));
    }
}

static void begin_member(struct object *object, const char *name)
{
    add_text(object, object->length > 1 ? ",\"" : "\"");
    add_text(object, name);
    add_text(object, "\":");
}

/* Takes a member back that is not there whole. */
static void end_member(struct object *object, size_t before)
{
    if (object->full)
        object->length = before;
    object->full = false;
}

static void add_string(struct object *object, const char *name, const char *value)
{
    size_t before = object->length;
    if (value == NULL || *value == '\0')
        return;
    begin_member(object, name);
    add_text(object, "\"");
    add_escaped(object, value);
    add_text(object, "\"");
    end_member(object, before);
}

static void add_number(struct object *object, const char *name, bool given, uint64_t value)
{
    size_t before = object->length;
    char number[24];
    if (!given)
        return;
    snprintf(number, sizeof number, "%" PRIu64, value);
    begin_member(object, name);
    add_text(object, number);
    end_member(object, before);
}

/* A string of which the beginning is better than nothing. */
static void add_cut_string(struct object *object, const char *name, const char *value)
{
    size_t before = object->length;
    if (value == NULL || *value == '\0')
        return;
    begin_member(object, name);
    add_text(object, "\"");
    size_t start = object->length;
    if (object->full || object->length == object->size) {
        object->full = true;
    } else {
        object->size--; /* the closing quote always fits */
        add_escaped(object, value);
        object->size++;
        object->full = object->length == start;
        add_text(object, "\"");
    }
    end_member(object, before);
}

size_t record_json(const struct record *record, uint64_t time_ms, char *line, size_t size)
{
    struct object object = {.text = line, .size = size - 3}; /* '}', '\n' and NUL */
    char time[RECORD_TIME_SIZE];
    record_time(time_ms, time);
    add_text(&object, "{");
    add_string(&object, "time", time);
    add_string(&object, "level", level_name(record->level));
    add_string(&object, "verb", record->verb);
    add_string(&object, "service", record->service);
    add_number(&object, "connection", record->connection != 0, record->connection);
    add_string(&object, "peer", record->peer);
    add_number(&object, "pid", record->pid != 0, record->pid);
    add_string(&object, "reason", record->reason);
    add_number(&object, "exit_code", record->has_exit_code, record->exit_code);
    add_number(&object, "duration_ms", record->has_duration, record->duration_ms);
    add_number(&object, "count", record->count != 0, record->count);
    add_cut_string(&object, "detail", record->detail);
    memcpy(line + object.length, "}\n", sizeof "}\n");
    return object.length + 2;
}
