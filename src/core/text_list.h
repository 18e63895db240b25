#ifndef STDINETD_CORE_TEXT_LIST_H
#define STDINETD_CORE_TEXT_LIST_H

#include <stdbool.h>
#include <stddef.h>

/* A list of UTF-8 texts. Starts as {0}; owns its texts. */
struct text_list {
    char **items;
    size_t count;
};

/* Both append a copy. There is no failure to handle: want of memory ends the program (see
   memory_copy), because it can only happen while a configuration is read. */
void text_list_append(struct text_list *list, const char *text);
void text_list_append_all(struct text_list *list, const struct text_list *from);

/* Frees the texts and leaves an empty list. */
void text_list_free(struct text_list *list);

bool text_list_equals(const struct text_list *a, const struct text_list *b);
bool text_list_contains(const struct text_list *list, const char *text);

/* Of two single texts, each of which may be NULL. */
bool texts_are_equal(const char *a, const char *b);

#endif
