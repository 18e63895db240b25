#ifndef STDINETD_WINDOWS_FIREWALL_H
#define STDINETD_WINDOWS_FIREWALL_H

#include "core/error.h"

#include <stdbool.h>

/* Rules of the Windows firewall, by 'netsh advfirewall'. Need an administrator. */

/* Lets TCP connections in to a program, under the name of a rule. */
bool firewall_allow(const char *rule, const char *program, struct error *error);

/* Removes the rules of that name for that program. That there is none is fine. */
void firewall_forget(const char *rule, const char *program);

#endif
