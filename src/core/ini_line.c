#include "core/ini_line.h"

#include "core/ini.h"
#include "core/utf8.h"

#include <string.h>

/* Enough of a line to recognize it by in a message. */
struct excerpt {
    char text[60];
};

static struct excerpt excerpt_of(const char *text, size_t length)
{
    struct excerpt excerpt;
    char copy[sizeof excerpt.text + 1]; /* one byte more than fits shows that something was cut */
    size_t copied = length < sizeof copy - 1 ? length : sizeof copy - 1;
    memcpy(copy, text, copied);
    copy[copied] = '\0';
    utf8_excerpt(excerpt.text, sizeof excerpt.text, copy);
    return excerpt;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static size_t without_trailing_blanks(const char *line, size_t length)
{
    while (length > 0 && is_blank(line[length - 1]))
        length--;
    return length;
}

static bool check_character(const char *character, size_t length, size_t column,
                            struct error *error)
{
    unsigned byte = (unsigned char)*character;
    if (length == 0)
        return error_set(error, "byte %zu (0x%02X) is not valid UTF-8; save the file as UTF-8",
                         column, byte);
    if (byte == 0)
        return error_set(error, "byte %zu is NUL; save the file as UTF-8 text", column);
    if (byte == '\r')
        return error_set(error,
                         "byte %zu is a carriage return without a line feed;"
                         " save the file with Windows or Unix line ends",
                         column);
    if ((byte < 0x20 && byte != '\t') || byte == 0x7F)
        return error_set(error, "byte %zu is the control character 0x%02X; remove it", column,
                         byte);
    if (length == 3 && memcmp(character, "\xEF\xBB\xBF", 3) == 0)
        return error_set(error,
                         "byte %zu begins a byte order mark, which may stand only at the very"
                         " beginning of the file; remove it",
                         column);
    return true;
}

static bool check_bytes(const char *line, size_t length, struct error *error)
{
    if (length > INI_LINE_MAXIMUM)
        return error_set(error, "the line is %zu bytes long, and %d is the most; shorten it",
                         length, INI_LINE_MAXIMUM);
    for (size_t i = 0; i < length;) {
        size_t step = utf8_length(line + i, length - i);
        if (!check_character(line + i, step, i + 1, error))
            return false;
        i += step;
    }
    return true;
}

static bool check_header(const char *line, size_t length, struct error *error)
{
    const char *close = memchr(line, ']', length);
    if (close == NULL)
        return error_set(error, "'%s' has no closing ']'; add it", excerpt_of(line, length).text);
    size_t name = (size_t)(close - line) - 1;
    size_t rest = length - name - 2;
    const char *text = close + 1;
    for (; rest > 0 && is_blank(*text); rest--)
        text++;
    if (rest > 0)
        return error_set(error, "'%s' stands after ']'; give it a line of its own",
                         excerpt_of(text, rest).text);
    if (name > INI_SECTION_MAXIMUM)
        return error_set(error,
                         "the name of the section is %zu bytes long, and %d is the most;"
                         " shorten it",
                         name, INI_SECTION_MAXIMUM);
    return true;
}

/* Whether a comment seems to begin here, at the start of the value or behind a blank. With ';' it
   does in many programs' files; a '#' alone is taken for one, "#fff" is not. */
static bool begins_comment(const char *text, size_t left)
{
    return *text == ';' || (*text == '#' && (left == 1 || is_blank(text[1])));
}

static bool check_value(const char *value, size_t length, struct error *error)
{
    bool quoted = false;
    bool escaped = false; /* by an odd number of backslashes */
    for (size_t i = 0; i < length; i++) {
        if (value[i] == '"' && !escaped)
            quoted = !quoted;
        escaped = value[i] == '\\' && !escaped;
        if (!quoted && (i == 0 || is_blank(value[i - 1])) && begins_comment(value + i, length - i))
            return error_set(error,
                             "'%s' looks like a comment but is part of the value; give the comment"
                             " a line of its own, or put the value in double quotes",
                             excerpt_of(value + i, length - i).text);
    }
    return true;
}

static bool check_setting(const char *line, size_t length, struct error *error)
{
    size_t name = 0;
    while (name < length && line[name] != '=' && line[name] != ':')
        name++;
    size_t value = name + 1;
    struct excerpt named = excerpt_of(line, without_trailing_blanks(line, name));
    if (name == length)
        return error_set(error, "'%s' has no '='; write NAME = VALUE", named.text);
    if (line[name] == ':')
        return error_set(error, "':' does not part '%s' from its value; write '='", named.text);
    if (*named.text == '\0' || strcmp(named.text, "+") == 0)
        return error_set(error, "there is no name before '='; write NAME = VALUE");
    return check_value(line + value, length - value, error);
}

bool ini_line_check(const char *line, size_t length, struct error *error)
{
    if (length > 0 && line[length - 1] == '\r')
        length--;
    if (!check_bytes(line, length, error))
        return false;
    length = without_trailing_blanks(line, length);
    if (length == 0)
        return true;
    if (is_blank(line[0]))
        return error_set(error, "the line is indented; begin it in the first column");
    if (line[0] == ';' || line[0] == '#')
        return true;
    return line[0] == '[' ? check_header(line, length, error) : check_setting(line, length, error);
}
