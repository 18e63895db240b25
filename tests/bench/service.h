#ifndef STDINETD_BENCH_SERVICE_H
#define STDINETD_BENCH_SERVICE_H

#include "core/error.h"

#include <stdbool.h>

/* stdinetd as a Windows service for as long as it is measured; whoever runs the bench must be an
   administrator. It does not start by itself, so that a bench that was killed leaves nothing that
   runs. */

/* Installs and starts it, with the table in ini. */
bool service_begin(const char *server, const char *name, const char *ini, struct error *error);

/* Stops it, with its connections, and removes it. */
void service_end(const char *server, const char *name);

#endif
