/* From the text of a value to the field of its option. */
#include "core/option_write.h"

#include "core/ascii.h"
#include "core/command_line.h"
#include "core/memory.h"
#include "core/suggest.h"
#include "core/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXCERPT = 60, VALUES = sizeof((struct option *)0)->values / sizeof(char *) };

uint64_t option_word_value(const char *word)
{
    return strcmp(word, "unlimited") == 0 ? UNLIMITED : 0;
}

/* Reads digits; returns their end, or NULL where there are none or the number is too large. */
static const char *take_number(const char *text, uint64_t *number)
{
    const char *start = text;
    uint64_t value = 0;
    for (; ascii_is_digit(*text); text++) {
        uint64_t digit = (uint64_t)(*text - '0');
        if (value > (UNLIMITED - 1 - digit) / 10)
            return NULL;
        value = value * 10 + digit;
    }
    *number = value;
    return text == start ? NULL : text;
}

const struct unit time_units[] = {{"h", 3600000}, {"m", 60000}, {"s", 1000},
                                  {"", 1000},     {"ms", 1},    {NULL, 0}};
static const struct unit sizes[] = {
    {"G", 1073741824}, {"M", 1048576}, {"K", 1024}, {"", 1}, {NULL, 0}};
static const struct unit counts[] = {{"", 1}, {NULL, 0}};

const struct unit *option_units(const struct option *option)
{
    if (option->type == OPTION_TIME)
        return time_units;
    return option->type == OPTION_SIZE ? sizes : counts;
}

static bool parse_units(const struct unit *unit, const char *text, uint64_t *number)
{
    uint64_t written;
    const char *name = take_number(text, &written);
    for (; name != NULL && unit->name != NULL; unit++) {
        if (strcmp(name, unit->name) != 0)
            continue;
        if (written > (UNLIMITED - 1) / unit->factor)
            return false;
        *number = written * unit->factor;
        return true;
    }
    return false;
}

static const char *kind_of(const struct option *option)
{
    if (option->type == OPTION_TIME)
        return "time";
    return option->type == OPTION_SIZE ? "size" : "number";
}

static struct option_expectation expects_number(const struct option *option)
{
    struct option_expectation expected;
    char minimum[32];
    char maximum[32];
    const char *what = kind_of(option);
    const char * or = option->values[0] == NULL ? "" : ", or ";
    const char *word = option->values[0] == NULL ? "" : option->values[0];
    option_write_number(option, option->minimum, minimum, sizeof minimum);
    option_write_number(option, option->maximum, maximum, sizeof maximum);
    if (option->maximum == 0)
        snprintf(expected.text, sizeof expected.text, "a %s of at least %s%s%s", what, minimum, or,
                 word);
    else
        snprintf(expected.text, sizeof expected.text, "a %s from %s to %s%s%s", what, minimum,
                 maximum, or, word);
    return expected;
}

static struct option_expectation expects_choice(const struct option *option)
{
    struct option_expectation expected = {"one of "};
    if (option->values[1] == NULL)
        expected.text[0] = '\0';
    for (size_t i = 0; i < VALUES && option->values[i] != NULL; i++) {
        size_t length = strlen(expected.text);
        snprintf(expected.text + length, sizeof expected.text - length, "%s%s", i == 0 ? "" : ", ",
                 option->values[i]);
    }
    return expected;
}

struct option_expectation option_expects(const struct option *option)
{
    switch (option->type) {
    case OPTION_COUNT:
    case OPTION_TIME:
    case OPTION_SIZE:
        return expects_number(option);
    case OPTION_CHOICE:
        return expects_choice(option);
    case OPTION_BOOLEAN:
        return (struct option_expectation){"yes or no"};
    case OPTION_RATE:
        return (struct option_expectation){"a rate, or unlimited"};
    case OPTION_LIST:
        return (struct option_expectation){"a list"};
    case OPTION_PORTS:
        return (struct option_expectation){"a list of ports"};
    case OPTION_TEXT:
        break;
    }
    struct option_expectation expected;
    snprintf(expected.text, sizeof expected.text, "%s",
             option->values[0] == NULL ? "a path" : option->values[0]);
    return expected;
}

static bool reject(const struct option *option, const char *value, struct error *error)
{
    char excerpt[EXCERPT];
    utf8_excerpt(excerpt, sizeof excerpt, value);
    struct option_expectation expected = option_expects(option);
    const char *written = "";
    if (option->type == OPTION_CHOICE && option->values[1] == NULL)
        return error_set(error, "'%s' is not known; there is only %s", excerpt, expected.text);
    if (option->type == OPTION_TIME)
        written = " (written like 500ms, 5s, 2m or 1h)";
    else if (option->type == OPTION_SIZE)
        written = " (written like 4096, 64K, 10M or 1G)";
    else if (option->type == OPTION_RATE)
        written = " (written like 10, 30/m, 500/h, or 10 50 for up to 50 at once)";
    return error_set(error, "'%s' is not %s%s", excerpt, expected.text, written);
}

static bool parse_number(const struct option *option, const char *value, uint64_t *field,
                         struct error *error)
{
    uint64_t number = 0;
    if (option->values[0] != NULL && strcmp(value, option->values[0]) == 0) {
        *field = option_word_value(value);
        return true;
    }
    if (!parse_units(option_units(option), value, &number) || number < option->minimum ||
        (option->maximum != 0 && number > option->maximum))
        return reject(option, value, error);
    *field = number;
    return true;
}

