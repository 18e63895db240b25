#ifndef STDINETD_SERVER_CONNECTION_LOG_H
#define STDINETD_SERVER_CONNECTION_LOG_H

#include "core/printf_like.h"
#include "server/connection.h"

/* What the log says of a connection. */

/* One record of it; detail may be NULL. */
void connection_log(const struct connection *connection, enum level level, const char *verb,
                    const char *detail);

/* What only a developer wants to know; whoever does not ask for it pays nothing. */
void connection_log_debug(const struct connection *connection, const char *verb, const char *format,
                          ...) PRINTF_LIKE(3, 4);

/* It is refused for that reason; detail says why to people. */
void connection_log_refusal(const struct connection *connection, enum refusal reason,
                            const char *detail);

/* Its end: exit code, time, and the reason where it was not a plain exit. */
void connection_log_close(const struct connection *connection);

#endif
