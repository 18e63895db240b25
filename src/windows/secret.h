#ifndef STDINETD_WINDOWS_SECRET_H
#define STDINETD_WINDOWS_SECRET_H

#include "core/error.h"

#include <stdbool.h>
#include <wchar.h>

/* Passwords of accounts, kept by the local security authority of Windows (LSA private data), which
   lets administrators write and the system read them. An account is called as in the option user;
   case and a leading ".\" do not count. */

/* Stores a password in the place of an older one; NULL removes that. */
bool secret_store(const char *account, const wchar_t *password, struct error *error);

/* The stored one, to be handed to secret_free; NULL with *error set where there is none. */
wchar_t *secret_read(const char *account, struct error *error);

/* Wipes it first. NULL is fine. */
void secret_free(wchar_t *password);

#endif
