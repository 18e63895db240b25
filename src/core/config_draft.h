#ifndef STDINETD_CORE_CONFIG_DRAFT_H
#define STDINETD_CORE_CONFIG_DRAFT_H

#include "core/config.h"
#include "core/config_sections.h"
#include "core/mistakes.h"

#include <stdbool.h>
#include <stddef.h>

/* A service on its way into the config, with where it was written, so that messages can say the
 * place. */
struct draft {
    struct service service;
    const struct section *own;
    const struct section *defaults; /* NULL where there is none */
};

/* Starts as {0}. */
struct draft_list {
    struct draft *items;
    size_t count;
};

/* Whether an option is written for this service, and where: its own, or that of [defaults]; where
   it is not written, the place of the service. */
bool draft_has(const struct draft *draft, const char *option);
struct place draft_place(const struct draft *draft, const char *option);

/* What one option cannot tell: options that are missing or cannot work together, and services on
   one address and port. Needs names. */
void config_check(const struct draft_list *drafts, struct mistakes *mistakes);

/* What a service with workers inherits of options that mean nothing for them is not for it. And
   what cannot be with workers, or without. */
void config_settle_workers(struct draft *draft);
void config_check_workers(const struct draft *draft, struct mistakes *mistakes);

/* Fills in program, command_line, folder and access, from what this machine knows. */
void config_resolve(struct draft *draft, const char *base, const struct config_source *source,
                    struct mistakes *mistakes);

/* Of these, access. */
void config_resolve_access(struct draft *draft, const struct config_source *source,
                           struct mistakes *mistakes);

#endif
