#ifndef STDINETD_SERVER_HANDLER_START_H
#define STDINETD_SERVER_HANDLER_START_H

#include "server/launch.h"
#include "server/running_service.h"

/* What every start of a service's program has in common, whether its connection is there or not. On
   a spawn thread. */

/* The pipes of one program; NULL where it has none. Starts as {0}. */
struct handler_pipes {
    HANDLE input, output;               /* our ends of its stdin and stdout, where stdio = pipe */
    HANDLE error_output;                /* … and of its stderr, where stderr = log */
    HANDLE childs_input, childs_output; /* its own ends, ours until it has been started */
    HANDLE childs_error_output;
};

/* A request to start it, but for environment, input, output, and what it reports to. */
struct launch handler_launch(const struct running_service *service);

/* Opens the pipes and puts what becomes the program's into the request. On failure the caller
   closes what is open. */
bool handler_pipes_open(struct handler_pipes *pipes, const struct running_service *service,
                        struct launch *request, struct launch_failure *failure);

/* Once it has been started, or could not be. */
void handler_pipes_close_childs(struct handler_pipes *pipes);

/* All that is open; what has been handed on must have become NULL. */
void handler_pipes_close(struct handler_pipes *pipes);

#endif
