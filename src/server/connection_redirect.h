#ifndef STDINETD_SERVER_CONNECTION_REDIRECT_H
#define STDINETD_SERVER_CONNECTION_REDIRECT_H

#include "server/connection.h"

/* A connection that is copied to one with another server, as the option redirect says. */

bool connection_is_redirect(const struct connection *connection);

/* Has its target's name looked up, where it is one, on a thread that no handler's start needs, and
   tries the addresses in turn, for 10 seconds in all; then it is served, or fails. */
void connection_redirect(struct connection *connection);

/* While it is launching: its time is over, or it has to end. */
void connection_redirect_is_late(struct connection *connection);
void connection_redirect_cancel(struct connection *connection, const char *reason);

#endif
