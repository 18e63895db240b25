#include "core/option_write.h"

#include "core/ini.h"
#include "core/memory.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void option_write_number(const struct option *option, uint64_t number, char *text, size_t size)
{
    const struct unit *unit = option_units(option);
    while (unit[1].name != NULL && (number == 0 || number % unit->factor != 0))
        unit++;
    snprintf(text, size, "%" PRIu64 "%s", number / unit->factor, number == 0 ? "" : unit->name);
}

/* A number, or the word that stands for it. */
static char *number_value(const struct option *option, uint64_t number)
{
    char text[32];
    if (option->values[0] != NULL && number == option_word_value(option->values[0]))
        return memory_copy(option->values[0]);
    option_write_number(option, number, text, sizeof text);
    return memory_copy(text);
}

static char *rate_value(const struct option *option, const struct rate *rate)
{
    const char *period = "";
    char burst[32] = "";
    if (rate->count == 0)
        return memory_copy(option->values[0]);
    for (const struct unit *unit = time_units; rate->per_ms != 1000 && unit->name != NULL; unit++)
        if (unit->factor == rate->per_ms)
            period = unit->name;
    if (rate->burst != rate->count)
        snprintf(burst, sizeof burst, " %" PRIu64, rate->burst);
    return memory_format("%" PRIu64 "%s%s%s", rate->count, *period == '\0' ? "" : "/", period,
                         burst);
}

/* Whether a value needs double quotes around it: for its blanks, or because it would be taken for a
   comment. */
static bool needs_quotes(const char *text)
{
    return *text == '\0' || *text == ';' || *text == '#' || strpbrk(text, " \t") != NULL;
}

static char *text_value(const char *text)
{
    const char *quote = needs_quotes(text) ? "\"" : "";
    return memory_format("%s%s%s", quote, text, quote);
}

/* A word as command_line_split reads it, in as few bytes as can be: what was read from a line fits
   into one again. So the backslashes at its end stand behind the closing quote, where they are
   single. */
static char *item_value(const char *item)
{
    struct text_buffer out = {0};
    bool quoted = needs_quotes(item);
    text_buffer_add_text(&out, quoted ? "\"" : "");
    for (;;) {
        size_t backslashes = strspn(item, "\\");
        const char *next = item + backslashes;
        text_buffer_add_text(&out, *next == '\0' && quoted ? "\"" : "");
        text_buffer_repeat(&out, '\\', *next == '"' ? 2 * backslashes + 1 : backslashes);
        if (*next == '\0')
            return out.text;
        text_buffer_add(&out, next, 1);
        item = next + 1;
    }
}

static bool add_line(struct text_buffer *out, const char *name, const char *sign, const char *value,
                     struct error *error)
{
    size_t length = strlen(name) + strlen(sign) + strlen(value);
    if (length > INI_LINE_MAXIMUM)
        return error_set(error, "%s: the value is too long for a line of an ini file", name);
    const char *blank = length + 2 > INI_LINE_MAXIMUM ? "" : " ";
    char *line =
        memory_format("%s%s%s%s%s\n", name, blank, sign, *value == '\0' ? "" : blank, value);
    text_buffer_add_text(out, line);
    free(line);
    return true;
}

/* A list in as many lines as it needs. */
static bool add_list(struct text_buffer *out, const char *name, const struct text_list *list,
                     struct error *error)
{
    struct text_buffer value = {0};
    const char *sign = "=";
    bool good = true;
    text_buffer_add_text(&value, "");
    for (size_t i = 0; i < list->count && good; i++) {
        char *item = item_value(list->items[i]);
        size_t length = strlen(name) + strlen(" += ") + value.length + 1 + strlen(item);
        if (value.length > 0 && length > INI_LINE_MAXIMUM) {
            good = add_line(out, name, sign, value.text, error);
            sign = "+=";
            value.length = 0;
        }
        text_buffer_add_text(&value, value.length > 0 ? " " : "");
        text_buffer_add_text(&value, item);
        free(item);
    }
    good = good && add_line(out, name, sign, value.text, error);
    free(value.text);
    return good;
}

static bool add_ports(struct text_buffer *out, const char *name, const struct port_list *ports,
                      struct error *error)
{
    struct text_list list = {0};
    for (size_t i = 0; i < ports->count; i++) {
        char port[8];
        snprintf(port, sizeof port, "%u", (unsigned)ports->items[i]);
        text_list_append(&list, port);
    }
    bool good = add_list(out, name, &list, error);
    text_list_free(&list);
    return good;
}

/* The value of an option that is no list, or NULL where it has none. */
static char *value_of(const struct option *option, const void *field)
{
    switch (option->type) {
    case OPTION_BOOLEAN:
        return memory_copy(*(const bool *)field ? "yes" : "no");
    case OPTION_COUNT:
    case OPTION_TIME:
    case OPTION_SIZE:
        return number_value(option, *(const uint64_t *)field);
    case OPTION_RATE:
        return rate_value(option, field);
    case OPTION_CHOICE:
        return *(const int *)field == NO_CHOICE ? NULL
                                                : memory_copy(option->values[*(const int *)field]);
    case OPTION_TEXT: {
        const char *text = *(char *const *)field;
        return text == NULL ? NULL : text_value(text);
    }
    case OPTION_LIST:
    case OPTION_PORTS:
        break;
    }
    return NULL;
}

bool option_write(const struct option *option, const void *target, struct text_buffer *out,
                  struct error *error)
{
    const void *field = (const char *)target + option->offset;
    if (option->type == OPTION_PORTS)
        return add_ports(out, option->name, field, error);
    if (option->type == OPTION_LIST) {
        const struct text_list *list = field;
        bool nothing = list->count == 0 && *option->initial == '\0';
        return nothing || add_list(out, option->name, list, error);
    }
    char *value = value_of(option, field);
    bool good = value == NULL || add_line(out, option->name, "=", value, error);
    free(value);
    return good;
}
