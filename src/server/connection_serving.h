#ifndef STDINETD_SERVER_CONNECTION_SERVING_H
#define STDINETD_SERVER_CONNECTION_SERVING_H

#include "server/connection.h"

/* A connection while somebody serves it: its handler, with the relay and the stream of its stderr,
   or the server itself. */

/* Its handler has been started. */
void connection_serve(struct connection *connection);

/* What its handler writes to stderr is the connection's from now on. */
void connection_take_errors(struct connection *connection, struct error_stream *stream);

/* Its relay has both its ends, and begins. */
void connection_begin_relay(struct connection *connection);

/* A message of the connection's job, or none (message 0: look whether one was lost). */
void connection_job_message(struct connection *connection, DWORD message, DWORD pid);

/* Asks the handler to end and ends its job stop_ms later; at once where it cannot be asked. */
void connection_end_handler(struct connection *connection, uint64_t stop_ms);

/* For whoever serves it. Somebody does from now on: it counts as started and has its record, which
   detail (may be NULL) is part of. Ends it when its max_time is over. Nobody can, as failure.error
   says: it counts as failed. */
void connection_begun(struct connection *connection, const char *detail);
void connection_limit_time(struct connection *connection);
void connection_failed(struct connection *connection);

#endif
