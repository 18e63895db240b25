#ifndef STDINETD_SERVER_CONNECTION_MEND_H
#define STDINETD_SERVER_CONNECTION_MEND_H

#include "server/connection.h"

/* The server's own I/O for a connection whose packet never comes, so that nobody would ever go on:
   not seen with Windows, but under Wine a wake-up gets lost now and then. */

enum { CONNECTION_LOOK = 0x100 }; /* a message that is no job's */

/* For the sweep: where I/O is done and nobody has heard of it, its packet may still be on its way.
   So a message (CONNECTION_LOOK) is sent round behind it. */
void connection_look_for_lost(struct connection *connection);

/* The message has come round. If no packet has since its turns were read, it is lost, and made up
   for. */
void connection_mend(struct connection *connection, DWORD turns);

#endif
