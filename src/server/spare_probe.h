#ifndef STDINETD_SERVER_SPARE_PROBE_H
#define STDINETD_SERVER_SPARE_PROBE_H

#include <stdbool.h>

struct server;

/* Whether AcceptEx can connect a socket that a suspended process holds already, and the process has
   a connected one then: tried once, with this program as the process and a connection of its own on
   the loopback address. Any thread, one at a time. */
bool spare_probe(struct server *server);

#endif
