#ifndef STDINETD_SERVER_STOP_H
#define STDINETD_SERVER_STOP_H

#include "server/server.h"

/* The way out. Ctrl-C drains: nobody new comes in, who is in may finish within drain. A second
   Ctrl-C ends the handlers' jobs at once. Ctrl-Break, and the closing of the console, ask the
   handlers to end and end their jobs 2 s later, because Windows gives 5 s in all. */

/* From here on console events stop the server. */
bool stop_prepare(struct server *server, struct error *error);

/* As Ctrl-C does (now: as Ctrl-Break), for whoever asks through the control pipe. */
void stop_begin(struct server *server, bool now);

/* As one Ctrl-C, from any thread; until the host is told that the server is finished. */
void stop_request(struct server *server);

/* Does what the console has asked for; its packet does this by itself, and the sweep in case one
   was lost. */
void stop_look(struct server *server);

/* The server is closed: a closing console may go on, and events mean nothing any more. */
void stop_finish(struct server *server);

#endif
