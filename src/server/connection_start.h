#ifndef STDINETD_SERVER_CONNECTION_START_H
#define STDINETD_SERVER_CONNECTION_START_H

#include "server/connection.h"

/* On a spawn thread: one try to start the handler of the connection whose task it is. Fills in what
   a launch finds: launched, failure, child, error_pipe, relay. */
void connection_start(struct spawn_task *task);

#endif
