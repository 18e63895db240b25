#ifndef STDINETD_ASK_H
#define STDINETD_ASK_H

#include "core/control_request.h"

#include <stdbool.h>
#include <stdint.h>

/* The commands that ask a running server through its control pipe. Each returns the exit code. */

/* Prints what the server answers. */
int ask_status(const char *name, bool as_json);

/* The same once a second, until the server is gone: in a console in one place, elsewhere one below
   the other. */
int ask_watch(const char *name);

/* Has it read its file again and shows what that changed, or the mistakes (2). */
int ask_reload(const char *name);

/* Has it stop, with now without waiting for its connections, and waits until it is gone. 0: every
   connection was finished; 1: some had to be cut short. */
int ask_stop(const char *name, bool now);

/* Whether it answers, and says that it listens on this port. */
bool ask_listens(const char *name, uint16_t port);

#endif
