#include "core/text_list.h"

#include "core/memory.h"

#include <stdlib.h>
#include <string.h>

void text_list_append(struct text_list *list, const char *text)
{
    char *copy = memory_copy(text); /* first: text may be one of the list's own */
    list->items = memory_grow(list->items, list->count + 1, sizeof *list->items);
    list->items[list->count++] = copy;
}

void text_list_append_all(struct text_list *list, const struct text_list *from)
{
    size_t count = from->count; /* from may be the list itself */
    for (size_t i = 0; i < count; i++)
        text_list_append(list, from->items[i]);
}

void text_list_free(struct text_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i]);
    free(list->items);
    *list = (struct text_list){0};
}

bool text_list_contains(const struct text_list *list, const char *text)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i], text) == 0)
            return true;
    return false;
}

bool text_list_equals(const struct text_list *a, const struct text_list *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (strcmp(a->items[i], b->items[i]) != 0)
            return false;
    return true;
}

bool texts_are_equal(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}
