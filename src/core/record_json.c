/* One record as one JSON object. */
#include "core/record.h"

#include "core/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

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

/* Adds what fits of a text, character by character. */
static void add_escaped(struct object *object, const char *text)
{
    char character[JSON_CHARACTER_SIZE];
    for (size_t left = strlen(text), step; left > 0 && !object->full; left -= step, text += step)
        add(object, character, json_character(text, left, character, &step));
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
