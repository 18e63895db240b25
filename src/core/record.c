#include "core/record.h"

#include "core/utf8.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* How wide a column is, in characters, before the two blanks that part it from the next. */
enum { LEVEL_WIDTH = 7, VERB_WIDTH = 6, SERVICE_WIDTH = 8, PEER_WIDTH = 15 };

struct line {
    char *text;
    size_t size; /* of text, less what the end of the line needs */
    size_t length;
    size_t padding; /* blanks that are due before the next field */
};

static bool add_bytes(struct line *line, const char *bytes, size_t count)
{
    if (count > line->size - line->length) {
        line->size = line->length; /* full: a shorter character must not follow a gap */
        return false;
    }
    memcpy(line->text + line->length, bytes, count);
    line->length += count;
    return true;
}

/* C0, DEL, C1: what could move the cursor or begin a new line. */
static bool is_control(const char *character, size_t length)
{
    unsigned char first = (unsigned char)character[0];
    if (length == 1)
        return first < 0x20 || first == 0x7F;
    return length == 2 && first == 0xC2 && (unsigned char)character[1] < 0xA0;
}

/* Adds a text and returns how many characters it has. */
static size_t add_text(struct line *line, const char *text)
{
    size_t characters = 0;
    size_t left = strlen(text);
    while (left > 0) {
        size_t length = utf8_length(text, left);
        bool shown = length > 0 && !is_control(text, length);
        const char *instead = *text == '\t' ? " " : "?";
        if (!add_bytes(line, shown ? text : instead, shown ? length : 1))
            break;
        size_t step = length == 0 ? 1 : length;
        text += step;
        left -= step;
        characters++;
    }
    return characters;
}

/* Adds a column; the blanks behind it come with the next one, so that no line ends in blanks. */
static void add_column(struct line *line, const char *text, const char *suffix, size_t width)
{
    for (; line->padding > 0; line->padding--)
        add_bytes(line, " ", 1);
    size_t characters = add_text(line, text) + add_text(line, suffix);
    line->padding = (characters < width ? width - characters : 0) + 2;
}

static bool is_given(const char *text)
{
    return text != NULL && *text != '\0';
}

size_t record_text(const struct record *record, char *line, size_t size)
{
    struct line out = {.text = line, .size = size - 2}; /* '\n' and NUL */
    char number[32] = "";

    if (is_given(record->verb))
        add_column(&out, record->verb, "", VERB_WIDTH);
    if (record->connection != 0)
        snprintf(number, sizeof number, "#%" PRIu64, record->connection);
    if (is_given(record->service))
        add_column(&out, record->service, number, SERVICE_WIDTH);
    else if (record->connection != 0)
        add_column(&out, "", number, SERVICE_WIDTH);
    if (is_given(record->peer))
        add_column(&out, record->peer, "", PEER_WIDTH);
    if (record->pid != 0) {
        snprintf(number, sizeof number, "pid %" PRIu32, record->pid);
        add_column(&out, number, "", 0);
    }
    if (is_given(record->detail))
        add_column(&out, record->detail, "", 0);

    line[out.length] = '\n';
    line[out.length + 1] = '\0';
    return out.length + 1;
}

const char *level_name(enum level level)
{
    static const char *const names[] = {[LEVEL_ERROR] = "error",
                                        [LEVEL_WARNING] = "warning",
                                        [LEVEL_INFO] = "info",
                                        [LEVEL_DEBUG] = "debug"};
    return names[level];
}

size_t record_stamped_text(const struct record *record, uint64_t time_ms, char *line, size_t size)
{
    char time[RECORD_TIME_SIZE];
    record_time(time_ms, time);
    size_t used =
        (size_t)snprintf(line, size, "%s  %-*s  ", time, LEVEL_WIDTH, level_name(record->level));
    return used + record_text(record, line + used, size - used);
}
