#ifndef STDINETD_SERVER_LISTENER_PLACE_H
#define STDINETD_SERVER_LISTENER_PLACE_H

#include "windows/socket.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where to listen, resolved. */
struct listener_place {
    struct sockaddr_storage storage;
    int length;
    bool any; /* "*" */
};

/* Resolves one entry of bind and a port; a name may have several addresses. The caller frees
 *places. Blocks while a name is looked up. */
bool listener_resolve(const char *bind, uint16_t port, struct listener_place **places,
                      size_t *count, struct error *error);

uint16_t listener_place_port(const struct listener_place *place);
bool listener_places_equal(const struct listener_place *a, const struct listener_place *b);

/* Whether no two sockets can listen at both (SO_EXCLUSIVEADDRUSE). */
bool listener_places_overlap(const struct listener_place *a, const struct listener_place *b);

/* "127.0.0.1:7000", "*:7000". */
void listener_place_text(const struct listener_place *place, char text[ADDRESS_TEXT_SIZE]);

#endif
