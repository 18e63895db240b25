#ifndef STDINETD_SERVER_ACCEPTING_H
#define STDINETD_SERVER_ACCEPTING_H

#include "server/server.h"

/* Listeners and their services: who listens where, and when the next connection is asked for. */

/* Opens the listener of one of the service's places, which has none; nothing is accepted yet. On
   failure *error names the service and the address. */
bool accepting_open(struct running_service *service, size_t place, struct error *error);

/* Says where it listens. */
void accepting_tell(const struct listener *listener);

/* Does so for a new one, which admission_ask then has accept. */
void accepting_begin(struct listener *listener);

/* Stops listening. With take_waiting, whoever is in the backlog already is accepted first. When it
   has closed it is gone, which never happens from inside. */
void accepting_end(struct listener *listener, bool take_waiting);

/* Closes one that nobody was told of; its service may be freed at once. */
void accepting_discard(struct running_service *service, size_t place);

/* A service without a listener at some place because Windows keeps the address: for the sweep,
   opens what can be opened now. */
void accepting_try_again(struct server *server);

/* Every listener, service by service; visit must not add or free one. */
void accepting_for_each(struct server *server, void *context,
                        void (*visit)(struct listener *listener, void *context));

#endif
