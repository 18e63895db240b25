#ifndef STDINETD_SERVER_CONNECTION_INTERNAL_H
#define STDINETD_SERVER_CONNECTION_INTERNAL_H

#include "server/connection.h"

/* A connection that the server serves itself. */

bool connection_is_internal(const struct connection *connection);

/* It serves at once; connection_ended is called in the end, never from inside. */
void connection_serve_internally(struct connection *connection);

#endif
