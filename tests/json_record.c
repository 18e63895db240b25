#include "json_record.h"

#include "core/utf8.h"

#include <stdlib.h>
#include <string.h>

/* The members in their order. */
enum member {
    TIME,
    LEVEL,
    VERB,
    SERVICE,
    CONNECTION,
    PEER,
    PID,
    REASON,
    EXIT_CODE,
    DURATION_MS,
    COUNT,
    DETAIL,
    MEMBERS
};
static const char *const names[MEMBERS] = {"time",       "level",       "verb",  "service",
                                           "connection", "peer",        "pid",   "reason",
                                           "exit_code",  "duration_ms", "count", "detail"};

struct reader {
    const char *next, *end;
    char *out; /* where the next text goes */
    const char *why;
};

static bool wrong(struct reader *reader, const char *why)
{
    reader->why = why;
    return false;
}

static bool take(struct reader *reader, char byte)
{
    if (reader->next == reader->end || *reader->next != byte)
        return false;
    reader->next++;
    return true;
}

static bool put_code(struct reader *reader, unsigned code)
{
    if (code == 0 || (code >= 0xD800 && code < 0xE000))
        return wrong(reader, "an escape that no record needs");
    if (code < 0x80) {
        *reader->out++ = (char)code;
        return true;
    }
    if (code >= 0x800)
        *reader->out++ = (char)(0xE0 | code >> 12);
    *reader->out++ = (char)(code < 0x800 ? 0xC0 | code >> 6 : 0x80 | (code >> 6 & 0x3F));
    *reader->out++ = (char)(0x80 | (code & 0x3F));
    return true;
}

static bool take_hex(struct reader *reader)
{
    static const char digits[] = "0123456789abcdef";
    unsigned code = 0;
    for (int i = 0; i < 4; i++) {
        const char *digit = reader->next == reader->end || *reader->next == '\0'
                                ? NULL
                                : strchr(digits, *reader->next);
        if (digit == NULL)
            return wrong(reader, "four digits are missing behind \\u");
        code = code * 16 + (unsigned)(digit - digits);
        reader->next++;
    }
    return put_code(reader, code);
}

