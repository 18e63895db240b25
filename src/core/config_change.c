#include "core/config_change.h"

#include "core/text_list.h"

#include <string.h>

/* Options whose text can stand for something else than before, although it is the same. */
static bool means_the_same(const char *option, const struct service *a, const struct service *b)
{
    if (strcmp(option, "server") == 0)
        return texts_are_equal(a->program, b->program) &&
               texts_are_equal(a->command_line, b->command_line);
    if (strcmp(option, "working_directory") == 0)
        return texts_are_equal(a->folder, b->folder);
    if (strcmp(option, "stdio") == 0)
        return (a->needs_pipe == NULL) == (b->needs_pipe == NULL);
    if (strcmp(option, "only_from") == 0)
        return access_equals(&a->access, &b->access);
    return true;
}

static void compare(enum option_section section, const void *a, const void *b,
                    struct text_list *options)
{
    for (size_t i = 0; i < option_count; i++)
        if (option_table[i].section == section && !option_equals(&option_table[i], a, b))
            text_list_append(options, option_table[i].name);
}

void service_compare(const struct service *a, const struct service *b, struct text_list *options)
{
    compare(SECTION_SERVICE, a, b, options);
    if (options->count > 0)
        return; /* what follows from those need not be named as well */
    for (size_t i = 0; i < option_count; i++) {
        const struct option *option = &option_table[i];
        if (option->section == SECTION_SERVICE && !means_the_same(option->name, a, b))
            text_list_append(options, option->name);
    }
}

void config_compare(const struct config *a, const struct config *b, struct text_list *options)
{
    compare(SECTION_SERVER, a, b, options);
}

void config_keep_fixed(struct config *config, const struct config *served,
                       struct text_list *options)
{
    for (size_t i = 0; i < option_count; i++) {
        const struct option *option = &option_table[i];
        if (option->section != SECTION_SERVER || option->reload != RELOAD_NEVER ||
            option_equals(option, config, served))
            continue;
        text_list_append(options, option->name);
        option_replace(option, config, served);
    }
}
