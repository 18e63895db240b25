#include "core/command_line.h"

#include "core/text_buffer.h"

#include <stdlib.h>
#include <string.h>

/* The longest command line that cmd.exe takes (KB 830473), in UTF-16 units. */
#define CMD_MAXIMUM 8191

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Takes a run of backslashes, and the quote behind it where they make it a literal one. */
static const char *take_backslashes(const char *text, struct text_buffer *word)
{
    size_t count = strspn(text, "\\");
    text += count;
    if (*text != '"') {
        text_buffer_repeat(word, '\\', count);
        return text;
    }
    text_buffer_repeat(word, '\\', count / 2);
    if (count % 2 == 0)
        return text; /* this quote groups */
    text_buffer_add(word, "\"", 1);
    return text + 1;
}

/* Reads one word from its first character; returns its end, or NULL where a quote stays open. */
static const char *take_word(const char *text, struct text_buffer *word)
{
    bool quoted = false;
    while (*text != '\0' && (quoted || !is_blank(*text))) {
        if (*text == '\\') {
            text = take_backslashes(text, word);
        } else if (*text == '"' && quoted && text[1] == '"') {
            text_buffer_add(word, "\"", 1);
            text += 2;
        } else if (*text == '"') {
            quoted = !quoted;
            text++;
        } else {
            text_buffer_add(word, text++, 1);
        }
    }
    return quoted ? NULL : text;
}

bool command_line_split(const char *text, struct text_list *words, struct error *error)
{
    for (;;) {
        while (is_blank(*text))
            text++;
        if (*text == '\0')
            return true;
        struct text_buffer word = {0};
        text_buffer_add(&word, "", 0); /* "" is a word too */
        text = take_word(text, &word);
        if (text != NULL)
            text_list_append(words, word.text);
        free(word.text);
        if (text == NULL)
            return error_set(error, "a double quote is never closed; add the missing one");
    }
}

static void add_quoted(struct text_buffer *line, const char *word)
{
    text_buffer_add(line, "\"", 1);
    while (*word != '\0') {
        size_t backslashes = strspn(word, "\\");
        word += backslashes;
        bool before_quote = *word == '"' || *word == '\0';
        text_buffer_repeat(line, '\\', before_quote ? 2 * backslashes : backslashes);
        if (*word == '"')
            text_buffer_add(line, "\\", 1);
        if (*word != '\0')
            text_buffer_add(line, word++, 1);
    }
    text_buffer_add(line, "\"", 1);
}

/* The first word of a command line: there, backslashes never escape and quotes only group. */
static void add_program(struct text_buffer *line, const char *program)
{
    const char *quote = *program == '\0' || strpbrk(program, " \t") != NULL ? "\"" : "";
    text_buffer_add_text(line, quote);
    text_buffer_add_text(line, program);
    text_buffer_add_text(line, quote);
}

char *command_line_join(const char *program, const struct text_list *arguments)
{
    struct text_buffer line = {0};
    add_program(&line, program);
    for (size_t i = 0; i < arguments->count; i++) {
        const char *argument = arguments->items[i];
        text_buffer_add(&line, " ", 1);
        if (*argument == '\0' || strpbrk(argument, " \t\r\n\v\"") != NULL)
            add_quoted(&line, argument);
        else
            text_buffer_add_text(&line, argument);
    }
    return line.text;
}

/* What quoting does not take from cmd.exe: it expands %NAME% inside quotes, knows no escape for a
   quote inside quotes, and ends a command at a line break. */
static bool survives_cmd(const char *word, const char *what, struct error *error)
{
    const char *bad = strpbrk(word, "\"%\r\n");
    if (bad == NULL)
        return true;
    const char *name = *bad == '"' ? "double quote" : *bad == '%' ? "percent sign" : "line break";
    return error_set(error,
                     "%s has a %s, which cmd.exe would change; use a program instead of the script",
                     what, name);
}

static size_t utf16_units(const char *text)
{
    size_t units = 0;
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;
        if ((byte & 0xC0) != 0x80)
            units += byte >= 0xF0 ? 2 : 1;
    }
    return units;
}

bool command_line_for_script(const char *cmd, const char *script, const struct text_list *arguments,
                             char **command_line, struct error *error)
{
    if (!survives_cmd(script, "the path of the script", error))
        return false;
    for (size_t i = 0; i < arguments->count; i++)
        if (!survives_cmd(arguments->items[i], "an argument of the script", error))
            return false;

    struct text_buffer line = {0};
    add_program(&line, cmd);
    text_buffer_add_text(&line, " /d /v:off /s /c \"\"");
    text_buffer_add_text(&line, script);
    text_buffer_add_text(&line, "\"");
    for (size_t i = 0; i < arguments->count; i++) {
        text_buffer_add_text(&line, " \"");
        text_buffer_add_text(&line, arguments->items[i]);
        text_buffer_add_text(&line, "\"");
    }
    text_buffer_add_text(&line, "\"");

    size_t units = utf16_units(line.text);
    if (units > CMD_MAXIMUM) {
        free(line.text);
        return error_set(
            error, "the script's command line has %zu characters, and cmd.exe takes at most %d",
            units, CMD_MAXIMUM);
    }
    *command_line = line.text;
    return true;
}
