#ifndef STDINETD_BENCH_ROWS_H
#define STDINETD_BENCH_ROWS_H

#include "side.h"

enum row_kind {
    ROW_SPAWN,      /* connections per second; a ratio of two sides */
    ROW_BYTES,      /* MB per second over one connection; a ratio of two sides */
    ROW_FIRST_BYTE, /* ms until a client, the only one, has a first byte; a ratio of two sides */
    ROW_THREADS,    /* how many more threads stdinetd has while connections are live */
    ROW_MEMORY      /* KiB of private memory per live connection */
};

/* One line of the table: what is measured, against what, and what it must reach. */
struct row {
    const char *name;
    enum row_kind kind;
    double goal; /* at least, or at most: see row_goal_is_most */
    bool goal_is_for_wine;
    bool only_on_request;
    struct side_plan subject;
    struct side_plan yardstick; /* unused by counts */
    const char *ask;            /* first bytes: what the client says before it is answered */
};

extern const struct row row_table[];
extern const size_t row_count;

bool row_is_ratio(const struct row *row);
bool row_goal_is_most(const struct row *row);
const char *row_unit(const struct row *row); /* of its figures: "/s" */

/* NULL where there is no row of that name. */
const struct row *row_find(const char *name);

#endif
