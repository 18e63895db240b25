#ifndef STDINETD_SERVER_CONNECTION_WORKER_H
#define STDINETD_SERVER_CONNECTION_WORKER_H

#include "server/connection.h"

/* A connection that a worker serves. It is launching until a worker has accepted it, and has no
   handles of a process of its own. */

bool connection_has_workers(const struct connection *connection);

/* A worker is to serve it; in the end connection_ended is called, never from inside. */
void connection_await_worker(struct connection *connection);

/* For connection_end: while it is launching, and when it is served; the latter for the end of
   max_time, since at a stop the worker itself is asked. */
void connection_end_awaiting(struct connection *connection, const char *reason);
void connection_end_worker(struct connection *connection);

/* Its timer, in both states. */
void connection_worker_timer(struct connection *connection);

/* For the sweep, of any connection: sees to its keepalive where it has a worker. */
void connection_keep_alive(struct connection *connection);

/* For its worker: it has accepted it; could not, for that Windows error; is done with it; is gone.
   And it cannot be given to it, for that reason. */
void connection_accept_worker(struct connection *connection);
void connection_reject_worker(struct connection *connection, DWORD code);
void connection_leave_worker(struct connection *connection, bool has_shut_down);
void connection_lose_worker(struct connection *connection);
void connection_fail_worker(struct connection *connection, const char *sentence);

#endif
