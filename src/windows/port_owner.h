#ifndef STDINETD_WINDOWS_PORT_OWNER_H
#define STDINETD_WINDOWS_PORT_OWNER_H

#include <stdbool.h>
#include <stdint.h>

/* Whether the process listens on this TCP port, at any address. */
bool port_is_owned_by(uint16_t port, uint32_t pid);

#endif