/* The time that a rate's number stands for: nothing, "/s", "/m", "/h"; returns its end, or NULL. */
static const char *take_period(const char *text, uint64_t *ms)
{
    *ms = 1000;
    if (*text != '/')
        return text;
    for (const struct unit *unit = time_units; unit->name != NULL; unit++) {
        if (text[1] != '\0' && text[1] == unit->name[0] && unit->name[1] == '\0') {
            *ms = unit->factor;
            return text + 2;
        }
    }
    return NULL;
}

static bool parse_rate(const struct option *option, const char *value, struct rate *field,
                       struct error *error)
{
    struct rate rate = {0};

    if (strcmp(value, option->values[0]) == 0) {
        *field = rate;
        return true;
    }
    const char *end = take_number(value, &rate.count);
    end = end == NULL ? NULL : take_period(end, &rate.per_ms);
    rate.burst = rate.count;
    if (end != NULL && *end == ' ')
        end = take_number(end + strspn(end, " "), &rate.burst);
    if (end == NULL || *end != '\0' || rate.count < option->minimum ||
        rate.count > option->maximum || rate.burst < 1 || rate.burst > option->maximum)
        return reject(option, value, error);
    *field = rate;
    return true;
}

static bool parse_choice(const struct option *option, const char *value, int *field,
                         struct error *error)
{
    size_t count = 0;
    for (; count < VALUES && option->values[count] != NULL; count++) {
        if (strcmp(value, option->values[count]) == 0) {
            *field = (int)count;
            return true;
        }
    }
    reject(option, value, error);
    const char *nearest = suggest(value, option->values, count);
    if (nearest != NULL) {
        struct error sentence = *error;
        error_set(error, "%s (did you mean '%s'?)", sentence.text, nearest);
    }
    return false;
}

static bool parse_boolean(const char *value, bool *field, struct error *error)
{
    char excerpt[EXCERPT];
    bool yes = strcmp(value, "yes") == 0;
    if (!yes && strcmp(value, "no") != 0) {
        utf8_excerpt(excerpt, sizeof excerpt, value);
        return error_set(error, "'%s' is neither yes nor no", excerpt);
    }
    *field = yes;
    return true;
}

static size_t count_quotes(const char *text)
{
    size_t count = 0;
    for (; *text != '\0'; text++)
        count += *text == '"';
    return count;
}

static bool parse_text(const struct option *option, const char *value, char **field,
                       struct error *error)
{
    size_t length = strlen(value);
    bool quoted = length >= 2 && value[0] == '"' && value[length - 1] == '"';
    size_t start = quoted ? 1 : 0;
    if (count_quotes(value) % 2 != 0)
        return error_set(error, "a double quote is never closed; add the missing one");
    length -= 2 * start;
    if (length == 0)
        return error_set(error, "there is no value after '='");
    if (memchr(value + start, '"', length) != NULL)
        return error_set(error, "double quotes may stand only around the whole value");
    char *text = memory_format("%.*s", (int)length, value + start);
    if (option->check != NULL && !option->check(text, error)) {
        free(text);
        return false;
    }
    free(*field);
    *field = text;
    return true;
}

static bool parse_list(const struct option *option, const char *value, bool append,
                       struct text_list *field, struct error *error)
{
    struct text_list items = {0};
    bool good = command_line_split(value, &items, error);
    for (size_t i = 0; good && option->check != NULL && i < items.count; i++)
        good = option->check(items.items[i], error);
    if (!good) {
        text_list_free(&items);
        return false;
    }
    if (append) {
        text_list_append_all(field, &items);
        text_list_free(&items);
    } else {
        text_list_free(field);
        *field = items;
    }
    return true;
}

static bool parse_port(const char *text, uint16_t *port, struct error *error)
{
    static const char range[] = "1 to 65535, or 0 for any free port";
    char excerpt[EXCERPT];
    uint64_t number = 0;
    const char *end = take_number(text, &number);
    utf8_excerpt(excerpt, sizeof excerpt, text);
    if (text[strspn(text, "0123456789")] != '\0' || *text == '\0')
        return error_set(error, "'%s' is not a port (%s)", excerpt, range);
    if (end == NULL || number > UINT16_MAX)
        return error_set(error, "port %s is out of range (%s)", excerpt, range);
    *port = (uint16_t)number;
    return true;
}

static bool parse_ports(const char *value, bool append, struct port_list *field,
                        struct error *error)
{
    struct text_list words = {0};
    struct port_list ports = {0};
    bool good = command_line_split(value, &words, error);
    if (good && words.count == 0)
        good = error_set(error, "there is no port after '='");
    size_t kept = append ? field->count : 0;
    ports.items = memory_grow(NULL, kept + words.count, sizeof *ports.items);
    if (kept > 0)
        memcpy(ports.items, field->items, kept * sizeof *ports.items);
    ports.count = kept;
    for (size_t i = 0; good && i < words.count; i++)
        good = parse_port(words.items[i], &ports.items[ports.count++], error);
    text_list_free(&words);
    if (!good) {
        free(ports.items);
        return false;
    }
    free(field->items);
    *field = ports;
    return true;
}

bool option_parse(const struct option *option, const char *value, bool append, void *target,
                  struct error *error)
{
    void *field = (char *)target + option->offset;
    switch (option->type) {
    case OPTION_BOOLEAN:
        return parse_boolean(value, field, error);
    case OPTION_COUNT:
    case OPTION_TIME:
    case OPTION_SIZE:
        return parse_number(option, value, field, error);
    case OPTION_RATE:
        return parse_rate(option, value, field, error);
    case OPTION_CHOICE:
        return parse_choice(option, value, field, error);
    case OPTION_TEXT:
        return parse_text(option, value, field, error);
    case OPTION_LIST:
        return parse_list(option, value, append, field, error);
    case OPTION_PORTS:
        return parse_ports(value, append, field, error);
    }
    return error_set(error, "the option table is wrong at '%s'", option->name);
}
