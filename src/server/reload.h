#ifndef STDINETD_SERVER_RELOAD_H
#define STDINETD_SERVER_RELOAD_H

#include "server/server.h"

/* A new configuration for a server that runs. It is loaded, checked and resolved whole, off the
   loop; with one mistake, or one new address that cannot be had, nothing changes. Otherwise only
   what differs does:

   - a service that is the same keeps everything, above all its listeners;
   - one that has changed goes on under its new settings with the listeners whose places it still
     has; who was accepted before goes on under the old ones;
   - a place that is wanted no more takes who waits in its backlog, then closes; where a new one
     overlaps it, it is closed first, and opened again if the new one cannot be;
   - a place that Windows keeps because connections of ours are open there is tried every second.

   One reload at a time. */

struct reload;

/* loader may be NULL: every reload is refused. Freed by reload_close, after the loop has ended;
   that waits where a configuration is just being loaded. */
struct reload *reload_new(struct server *server, const struct config_loader *loader);
void reload_close(struct reload *reload);

/* Begins one. done is called once, perhaps at once and from inside, with the exit code (0; 2 where
   the configuration has mistakes; 1 where something else is in the way) and what to tell the user,
   borrowed for the call. */
void reload_begin(struct server *server,
                  void (*done)(void *context, uint32_t exit_code, const char *text), void *context);

/* Has one begin, from any thread; the server's host is told of its end. */
void reload_request(struct server *server);

bool reload_is_under_way(const struct server *server);

/* Begins one that was requested, and goes on where a listener had to close first; and for the
 * sweep, in case a wake-up was lost. */
void reload_look(struct server *server);

#endif
