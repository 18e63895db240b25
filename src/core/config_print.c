/* From a config back to an ini file. */
#include "core/config_draft.h"
#include "core/option_write.h"
#include "core/text_buffer.h"

#include <stdlib.h>

/* What says something of a program is left out where there is none. */
static bool add_options(struct text_buffer *out, enum option_section section, const void *target,
                        const struct service *service, struct error *error)
{
    for (size_t i = 0; i < option_count; i++)
        if (option_table[i].section == section &&
            (service == NULL || service_can_have(service, &option_table[i])) &&
            !option_write(&option_table[i], target, out, error))
            return false;
    return true;
}

char *config_print(const struct config *config, struct error *error)
{
    struct text_buffer out = {0};
    text_buffer_add_text(&out,
                         "; What stdinetd would serve. Services that are disabled are left out.\n"
                         "\n[server]\n");
    bool good = add_options(&out, SECTION_SERVER, config, NULL, error);
    for (size_t i = 0; i < config->service_count && good; i++) {
        const struct service *service = &config->services[i];
        text_buffer_add_text(&out, "\n[service ");
        text_buffer_add_text(&out, service->name);
        text_buffer_add_text(&out, "]\n");
        good = add_options(&out, SECTION_SERVICE, service, service, error) ||
               error_prefix(error, "service '%s'", service->name);
    }
    if (good)
        return out.text;
    free(out.text);
    return NULL;
}
