#ifndef STDINETD_CORE_CONFIG_INCLUDE_H
#define STDINETD_CORE_CONFIG_INCLUDE_H

#include "core/config.h"
#include "core/config_sections.h"
#include "core/mistakes.h"

#include <stddef.h>

/* Adds what the files hold that the option include names. sections is what the main file of
   `length` bytes holds. What messages call the files is kept in names, which must live as long as
   sections and mistakes. */
void config_include(struct section_list *sections, size_t length,
                    const struct config_source *source, struct text_list *names,
                    struct mistakes *mistakes);

#endif
