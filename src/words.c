#include "words.h"

#include <stdio.h>
#include <string.h>

int wrong_use(const char *format, const char *what)
{
    fprintf(stderr, format, what);
    fputs("\n'stdinetd --help' shows how to call it.\n", stderr);
    return EXIT_WRONG_USE;
}

int failed(const struct error *error)
{
    fprintf(stderr, "stdinetd: %s\n", error->text);
    return EXIT_FAILED;
}

const char needs_file[] = "stdinetd: %s needs the name of a file";
const char needs_name[] = "stdinetd: %s needs the name of a server";

bool take_switches(const struct text_list *words, const struct switch_word *switches, size_t count)
{
    for (size_t i = 0; i < words->count; i++) {
        const char *word = words->items[i];
        size_t k = 0;

        while (k < count && strcmp(switches[k].word, word) != 0)
            k++;
        if (k == count ||
            (switches[k].value != NULL ? *switches[k].value != NULL : *switches[k].given)) {
            wrong_use("stdinetd: unexpected '%s'", word);
            return false;
        }
        if (switches[k].value == NULL) {
            *switches[k].given = true;
        } else if (++i < words->count) {
            *switches[k].value = words->items[i];
        } else {
            wrong_use(switches[k].complaint, word);
            return false;
        }
    }
    return true;
}

bool set_name(struct config *config, const char *name)
{
    const struct option *control = option_find(SECTION_SERVER, "control");
    struct error error;

    if (option_parse(control, name != NULL ? name : control->initial, false, config, &error))
        return true;
    wrong_use("stdinetd: --name: %s", error.text);
    return false;
}
