#ifndef STDINETD_SERVER_CONNECTION_FINISH_H
#define STDINETD_SERVER_CONNECTION_FINISH_H

#include "server/connection.h"

/* The end of a connection, from when nobody serves it any more until it is closed. */

/* Why it is not a plain exit, a constant for the log; the first reason is the one that counts. */
void connection_give_reason(struct connection *connection, const char *reason);

/* Nobody serves it any more, or ever did, for that reason or NULL: what its handler wrote goes to
   the client, then it lingers. */
void connection_ended(struct connection *connection, const char *reason);

/* The client has had all that there is for it. */
void connection_linger(struct connection *connection);

/* The server ends: what lingers does so for a moment only. */
void connection_hurry(struct connection *connection);

/* One of its open_parts has ended; with the last one it is closed. */
void connection_part_ended(struct connection *connection);

/* It has no open part: it has its record, unless it was refused, and is forgotten. */
void connection_close(struct connection *connection);

/* Nothing of it is under way, and nobody is told. */
void connection_forget(struct connection *connection);

#endif
