#ifndef STDINETD_WINDOWS_ACCOUNT_H
#define STDINETD_WINDOWS_ACCOUNT_H

#include "core/error.h"

#include <stdbool.h>
#include <winsock2.h>
#include <windows.h>

/* An account that a service runs under. */
struct account {
    char *name;          /* as the service manager wants it; NULL: LocalSystem */
    PSID sid;            /* NULL where there is none before the service is there */
    bool is_user;        /* somebody's: may have to be allowed to log on as a service */
    bool needs_password; /* and has a password */
};

/* What a user writes: LocalService, NetworkService, LocalSystem, with or without "NT AUTHORITY\";
   "NT SERVICE\NAME" of the service itself; a user of this machine or of a domain. The caller frees
   the account, whatever is returned. */
bool account_resolve(struct account *account, const char *given, const char *service,
                     struct error *error);
void account_free(struct account *account);

/* The SID that Windows gives a service of this name; freed by the caller. NULL where it gives none
   (Wine 8). */
PSID account_service_sid(const char *service);

/* Grants the right to log on as a service. */
bool account_allow_service(const struct account *account, struct error *error);

#endif
