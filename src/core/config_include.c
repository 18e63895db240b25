/* The files that a main file includes, one after another. */
#include "core/config_include.h"

#include "core/ascii.h"
#include "core/memory.h"
#include "core/path.h"
#include "core/utf8.h"

#include <stdlib.h>
#include <string.h>

enum { EXCERPT = 100, FILES_MAXIMUM = 1000 };

struct including {
    struct section_list *sections;
    const struct config_source *source;
    struct text_list *names;
    struct mistakes *mistakes;
    struct text_list paths; /* of every file so far, the main one first */
    size_t length;          /* of all of them together */
    struct place place;     /* of the include that is followed */
};

static bool is_read(const struct including *including, const char *path)
{
    for (size_t i = 0; i < including->paths.count; i++)
        if (path_equals(including->paths.items[i], path))
            return true;
    return false;
}

/* What messages call an included file: as the main one is called, so from the current folder. */
static const char *add_name(struct including *including, const char *item)
{
    char *folder = path_folder(including->source->file);
    char *name = path_join(folder, item);
    text_list_append(including->names, name);
    free(folder);
    free(name);
    return including->names->items[including->names->count - 1];
}

static bool read_path(struct including *including, const char *item, const char *path,
                      struct error *error)
{
    const struct config_source *source = including->source;
    size_t length = 0;
    char *text = source->read_file(source->context, path, &length, error);
    if (text == NULL)
        return false;
    including->length += length;
    if (including->length > CONFIG_MAXIMUM) {
        free(text);
        return error_set(error, "the files are larger than %zu bytes together", CONFIG_MAXIMUM);
    }
    text_list_append(&including->paths, path);
    struct place file = {.file = add_name(including, item), .order = including->paths.count - 1};
    sections_read(including->sections, including->mistakes, file, text, length);
    free(text);
    return true;
}

static bool include_file(struct including *including, const char *item, struct error *error)
{
    const struct config_source *source = including->source;
    char *path = path_join(source->folder, item);
    char excerpt[EXCERPT];
    bool good = false;
    utf8_excerpt(excerpt, sizeof excerpt, item);
    if (path_equals(including->paths.items[0], path))
        error_set(error, "'%s' is this file itself", excerpt);
    else if (is_read(including, path))
        error_set(error, "'%s' is included already", excerpt);
    else if (including->paths.count > FILES_MAXIMUM)
        error_set(error, "there are more than %d files", FILES_MAXIMUM);
    else if (!source->file_exists(source->context, path))
        error_set(error, "there is no file '%s' (looked for %s)", excerpt, path);
    else
        good = read_path(including, item, path, error);
    free(path);
    return good;
}

static void report(struct including *including, const struct error *error)
{
    mistakes_add(including->mistakes, including->place, "include: %s", error->text);
}

static int compare_names(const void *a, const void *b)
{
    const char *x = *(char *const *)a;
    const char *y = *(char *const *)b;
    int order = ascii_compare(x, y);
    return order != 0 ? order : strcmp(x, y);
}

/* The names in a folder that the pattern stands for, in their order. */
static bool list_matches(const struct including *including, const char *folder, const char *pattern,
                         struct text_list *matches, struct error *error)
{
    const struct config_source *source = including->source;
    char *path = path_join(source->folder, folder);
    struct text_list names = {0};
    char excerpt[EXCERPT];
    bool good = source->folder_exists(source->context, path);
    utf8_excerpt(excerpt, sizeof excerpt, folder);
    if (good)
        good = source->list_files(source->context, path, &names, error);
    else
        error_set(error, "there is no folder '%s' (looked for %s)", excerpt, path);
    for (size_t i = 0; good && i < names.count; i++)
        if (path_matches(pattern, names.items[i]))
            text_list_append(matches, names.items[i]);
    if (matches->count > 0)
        qsort(matches->items, matches->count, sizeof *matches->items, compare_names);
    text_list_free(&names);
    free(path);
    return good;
}

static void include_pattern(struct including *including, const char *pattern)
{
    char *folder = path_folder(pattern);
    struct text_list matches = {0};
    struct error error;
    if (!list_matches(including, folder, path_name(pattern), &matches, &error))
        report(including, &error);
    for (size_t i = 0; i < matches.count; i++) {
        char *item = path_join(folder, matches.items[i]);
        if (!include_file(including, item, &error))
            report(including, &error);
        free(item);
    }
    text_list_free(&matches);
    free(folder);
}

static void follow(struct including *including, const struct setting *setting)
{
    struct config scratch = {0};
    struct error error;
    including->place = setting->place;
    if (!option_parse(setting->option, setting->value, false, &scratch, &error))
        report(including, &error);
    for (size_t i = 0; i < scratch.include.count; i++) {
        const char *item = scratch.include.items[i];
        if (path_wildcard(item) != NULL)
            include_pattern(including, item);
        else if (!include_file(including, item, &error))
            report(including, &error);
    }
    option_free(SECTION_SERVER, &scratch);
}

void config_include(struct section_list *sections, size_t length,
                    const struct config_source *source, struct text_list *names,
                    struct mistakes *mistakes)
{
    struct including including = {.sections = sections,
                                  .source = source,
                                  .names = names,
                                  .mistakes = mistakes,
                                  .length = length};
    char *path = path_join(source->folder, path_name(source->file));
    size_t count = sections->count; /* of the main file */
    text_list_append(&including.paths, path);
    for (size_t i = 0; i < count; i++) {
        const struct section section = sections->items[i]; /* the list grows meanwhile */
        if (section.kind != SECTION_IS_SERVER)
            continue;
        for (size_t k = 0; k < section.count; k++)
            if (strcmp(section.settings[k].name, "include") == 0)
                follow(&including, &section.settings[k]);
    }
    text_list_free(&including.paths);
    free(path);
}
