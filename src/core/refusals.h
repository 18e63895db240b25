#ifndef STDINETD_CORE_REFUSALS_H
#define STDINETD_CORE_REFUSALS_H

#include "core/ip.h"
#include "core/source_table.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Who was refused, and why, without the log drowning in it. Of one service, reason and source a
   hundred refusals have a record each and then one a minute, and of one service and reason a
   thousand and then sixty a minute; the others are counted, and a minute later a summary tells how
   many there were. Records and summaries together always add up to what was refused. */

enum refusal {
    REFUSED_ONLY_FROM,
    REFUSED_NO_ACCESS,
    REFUSED_ACCESS_TIMES,
    REFUSED_PER_SOURCE,
    REFUSED_PER_SOURCE_RATE,
    REFUSED_INSTANCES,
    REFUSED_WORKERS,
    REFUSALS /* how many there are */
};

/* As the option is called. */
const char *refusal_name(enum refusal reason);

/* Of one service, whatever the source. Starts as {0}. */
struct refusal_totals {
    struct {
        uint64_t rate;
        uint64_t untold; /* those that stand in no source's account */
        uint64_t due_ms;
    } of[REFUSALS];
};

/* Of every source. */
struct refusals;

/* seed as for source_table_new. Freed by the caller. */
struct refusals *refusals_new(const uint64_t seed[2]);
void refusals_free(struct refusals *refusals);

/* One has been refused: true where it gets a record of its own, else it is counted. service is a
   number that the caller knows it by, below REFUSAL_SERVICES; totals are that service's. */
#define REFUSAL_SERVICES (UINT32_MAX / REFUSALS)
bool refusals_tell(struct refusals *refusals, uint32_t service, struct refusal_totals *totals,
                   enum refusal reason, const struct ip *ip, uint64_t now_ms);

/* Refusals without a record. */
struct refusal_summary {
    uint32_t service;
    enum refusal reason;
    char source[SOURCE_TEXT_SIZE]; /* "" where they came from many */
    uint64_t count;
};

/* The next summary that is due of a source, until there is none; UINT64_MAX as time gets all of
   them. */
bool refusals_next(struct refusals *refusals, uint64_t now_ms, struct refusal_summary *summary);

/* The same of what stands in no source's account; service is left alone. */
bool refusal_totals_next(struct refusal_totals *totals, uint64_t now_ms,
                         struct refusal_summary *summary);

#endif
