#include "core/ini.h"

#include "core/ini_line.h"

#include <ini.h>
#include <string.h>

#if INI_ALLOW_MULTILINE || INI_ALLOW_INLINE_COMMENTS || !INI_HANDLER_LINENO ||                     \
    !INI_CALL_HANDLER_ON_NEW_SECTION || INI_USE_STACK || !INI_ALLOW_REALLOC ||                     \
    INI_STOP_ON_FIRST_ERROR || INI_MAX_LINE < 8003
#error "inih is not compiled with the switches that this file relies on; see CMakeLists.txt"
#endif

/* What inih gets in place of a header that is a mistake. No file can hold it: a control character
   is itself a mistake. */
#define PLACEHOLDER "\x01"

/* The byte order mark of UTF-8. */
#define MARK        "\xEF\xBB\xBF"
#define MARK_LENGTH 3

/* The file on its way to inih. */
struct reader {
    const struct ini_listener *listener;
    const char *text; /* what has not been read yet */
    size_t left;
    int number; /* of the line below */
    char line[INI_LINE_MAXIMUM + 2];
    size_t length;
    size_t given; /* how much of the line inih has */
};

/* How the line goes on: text, or as if it had been empty, or as a header. The line feed is always
   there, so that inih never takes two lines for one. */
static void set_line(struct reader *reader, const char *text, size_t length)
{
    memcpy(reader->line, text, length);
    reader->line[length] = '\n';
    reader->length = length + 1;
    reader->given = 0;
}

static bool begins_with(const char *text, size_t length, const char *mark, size_t mark_length)
{
    return length >= mark_length && memcmp(text, mark, mark_length) == 0;
}

/* Whether a line that is a mistake was meant to be a header, whatever invisible stands before it.
 */
static bool is_header(const char *line, size_t length)
{
    size_t start = begins_with(line, length, MARK, MARK_LENGTH) ? MARK_LENGTH : 0;
    while (start < length && (line[start] == ' ' || line[start] == '\t'))
        start++;
    return start < length && line[start] == '[';
}

static void next_line(struct reader *reader)
{
    const char *text = reader->text;
    const char *feed = memchr(text, '\n', reader->left);
    size_t length = feed == NULL ? reader->left : (size_t)(feed - text);
    size_t taken = feed == NULL ? length : length + 1;
    struct error error;

    reader->text += taken;
    reader->left -= taken;
    reader->number++;
    /* A lone carriage return at the very end of the file has no line feed either. */
    bool checked_end = feed != NULL || length == 0 || text[length - 1] != '\r';
    if (checked_end && ini_line_check(text, length, &error)) {
        if (feed != NULL && length > 0 && text[length - 1] == '\r')
            length--;
        set_line(reader, text, length);
        return;
    }
    if (!checked_end)
        error_set(&error,
                  "byte %zu is a carriage return without a line feed;"
                  " save the file with Windows or Unix line ends",
                  length);
    reader->listener->mistake(reader->listener->context, reader->number, error.text);
    if (is_header(text, length))
        set_line(reader, "[" PLACEHOLDER "]", 3);
    else
        set_line(reader, "", 0);
}

/* An ini_reader, so like fgets: at most size - 1 bytes of one line, then NUL; NULL at the end. */
static char *read_line(char *buffer, int size, void *stream)
{
    struct reader *reader = stream;
    if (reader->given == reader->length) {
        if (reader->left == 0)
            return NULL;
        next_line(reader);
    }
    size_t count = reader->length - reader->given;
    size_t room = size < 1 ? 0 : (size_t)size - 1;
    if (count > room)
        count = room;
    memcpy(buffer, reader->line + reader->given, count);
    buffer[count] = '\0';
    reader->given += count;
    return buffer;
}

static void hand_setting(const struct ini_listener *listener, int line, const char *name,
                         const char *value)
{
    /* inih parts at '=', so the '+' of "+=" is left at the end of the name. */
    char plain[INI_LINE_MAXIMUM + 1];
    size_t length = strlen(name);
    bool append = name[length - 1] == '+';
    if (append)
        length--;
    while (length > 0 && (name[length - 1] == ' ' || name[length - 1] == '\t'))
        length--;
    memcpy(plain, name, length);
    plain[length] = '\0';
    listener->setting(listener->context, line, plain, append, value);
}

static int hand_on(void *user, const char *section, const char *name, const char *value, int line)
{
    const struct ini_listener *listener = ((struct reader *)user)->listener;
    if (name != NULL)
        hand_setting(listener, line, name, value);
    else
        listener->section(listener->context, line,
                          strcmp(section, PLACEHOLDER) == 0 ? NULL : section);
    return 1;
}

int ini_read(const char *text, size_t length, const struct ini_listener *listener)
{
    if (length == 0)
        return 0;
    if (begins_with(text, length, "\xFF\xFE", 2) || begins_with(text, length, "\xFE\xFF", 2)) {
        listener->mistake(listener->context, 1, "the file is UTF-16; save it as UTF-8");
        return 1;
    }
    size_t mark = begins_with(text, length, MARK, MARK_LENGTH) ? MARK_LENGTH : 0;
    struct reader reader = {.listener = listener, .text = text + mark, .left = length - mark};
    if (ini_parse_stream(read_line, &reader, hand_on, &reader) == -2)
        listener->mistake(listener->context, reader.number,
                          "there is not enough memory to read on");
    return reader.number;
}
