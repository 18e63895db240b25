#ifndef STDINETD_WINDOWS_PASSWORD_INPUT_H
#define STDINETD_WINDOWS_PASSWORD_INPUT_H

#include "core/error.h"

#include <stdbool.h>
#include <wchar.h>

/* Asks for the account's password: on the console, where it is not shown and, with twice, has to be
   typed the same again, since nobody sees a slip; else the first line of stdin, in UTF-8. Never an
   empty one. The caller gives it to password_forget. NULL with *error set on failure. */
wchar_t *password_ask(const char *account, bool twice, struct error *error);

/* Leaves nothing of it in memory; NULL is none. */
void password_forget(wchar_t *password);

#endif
