#ifndef STDINETD_TESTS_FAKE_DISK_H
#define STDINETD_TESTS_FAKE_DISK_H

#include "core/config.h"

/* A machine for the tests of configurations: the folder C:\srv with some programs, C:\Tools in
   PATH, and x.ini in C:\srv\etc. The folder C:\srv\etc\included is tests/config/included. */
extern const struct config_source fake_source;

#endif
