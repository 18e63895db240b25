#ifndef STDINETD_TESTS_SOAK_VISIT_H
#define STDINETD_TESTS_SOAK_VISIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <winsock2.h>

/* What one client does, from connecting to closing, chosen by its number and the seed alone. Any
   thread; nothing here ends the program, whatever the server does. */

enum outcome {
    SERVED,  /* everything came, and an orderly end */
    REFUSED, /* an end and nothing before it, where that may be */
    LEFT,    /* the client itself did not want to wait for the end */
    LOST     /* what had to come did not; complaint says more */
};

/* The services; those that only impolite clients visit have names that begin with "rude". */
enum place { UPPER, ANSWER, FLOOD, SMALL, RUDE_UPPER, RUDE_ANSWER, RUDE_FLOOD, PLACES };

struct visit {
    /* given */
    uint64_t seed;
    unsigned long number;
    const struct sockaddr_in *addresses; /* PLACES of them */

    /* found */
    const char *kind; /* what the client means to do */
    enum place place;
    unsigned port;       /* its own */
    uint64_t longest_ms; /* … that it waited for anything */
    char complaint[200];

    uint64_t random;
    SOCKET socket;
};

/* [service …] sections, for PLACES services in this order. */
extern const char visit_services[];
const char *visit_service_name(enum place place);

enum outcome visit_make(struct visit *visit);

/* A client that sees its visit through, of that service. */
enum outcome visit_plainly(struct visit *visit, enum place place);

#endif
