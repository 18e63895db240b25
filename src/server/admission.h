#ifndef STDINETD_SERVER_ADMISSION_H
#define STDINETD_SERVER_ADMISSION_H

#include "server/connection.h"

/* Who may be served now: the limits that a connection meets before anything is started for it. */

/* Once, before the first service and after the last. */
bool admission_open(struct server *server, struct error *error);
void admission_close(struct server *server);

/* A service that has its tally: its settings are the newest of that name. And the end of the last
   one of that name: what is known of its refusals has its summary. */
void admission_begin(struct running_service *service);
void admission_end_tally(struct tally *tally);

/* The server's own instances may have changed. */
void admission_resize(struct server *server);

/* There may be more room than before: lets in who waits, and has listeners ask. */
void admission_look(struct server *server);

/* Logs how many were refused without a record, as far as that is due (UINT64_MAX: all). */
void admission_report(struct server *server, uint64_t now_ms);

/* Decides on a connection that has just arrived: it is launched, waits, or is refused (and is
 * gone). */
void admission_arrive(struct connection *connection);

/* A connection that was admitted needs no room any more: whoever waits gets it, and listeners that
   had stopped asking ask again. */
void admission_leave(struct connection *connection);

/* Takes a connection that waits out of the queue. */
void admission_forget(struct connection *connection);

/* Whether a service's listeners should ask for one more connection. */
bool admission_is_open(const struct running_service *service);

/* Whether its listeners may ask for several at a time: for as many as all listeners could then have
   accepted there is room. */
bool admission_is_wide_open(const struct running_service *service);

/* Whether a client that comes again as soon as it sees the end of its connection is refused where
   the server does not know of that end yet. */
bool admission_needs_every_end(const struct service *settings);

/* Has every listener that should ask for a connection do so; quietly goes on where one cannot.
   Returns how many began to. */
size_t admission_ask(struct server *server);

#endif
