#ifndef STDINETD_WINDOWS_HANDLE_H
#define STDINETD_WINDOWS_HANDLE_H

#include <winsock2.h>
#include <windows.h>

/* Closes what is there, and forgets it; NULL is nothing. */
void handle_close(HANDLE *handle);

#endif
