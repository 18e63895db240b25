#ifndef STDINETD_SERVER_SWEEP_H
#define STDINETD_SERVER_SWEEP_H

#include "server/server.h"

/* Once a second the server looks for what a lost message or a shortage has left behind: launches
   whose result nobody heard of, handlers whose end nobody heard of, listeners that do not accept
   although they should. A listener that had to be mended is a warning in the log, because that
   should not happen. */
void sweep_start(struct server *server);

#endif
