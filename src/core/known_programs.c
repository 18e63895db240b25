#include "core/known_programs.h"

#include "core/ascii.h"
#include "core/path.h"

#include <stdbool.h>
#include <string.h>

/* node and bun take a socket for a named pipe and fail. dart, deno and java read and write from
   several threads, and on one socket a read that waits keeps a write waiting. */
static const char *const table[] = {"bun",  "bunx",  "dart", "dartaotruntime", "deno",
                                    "java", "javaw", "node", "nodejs"};

static const char *find(const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strlen(table[i]) == length && ascii_equals_n(table[i], name, length))
            return table[i];
    return NULL;
}

static const char *find_file(const char *name, size_t length)
{
    static const char extension[] = ".exe";
    size_t tail = sizeof extension - 1;

    if (length > tail && ascii_equals_n(name + length - tail, extension, tail))
        length -= tail;
    return find(name, length);
}

const char *known_program(const char *path)
{
    const char *name = path_name(path);

    return find_file(name, strlen(name));
}

/* What can be part of a file's name and is nothing else to cmd.exe. */
static bool is_of_word(char byte)
{
    return ascii_is_letter(byte) || ascii_is_digit(byte) || strchr("-_.+#~$", byte) != NULL ||
           (unsigned char)byte >= 0x80;
}

static size_t word_length(const char *text, const char *end)
{
    size_t length = 0;

    while (text + length < end && text[length] != '\0' && is_of_word(text[length]))
        length++;
    return length;
}

/* A remark, a label, or an echo. */
static bool says_nothing(const char *line, const char *end)
{
    while (line < end && strchr("@ \t", *line) != NULL)
        line++;
    if (line < end && *line == ':')
        return true;
    size_t length = word_length(line, end);
    return (length == 3 && ascii_equals_n(line, "rem", 3)) ||
           (length >= 4 && ascii_equals_n(line, "echo", 4) && (length == 4 || line[4] == '.'));
}

static const char *find_in_line(const char *line, const char *end)
{
    while (line < end) {
        size_t length = word_length(line, end);
        const char *found = find_file(line, length);

        if (found != NULL)
            return found;
        line += length > 0 ? length : 1;
    }
    return NULL;
}

const char *known_program_in_script(const char *text, size_t length)
{
    const char *end = text + length;
    const char *found = NULL;

    while (found == NULL && text < end) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        const char *line_end = newline == NULL ? end : newline;

        if (!says_nothing(text, line_end))
            found = find_in_line(text, line_end);
        text = newline == NULL ? end : newline + 1;
    }
    return found;
}
