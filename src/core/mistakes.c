#include "core/mistakes.h"

#include "core/memory.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct mistake {
    struct place place;
    size_t order; /* in which it was found, because qsort keeps no order */
    char *sentence;
};

void mistakes_add(struct mistakes *mistakes, struct place place, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *sentence = memory_vformat(format, arguments);
    va_end(arguments);
    mistakes->items = memory_grow(mistakes->items, mistakes->count + 1, sizeof *mistakes->items);
    mistakes->items[mistakes->count] =
        (struct mistake){.place = place, .order = mistakes->count, .sentence = sentence};
    mistakes->count++;
}

static int compare(const void *a, const void *b)
{
    const struct mistake *x = a;
    const struct mistake *y = b;
    if (x->place.order != y->place.order)
        return x->place.order < y->place.order ? -1 : 1;
    if (x->place.line != y->place.line)
        return x->place.line < y->place.line ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

static bool is_same_place(struct place a, struct place b)
{
    return a.order == b.order && a.line == b.line;
}

/* A mistake under [defaults] is found again with every service that inherits it. */
static bool was_said(const struct mistakes *mistakes, size_t place)
{
    const struct mistake *items = mistakes->items;
    for (size_t i = place; i > 0 && is_same_place(items[i - 1].place, items[place].place); i--)
        if (strcmp(items[i - 1].sentence, items[place].sentence) == 0)
            return true;
    return false;
}

void mistakes_hand_over(struct mistakes *mistakes, struct text_list *texts)
{
    if (mistakes->count > 0)
        qsort(mistakes->items, mistakes->count, sizeof *mistakes->items, compare);
    for (size_t i = 0; i < mistakes->count; i++) {
        const struct mistake *mistake = &mistakes->items[i];
        if (was_said(mistakes, i))
            continue;
        const struct place *place = &mistake->place;
        char *text = place->line == 0
                         ? memory_copy(mistake->sentence)
                         : memory_format("%s:%d: %s", place->file, place->line, mistake->sentence);
        text_list_append(texts, text);
        free(text);
    }
    for (size_t i = 0; i < mistakes->count; i++)
        free(mistakes->items[i].sentence);
    free(mistakes->items);
    *mistakes = (struct mistakes){0};
}
