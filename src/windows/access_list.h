#ifndef STDINETD_WINDOWS_ACCESS_LIST_H
#define STDINETD_WINDOWS_ACCESS_LIST_H

#include "core/error.h"

#include <stdbool.h>
#include <winsock2.h>
#include <windows.h>

/* Who may do what with files and folders. */

/* Fails where the folder exists and belongs to somebody who is no administrator, or leads elsewhere
   (a link): whoever made it first may have put into it what he likes. */
bool access_list_check_folder(const char *path, struct error *error);

/* Makes the folder, or takes it over where access_list_check_folder allows it: for the system and
   administrators, and for service, who may read what is in it and make files there. What it makes
   it may change; of the rest nothing. *made: it was not there before. */
bool access_list_secure_folder(const char *path, PSID service, bool *made, struct error *error);

/* Takes away what the above has given to service, and the folder where it is empty. */
void access_list_leave_folder(const char *path, PSID service);

/* Who may change a file, or (of a folder) what is in it, and is neither an administrator nor the
   system: a name that the caller frees, or NULL. */
char *access_list_foreign_writer(const char *path);

/* Whether the account may read the file and, with execute, start it, as far as its access list says
   so without regard to the groups of a user. */
bool access_list_may_read(const char *path, PSID account, bool execute);

/* The same of lists in memory. The last makes the list that a folder with the list before, which
   may be NULL, gets with the service or without; the caller frees it. */
char *access_list_writer_in(PSECURITY_DESCRIPTOR descriptor);
bool access_list_readable_in(PSECURITY_DESCRIPTOR descriptor, PSID account, bool execute);
ACL *access_list_for_folder(ACL *before, PSID service, bool give);

#endif
