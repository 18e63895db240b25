#ifndef STDINETD_WINDOWS_STATION_H
#define STDINETD_WINDOWS_STATION_H

#include "core/error.h"

#include <winsock2.h>
#include <windows.h>

/* Lets whoever has this SID use the window station and the desktop of this process, as every
   program must that loads user32.dll: without it a program ends with 0xC0000142 before it begins.
   They are this process's own where it is a service with an account of its own. */
bool station_admit(PSID sid, struct error *error);

#endif
