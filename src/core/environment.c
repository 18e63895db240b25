#include "core/environment.h"

#include "core/ascii.h"
#include "core/memory.h"
#include "core/text_buffer.h"

#include <stdlib.h>
#include <string.h>

/* Without these Windows programs fail in strange places: no sockets without SystemRoot, no
   temporary files without TEMP. */
static const char *const essential[] = {"COMSPEC",    "PATH", "PATHEXT", "SystemDrive",
                                        "SystemRoot", "TEMP", "TMP",     "windir"};

/* The length of the name in "NAME=value"; a '=' in front belongs to the name. 0 where there is
 * none. */
static size_t name_length(const char *variable)
{
    if (*variable == '\0')
        return 0;
    const char *equals = strchr(variable + 1, '=');
    return equals == NULL ? 0 : (size_t)(equals - variable);
}

static int compare_names(const char *a, size_t a_length, const char *b, size_t b_length)
{
    for (size_t i = 0; i < a_length && i < b_length; i++) {
        int difference = (unsigned char)ascii_upper(a[i]) - (unsigned char)ascii_upper(b[i]);
        if (difference != 0)
            return difference;
    }
    return (a_length > b_length) - (a_length < b_length);
}

/* Where the variable of that name is, or would be. */
static size_t find(const struct environment *environment, const char *name, size_t length,
                   bool *found)
{
    size_t low = 0;
    size_t high = environment->variables.count;
    *found = false;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const char *variable = environment->variables.items[middle];
        int order = compare_names(variable, name_length(variable), name, length);
        if (order == 0) {
            *found = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Takes over the text. */
static void insert(struct environment *environment, char *variable)
{
    bool found;
    struct text_list *list = &environment->variables;
    size_t place = find(environment, variable, name_length(variable), &found);
    if (found) {
        free(list->items[place]);
    } else {
        list->items = memory_grow(list->items, list->count + 1, sizeof *list->items);
        memmove(list->items + place + 1, list->items + place,
                (list->count - place) * sizeof *list->items);
        list->count++;
    }
    list->items[place] = variable;
}

void environment_unset(struct environment *environment, const char *name)
{
    bool found;
    struct text_list *list = &environment->variables;
    size_t place = find(environment, name, strlen(name), &found);
    if (!found)
        return;
    free(list->items[place]);
    list->count--;
    memmove(list->items + place, list->items + place + 1,
            (list->count - place) * sizeof *list->items);
}

bool environment_put(struct environment *environment, const char *variable)
{
    if (name_length(variable) == 0)
        return false;
    insert(environment, memory_copy(variable));
    return true;
}

void environment_set(struct environment *environment, const char *name, const char *value)
{
    insert(environment, memory_format("%s=%s", name, value));
}

/* Whether an entry of passenv, "NAME", "NAME*" or "*", means this name. */
static bool matches(const char *entry, const char *name, size_t length)
{
    size_t entry_length = strlen(entry);
    if (entry_length > 0 && entry[entry_length - 1] == '*')
        return entry_length - 1 <= length && ascii_equals_n(entry, name, entry_length - 1);
    return compare_names(entry, entry_length, name, length) == 0;
}

static bool passes(const char *variable, const struct text_list *passenv)
{
    size_t length = name_length(variable);
    if (passenv == NULL)
        return true;
    for (size_t i = 0; i < sizeof essential / sizeof *essential; i++)
        if (matches(essential[i], variable, length))
            return true;
    for (size_t i = 0; i < passenv->count; i++)
        if (matches(passenv->items[i], variable, length))
            return true;
    return false;
}

void environment_pass(struct environment *environment, const char *block,
                      const struct text_list *passenv)
{
    for (; *block != '\0'; block += strlen(block) + 1)
        if (passes(block, passenv))
            environment_put(environment, block);
}

char *environment_block(const struct environment *environment, size_t *size)
{
    struct text_buffer block = {0};
    for (size_t i = 0; i < environment->variables.count; i++) {
        const char *variable = environment->variables.items[i];
        text_buffer_add(&block, variable, strlen(variable) + 1);
    }
    /* An empty block has two NULs as well: it looks like one empty text. */
    text_buffer_repeat(&block, '\0', environment->variables.count == 0 ? 2 : 1);
    *size = block.length;
    return block.text;
}

void environment_free(struct environment *environment)
{
    text_list_free(&environment->variables);
}