static bool take_escape(struct reader *reader)
{
    static const char letters[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";
    if (take(reader, 'u'))
        return take_hex(reader);
    const char *letter = reader->next == reader->end || *reader->next == '\0'
                             ? NULL
                             : strchr(letters, *reader->next);
    if (letter == NULL)
        return wrong(reader, "an escape that JSON does not know");
    *reader->out++ = meanings[letter - letters];
    reader->next++;
    return true;
}

/* U+2028 and U+2029 end a line for some programs. */
static bool is_separator(const char *character)
{
    return memcmp(character, "\xE2\x80\xA8", 3) == 0 || memcmp(character, "\xE2\x80\xA9", 3) == 0;
}

static bool take_character(struct reader *reader)
{
    const unsigned char *bytes = (const unsigned char *)reader->next;
    size_t length = utf8_length(reader->next, (size_t)(reader->end - reader->next));
    if (length == 0)
        return wrong(reader, "bytes that are not UTF-8");
    if (bytes[0] < 0x20 || bytes[0] == 0x7F || (length == 2 && bytes[0] == 0xC2 && bytes[1] < 0xA0))
        return wrong(reader, "a control character as it is");
    if (length == 3 && is_separator(reader->next))
        return wrong(reader, "a separator of lines as it is");
    memcpy(reader->out, reader->next, length);
    reader->out += length;
    reader->next += length;
    return true;
}

/* A string; NULL where it is none. */
static const char *take_string(struct reader *reader)
{
    const char *text = reader->out;
    if (!take(reader, '"')) {
        wrong(reader, "a string is missing");
        return NULL;
    }
    while (!take(reader, '"')) {
        if (reader->next == reader->end) {
            wrong(reader, "a string has no end");
            return NULL;
        }
        if (!(take(reader, '\\') ? take_escape(reader) : take_character(reader)))
            return NULL;
    }
    *reader->out++ = '\0';
    return text;
}

static bool take_number(struct reader *reader, uint64_t *number, uint64_t maximum)
{
    const char *start = reader->next;
    *number = 0;
    while (reader->next < reader->end && *reader->next >= '0' && *reader->next <= '9') {
        uint64_t digit = (uint64_t)(*reader->next++ - '0');
        if (*number > (maximum - digit) / 10)
            return wrong(reader, "a number is too large");
        *number = *number * 10 + digit;
    }
    if (reader->next == start || (*start == '0' && reader->next - start > 1))
        return wrong(reader, "a number is missing or begins with 0");
    return true;
}

static bool take_text(struct reader *reader, const char **text)
{
    *text = take_string(reader);
    return *text != NULL &&
           (**text != '\0' || wrong(reader, "a member that is empty and should not be there"));
}

static bool take_time(struct reader *reader, char time[RECORD_TIME_SIZE])
{
    static const char form[] = "0000-00-00T00:00:00.000Z";
    const char *text = take_string(reader);
    if (text == NULL || strlen(text) != sizeof form - 1)
        return wrong(reader, "a time is missing");
    for (size_t i = 0; i < sizeof form; i++)
        if (form[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
            return wrong(reader, "the time has another form");
    memcpy(time, text, RECORD_TIME_SIZE);
    return true;
}

static bool take_level(struct reader *reader, enum level *level)
{
    const char *text = take_string(reader);
    for (int i = LEVEL_ERROR; text != NULL && i <= LEVEL_DEBUG; i++) {
        *level = (enum level)i;
        if (strcmp(text, level_name(*level)) == 0)
            return true;
    }
    return wrong(reader, "there is no such level");
}

static bool take_value(struct reader *reader, struct json_record *read, enum member member)
{
    struct record *record = &read->record;
    uint64_t number = 0;
    switch (member) {
    case TIME:
        return take_time(reader, read->time);
    case LEVEL:
        read->has_level = true;
        return take_level(reader, &record->level);
    case VERB:
        return take_text(reader, &record->verb);
    case SERVICE:
        return take_text(reader, &record->service);
    case CONNECTION:
        return take_number(reader, &record->connection, UINT64_MAX) && record->connection != 0;
    case PEER:
        return take_text(reader, &record->peer);
    case PID:
        if (!take_number(reader, &number, UINT32_MAX))
            return false;
        record->pid = (uint32_t)number;
        return number != 0;
    case REASON:
        return take_text(reader, &record->reason);
    case EXIT_CODE:
        record->has_exit_code = take_number(reader, &number, UINT32_MAX);
        record->exit_code = (uint32_t)number;
        return record->has_exit_code;
    case DURATION_MS:
        record->has_duration = take_number(reader, &record->duration_ms, UINT64_MAX);
        return record->has_duration;
    case COUNT:
        return take_number(reader, &record->count, UINT64_MAX) && record->count != 0;
    case DETAIL:
        return take_text(reader, &record->detail);
    case MEMBERS:
        break;
    }
    return false;
}

/* The next member must come behind those before it. */
static bool take_member(struct reader *reader, struct json_record *read, int *last)
{
    const char *name = take_string(reader);
    int member = *last + 1;
    while (name != NULL && member < MEMBERS && strcmp(names[member], name) != 0)
        member++;
    if (name == NULL || member == MEMBERS || !take(reader, ':'))
        return wrong(reader, "a member that is unknown or in the wrong place");
    *last = member;
    return take_value(reader, read, (enum member)member);
}

bool json_record_read(struct json_record *read, const char *line, size_t length, const char **why)
{
    struct reader reader = {.next = line, .end = line + length, .why = "a value is wrong"};
    int last = -1;
    *read = (struct json_record){.texts = malloc(length + MEMBERS)};
    reader.out = read->texts;
    *why = "";
    bool good = read->texts != NULL && take(&reader, '{');
    do
        good = good && take_member(&reader, read, &last);
    while (good && take(&reader, ','));
    if (good && !(take(&reader, '}') && take(&reader, '\n') && reader.next == reader.end))
        good = wrong(&reader, "the object does not end with the line");
    if (good && read->time[0] == '\0')
        good = wrong(&reader, "there is no time");
    if (!good)
        *why = reader.why;
    return good;
}

void json_record_free(struct json_record *read)
{
    free(read->texts);
    read->texts = NULL;
}
