#include "config_dump.h"

#include "core/memory.h"
#include "core/text_buffer.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static void add_line(struct text_buffer *out, const char *format, ...) PRINTF_LIKE(2, 3);

static void add_line(struct text_buffer *out, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *line = memory_vformat(format, arguments);
    va_end(arguments);
    text_buffer_add_text(out, line);
    text_buffer_add_text(out, "\n");
    free(line);
}

static char *list_value(const struct text_list *list)
{
    struct text_buffer out = {0};
    text_buffer_add_text(&out, "");
    for (size_t i = 0; i < list->count; i++) {
        text_buffer_add_text(&out, "<");
        text_buffer_add_text(&out, list->items[i]);
        text_buffer_add_text(&out, ">");
    }
    return out.text;
}

static char *ports_value(const struct port_list *ports)
{
    struct text_buffer out = {0};
    text_buffer_add_text(&out, "");
    for (size_t i = 0; i < ports->count; i++) {
        char *port = memory_format("<%u>", (unsigned)ports->items[i]);
        text_buffer_add_text(&out, port);
        free(port);
    }
    return out.text;
}

static char *value_of(const struct option *option, const void *target)
{
    const void *field = (const char *)target + option->offset;
    const char *text;
    switch (option->type) {
    case OPTION_BOOLEAN:
        return memory_copy(*(const bool *)field ? "yes" : "no");
    case OPTION_COUNT:
    case OPTION_TIME:
    case OPTION_SIZE:
        return memory_format("%" PRIu64, *(const uint64_t *)field);
    case OPTION_RATE: {
        const struct rate *rate = field;
        return memory_format("%" PRIu64 " in %" PRIu64 " ms, %" PRIu64 " at once", rate->count,
                             rate->per_ms, rate->burst);
    }
    case OPTION_CHOICE:
        return memory_copy(*(const int *)field == NO_CHOICE ? ""
                                                            : option->values[*(const int *)field]);
    case OPTION_LIST:
        return list_value(field);
    case OPTION_PORTS:
        return ports_value(field);
    case OPTION_TEXT:
        break;
    }
    text = *(char *const *)field;
    return memory_copy(text == NULL ? "" : text);
}

static void add_options(struct text_buffer *out, enum option_section section, const void *target,
                        const void *initial)
{
    for (size_t i = 0; i < option_count; i++) {
        const struct option *option = &option_table[i];
        if (option->section != section)
            continue;
        char *value = value_of(option, target);
        char *initial_value = value_of(option, initial);
        if (strcmp(value, initial_value) != 0)
            add_line(out, "  %s %s", option->name, value);
        free(value);
        free(initial_value);
    }
}

char *config_dump(const struct config *config)
{
    struct text_buffer out = {0};
    struct config server = {0};
    struct service service = {0};
    option_set_defaults(SECTION_SERVER, &server);
    option_set_defaults(SECTION_SERVICE, &service);
    add_line(&out, "server");
    add_options(&out, SECTION_SERVER, config, &server);
    for (size_t i = 0; i < config->service_count; i++) {
        add_line(&out, "%s, line %d", config->services[i].name, config->services[i].line);
        add_options(&out, SECTION_SERVICE, &config->services[i], &service);
        if (config->services[i].internal != INTERNAL_NONE)
            continue;
        add_line(&out, "  -> %s", config->services[i].command_line);
        add_line(&out, "  in %s", config->services[i].folder);
    }
    option_free(SECTION_SERVER, &server);
    option_free(SECTION_SERVICE, &service);
    return out.text;
}
