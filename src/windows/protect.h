#ifndef STDINETD_WINDOWS_PROTECT_H
#define STDINETD_WINDOWS_PROTECT_H

#include "core/error.h"

#include <stdbool.h>

/* Where this process is an administrator's, closes it to programs of the same user that run with
   dropped rights (token_restrict): it belongs to Administrators then, and only they and the system
   may open it, others only wait for its end. By default Windows lets everything of its logon
   session read its memory and end it. Any other process is its user's, and no access list keeps him
   out of it. */
bool protect_own_process(struct error *error);

#endif
