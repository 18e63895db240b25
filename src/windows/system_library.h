#ifndef STDINETD_WINDOWS_SYSTEM_LIBRARY_H
#define STDINETD_WINDOWS_SYSTEM_LIBRARY_H

#include <wchar.h>

/* Libraries of Windows that only some paths need. They are loaded there and stay: whatever the
   server has loaded makes the start of every handler dearer under Wine. */

/* A function of a library in the system's folder, and never from another place; the caller gives it
   its type. NULL with GetLastError() where there is none. */
void (*system_function(const wchar_t *library, const char *name))(void);

#endif
