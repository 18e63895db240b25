#ifndef STDINETD_SERVER_RIGHTS_H
#define STDINETD_SERVER_RIGHTS_H

#include "core/config.h"
#include "windows/logon.h"

/* What a service's handlers may do, as user, privileges and integrity say: made once for all of
   them, because a token is dear. Starts as {0}. */
struct rights {
    HANDLE token;       /* NULL: the server's own, and all its rights */
    struct logon logon; /* {0} where they run as the server's user */
};

/* False with *error set where a server may not do that, or nobody could. The caller calls
   rights_close, whatever is returned. */
bool rights_open(struct rights *rights, const struct service *service, struct error *error);
void rights_close(struct rights *rights);

#endif
