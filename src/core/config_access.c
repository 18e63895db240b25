/* From only_from and no_access to one list of networks. */
#include "core/config_draft.h"
#include "core/utf8.h"

#include <string.h>

enum { EXCERPT = 60 };

/* Where an item of a list stands, of the several lines that may add to it. */
static struct place place_of(const struct draft *draft, const char *option, const char *item)
{
    const struct section *sections[] = {draft->own, draft->defaults};

    for (size_t i = 0; i < 2 && sections[i] != NULL; i++)
        for (size_t k = 0; k < sections[i]->count; k++) {
            const struct setting *setting = &sections[i]->settings[k];

            if (strcmp(setting->name, option) == 0 && strstr(setting->value, item) != NULL)
                return setting->place;
        }
    return draft_place(draft, option);
}

static void add_host(struct draft *draft, const char *option, const char *name, bool may_come,
                     const struct config_source *source, struct mistakes *mistakes)
{
    struct text_list addresses = {0};
    struct error error;

    if (!source->look_up(source->context, name, &addresses, &error)) {
        char excerpt[EXCERPT];

        utf8_excerpt(excerpt, sizeof excerpt, name);
        mistakes_add(mistakes, place_of(draft, option, name), "%s: '%s' has no address: %s", option,
                     excerpt, error.text);
    }
    for (size_t i = 0; i < addresses.count; i++) {
        struct network network;

        if (network_parse(addresses.items[i], &network, &error))
            access_add(&draft->service.access, &network, may_come, name);
    }
    text_list_free(&addresses);
}

static void add_list(struct draft *draft, const char *option, const struct text_list *list,
                     bool may_come, const struct config_source *source, struct mistakes *mistakes)
{
    for (size_t i = 0; i < list->count; i++) {
        struct network network;
        struct error ignored;

        if (network_parse(list->items[i], &network, &ignored))
            access_add(&draft->service.access, &network, may_come, list->items[i]);
        else
            add_host(draft, option, list->items[i], may_come, source, mistakes);
    }
}

void config_resolve_access(struct draft *draft, const struct config_source *source,
                           struct mistakes *mistakes)
{
    add_list(draft, "only_from", &draft->service.only_from, true, source, mistakes);
    add_list(draft, "no_access", &draft->service.no_access, false, source, mistakes);
    access_prepare(&draft->service.access);
}
