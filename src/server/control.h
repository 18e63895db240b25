#ifndef STDINETD_SERVER_CONTROL_H
#define STDINETD_SERVER_CONTROL_H

#include "server/server.h"

/* The control pipe of a running server: status, reload and stop (core/control_request.h has the
   protocol). All of it runs on the loop; a client that is slow, silent or talks nonsense costs one
   instance of the pipe for a few seconds, and the oldest such makes room where there are too many.
 */

struct control;

/* Never fails: a server that cannot be asked serves all the same. That the name is taken is said in
   the log. */
struct control *control_start(struct server *server);

/* Once a second: makes up for an instance that could not be had. */
void control_look(struct control *control);

/* After the loop has ended. */
void control_close(struct control *control);

/* What "status" shows; the caller frees it. */
char *control_status(struct server *server, bool as_json);

#endif
