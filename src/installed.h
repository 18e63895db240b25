#ifndef STDINETD_INSTALLED_H
#define STDINETD_INSTALLED_H

#include "windows/service_manager.h"

#include <stdbool.h>

/* Whether a service is one that stdinetd has installed: others may have any name, and nobody wants
   them stopped or removed by mistake. Then *program, where not NULL, is its program, which the
   caller frees. */
bool installed_is_ours(const struct service_info *info, char **program);

#endif
