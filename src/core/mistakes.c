#include "core/mistakes.h"

#include "core/memory.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct mistake {
    int line;
    size_t order; /* in which it was found, because qsort keeps no order */
    char *sentence;
};

void mistakes_add(struct mistakes *mistakes, int line, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *sentence = memory_vformat(format, arguments);
    va_end(arguments);
    mistakes->items = memory_grow(mistakes->items, mistakes->count + 1, sizeof *mistakes->items);
    mistakes->items[mistakes->count] =
        (struct mistake){.line = line, .order = mistakes->count, .sentence = sentence};
    mistakes->count++;
}

static int compare(const void *a, const void *b)
{
    const struct mistake *x = a;
    const struct mistake *y = b;
    if (x->line != y->line)
        return x->line < y->line ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

/* A mistake under [defaults] is found again with every service that inherits it. */
static bool was_said(const struct mistakes *mistakes, size_t place)
{
    const struct mistake *items = mistakes->items;
    for (size_t i = place; i > 0 && items[i - 1].line == items[place].line; i--)
        if (strcmp(items[i - 1].sentence, items[place].sentence) == 0)
            return true;
    return false;
}

void mistakes_hand_over(struct mistakes *mistakes, const char *file, struct text_list *texts)
{
    if (mistakes->count > 0)
        qsort(mistakes->items, mistakes->count, sizeof *mistakes->items, compare);
    for (size_t i = 0; i < mistakes->count; i++) {
        const struct mistake *mistake = &mistakes->items[i];
        if (was_said(mistakes, i))
            continue;
        char *text = mistake->line == 0
                         ? memory_copy(mistake->sentence)
                         : memory_format("%s:%d: %s", file, mistake->line, mistake->sentence);
        text_list_append(texts, text);
        free(text);
    }
    for (size_t i = 0; i < mistakes->count; i++)
        free(mistakes->items[i].sentence);
    free(mistakes->items);
    *mistakes = (struct mistakes){0};
}
