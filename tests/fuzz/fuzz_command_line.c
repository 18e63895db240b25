/* Any words survive joining and splitting; any text is split or refused. */
#include "fuzz.h"

#include "core/command_line.h"
#include "core/memory.h"

#include <string.h>

/* Splitting what these words are joined to gives the program and the same words. */
static void check_round_trip(const struct text_list *words)
{
    static const char program[] = "C:\\my programs\\a.exe";
    struct text_list again = {0};
    struct error error;
    char *line = command_line_join(program, words);
    HOLDS(command_line_split(line, &again, &error));
    HOLDS(again.count == words->count + 1);
    HOLDS(strcmp(again.items[0], program) == 0);
    for (size_t i = 0; i < words->count; i++)
        HOLDS(strcmp(again.items[i + 1], words->items[i]) == 0);
    text_list_free(&again);
    free(line);
}

static void check_script(const struct text_list *words)
{
    struct error error;
    char *line = NULL;
    bool made = command_line_for_script("C:\\cmd.exe", "C:\\run.cmd", words, &line, &error);
    HOLDS(made == (line != NULL));
    for (size_t i = 0; made && i < words->count; i++)
        HOLDS(strpbrk(words->items[i], "\"%\r\n") == NULL);
    free(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text_list words = {0};
    struct error error;
    char *text = memory_zeroed(size + 1, 1);
    if (size > 0)
        memcpy(text, data, size);

    /* the bytes as words parted by NUL */
    for (size_t i = 0; i < size; i += strlen(text + i) + 1)
        text_list_append(&words, text + i);
    check_round_trip(&words);
    check_script(&words);
    text_list_free(&words);

    /* and, up to the first NUL, as a line */
    if (command_line_split(text, &words, &error))
        check_round_trip(&words);
    else
        HOLDS(strchr(text, '"') != NULL);
    text_list_free(&words);
    free(text);
    return 0;
}
