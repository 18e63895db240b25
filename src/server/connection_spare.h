#ifndef STDINETD_SERVER_CONNECTION_SPARE_H
#define STDINETD_SERVER_CONNECTION_SPARE_H

#include "server/connection.h"

/* A connection and the process that was started before it came. */

/* Serves it by a spare of its service. False where there is none, or none that is good: then its
   handler is to be started as ever. */
bool connection_serve_by_spare(struct connection *connection);

/* It is not going to be served; what holds its socket is ended. */
void connection_drop_spare(struct connection *connection);

#endif
