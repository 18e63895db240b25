#ifndef STDINETD_TESTS_SOAK_TALLY_H
#define STDINETD_TESTS_SOAK_TALLY_H

#include "system/output.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the server's log says of all connections, read as it grows. Starts as {0}. */
struct tally {
    struct output *log;
    size_t read; /* bytes of the log */

    unsigned char *seen; /* by the number of a connection: the records it has had */
    size_t size;
    uint64_t accepted;  /* the highest number */
    uint64_t ended;     /* refused, or closed */
    uint64_t opened;    /* all services */
    uint64_t opened_to; /* those whose name does not begin with "rude" */
    uint64_t refused, failed;
    uint64_t twice;     /* records that the connection had had before, or should not have */
    uint64_t blemished; /* ordinary clients whose close is not a plain "exit 0" */
    uint64_t mended;    /* what the sweep had to mend */
    uint64_t unexplained;
    double longest; /* seconds, of an ordinary connection */
};

/* Takes what has come since the last time; shows whatever should not be in such a log. */
void tally_read(struct tally *tally);

/* Whether every connection up to the last has been refused or closed. refused: how many were, as
   their clients know; most of them have no record, but are counted in a later one. */
bool tally_is_complete(const struct tally *tally, uint64_t refused);

/* Shows the connections that have no end. */
void tally_show_open(const struct tally *tally);

void tally_free(struct tally *tally);

#endif
