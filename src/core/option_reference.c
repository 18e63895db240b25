/* The option table as text for people. */
#include "core/options.h"

#include "core/text_buffer.h"

#include <string.h>

enum { WIDTH = 100, NAME_COLUMN = 2, TEXT_COLUMN = 21 };

/* Adds a sentence, broken at blanks so that no line exceeds WIDTH, beginning at TEXT_COLUMN. */
static void add_wrapped(struct text_buffer *out, const char *sentence)
{
    size_t column = TEXT_COLUMN;
    while (*sentence != '\0') {
        size_t length = strcspn(sentence, " ");
        if (column > TEXT_COLUMN && column + 1 + length > WIDTH) {
            text_buffer_add_text(out, "\n");
            text_buffer_repeat(out, ' ', TEXT_COLUMN);
            column = TEXT_COLUMN;
        } else if (column > TEXT_COLUMN) {
            text_buffer_add_text(out, " ");
            column++;
        }
        text_buffer_add(out, sentence, length);
        column += length;
        sentence += length;
        sentence += strspn(sentence, " ");
    }
    text_buffer_add_text(out, "\n");
}

static void add_heading(struct text_buffer *out, const struct option *option)
{
    if (out->length > 0)
        text_buffer_add_text(out, "\n");
    text_buffer_add_text(out, option->group);
    text_buffer_add_text(out, option->section == SECTION_SERVER
                                  ? ": [server]\n\n"
                                  : ": [service NAME] and [defaults]\n\n");
}

static void add_option(struct text_buffer *out, const struct option *option)
{
    struct option_expectation expected = option_expects(option);
    size_t length = strlen(option->name);
    text_buffer_repeat(out, ' ', NAME_COLUMN);
    text_buffer_add_text(out, option->name);
    text_buffer_repeat(out, ' ', TEXT_COLUMN - NAME_COLUMN - length);
    text_buffer_add_text(out, expected.text);
    if (*option->initial != '\0') {
        text_buffer_add_text(out, "; default ");
        text_buffer_add_text(out, option->initial);
    }
    if (option->reload == RELOAD_NEVER)
        text_buffer_add_text(out, "; fixed while the server runs");
    text_buffer_add_text(out, "\n");
    text_buffer_repeat(out, ' ', TEXT_COLUMN);
    add_wrapped(out, option->help);
}

char *option_reference(void)
{
    struct text_buffer out = {0};
    const char *group = "";
    for (size_t i = 0; i < option_count; i++) {
        const struct option *option = &option_table[i];
        if (strcmp(option->group, group) != 0)
            add_heading(&out, option);
        group = option->group;
        add_option(&out, option);
    }
    return out.text;
}
