#ifndef STDINETD_WINDOWS_TOKEN_H
#define STDINETD_WINDOWS_TOKEN_H

#include "core/error.h"

#include <winsock2.h>
#include <windows.h>

/* Access tokens: what a process may do. */

/* What a token says of itself (TOKEN_USER …), this process's where token is NULL; freed by the
   caller. NULL with GetLastError() on failure. */
void *token_query(HANDLE token, TOKEN_INFORMATION_CLASS kind);

/* What this process is: whether the group Administrators counts for it (of an administrator whom
   UAC has not raised it does not), and whether it runs as a user, or as LocalSystem. */
bool token_is_administrator(void);
bool token_is_user(PSID sid);
bool token_is_local_system(void);

/* Whether it was started by the service manager: then it is in the group SERVICE, or LocalSystem.
 */
bool token_is_service(void);

/* What a restricted token lacks that its original has. {0}: nothing. */
struct token_restriction {
    /* All privileges but SeChangeNotifyPrivilege; and Administrators and the SIDs of services
       (S-1-5-80-…), the user's own included, do not grant anything any more (deny-only). */
    bool drop;
    /* The integrity level is at most this one (SECURITY_MANDATORY_LOW_RID …); 0 keeps it. */
    DWORD integrity;
};

/* A primary token for CreateProcessAsUser with fewer rights than original has, or where that is
   NULL than this process has; one of the latter kind asks for no privilege. What its processes make
   is theirs and the system's (the token's default access list). The caller closes it; NULL with
   *error set on failure. */
HANDLE token_restrict(HANDLE original, const struct token_restriction *restriction,
                      struct error *error);

#endif
