#ifndef STDINETD_CORE_CONFIG_CHANGE_H
#define STDINETD_CORE_CONFIG_CHANGE_H

#include "core/config.h"

/* What a new configuration changes in the one that is served. */

/* Appends the names of the options in which two services of one name differ; none where both would
   be served in the same way. An option also differs where what it stands for has changed: a program
   found elsewhere, a host name with other addresses. */
void service_compare(const struct service *a, const struct service *b, struct text_list *options);

/* Gives every option of [server] that only a start can change (RELOAD_NEVER) the value that it has
   in served, and appends the names of those in which the two differed. */
void config_keep_fixed(struct config *config, const struct config *served,
                       struct text_list *options);

/* Appends the names of the options of [server] in which the two differ. */
void config_compare(const struct config *a, const struct config *b, struct text_list *options);

#endif
