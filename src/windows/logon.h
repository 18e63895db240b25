#ifndef STDINETD_WINDOWS_LOGON_H
#define STDINETD_WINDOWS_LOGON_H

#include "core/error.h"

#include <winsock2.h>
#include <windows.h>

/* An account that is logged on so that programs can run as it. Starts as {0}. */
struct logon {
    HANDLE token;      /* a primary token */
    HANDLE profile;    /* its part of the registry; NULL where that is always there */
    char *environment; /* its variables, as environment_own_block gives those of this process */
};

/* Logs an account on: "LocalService" and "NetworkService" without a password, "NAME", ".\NAME",
   "DOMAIN\NAME" or "NAME@DOMAIN" with the one that secret_store has kept. Only LocalSystem may do
   all of it. The caller calls logon_close, whatever is returned. */
bool logon_open(struct logon *logon, const char *account, struct error *error);
void logon_close(struct logon *logon);

#endif
