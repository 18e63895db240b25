#ifndef STDINETD_CORE_REDIRECT_TARGET_H
#define STDINETD_CORE_REDIRECT_TARGET_H

#include "core/error.h"

#include <stdbool.h>
#include <stdint.h>

enum { REDIRECT_HOST_SIZE = 256 }; /* the longest name of DNS has 253 bytes */

/* Where the option redirect leads. */
struct redirect_target {
    char host[REDIRECT_HOST_SIZE]; /* a name or an address, without brackets */
    uint16_t port;                 /* never 0 */
};

/* "HOST PORT", an IPv6 address also in brackets. Returns false with *error set. */
bool redirect_target_parse(const char *text, struct redirect_target *target, struct error *error);

#endif
