#include "core/refusals.h"

#include "core/memory.h"
#include "core/rate.h"

#include <stdlib.h>

enum { SOURCES = 1024, SUMMARY_MS = 60000 };

static const struct rate each_source = {.count = 1, .per_ms = 60000, .burst = 100};
static const struct rate each_reason = {.count = 60, .per_ms = 60000, .burst = 1000};

struct refusals {
    struct source_table *sources; /* held: refusals that were not told */
    size_t place;                 /* where refusals_next goes on */
};

const char *refusal_name(enum refusal reason)
{
    static const char *const names[] = {[REFUSED_ONLY_FROM] = "only_from",
                                        [REFUSED_NO_ACCESS] = "no_access",
                                        [REFUSED_ACCESS_TIMES] = "access_times",
                                        [REFUSED_PER_SOURCE] = "per_source",
                                        [REFUSED_PER_SOURCE_RATE] = "per_source_rate",
                                        [REFUSED_INSTANCES] = "instances",
                                        [REFUSED_WORKERS] = "workers"};

    return names[reason];
}

struct refusals *refusals_new(const uint64_t seed[2])
{
    struct refusals *refusals = memory_zeroed(1, sizeof *refusals);

    refusals->sources = source_table_new(SOURCES, seed);
    return refusals;
}

void refusals_free(struct refusals *refusals)
{
    if (refusals == NULL)
        return;
    source_table_free(refusals->sources);
    free(refusals);
}

bool refusals_tell(struct refusals *refusals, uint32_t service, struct refusal_totals *totals,
                   enum refusal reason, const struct ip *ip, uint64_t now_ms)
{
    uint32_t owner = service * REFUSALS + (uint32_t)reason;
    struct source *source = source_table_get(refusals->sources, owner, ip);

    if (source != NULL && rate_wait_ms(&each_source, source->rate, now_ms) > 0) {
        if (source->held == 0)
            source->due_ms = now_ms + SUMMARY_MS;
        source_hold(refusals->sources, source);
        return false;
    }
    if (source == NULL || rate_wait_ms(&each_reason, totals->of[reason].rate, now_ms) > 0) {
        if (totals->of[reason].untold++ == 0)
            totals->of[reason].due_ms = now_ms + SUMMARY_MS;
        return false;
    }
    rate_take(&each_source, &source->rate, now_ms);
    rate_take(&each_reason, &totals->of[reason].rate, now_ms);
    return true;
}

bool refusal_totals_next(struct refusal_totals *totals, uint64_t now_ms,
                         struct refusal_summary *summary)
{
    for (size_t i = 0; i < REFUSALS; i++) {
        if (totals->of[i].untold == 0 || totals->of[i].due_ms > now_ms)
            continue;
        summary->reason = (enum refusal)i;
        summary->source[0] = '\0';
        summary->count = totals->of[i].untold;
        totals->of[i].untold = 0;
        return true;
    }
    return false;
}

bool refusals_next(struct refusals *refusals, uint64_t now_ms, struct refusal_summary *summary)
{
    struct source *source;

    while ((source = source_table_next_held(refusals->sources, &refusals->place)) != NULL &&
           source->due_ms > now_ms) {
    }
    if (source == NULL) {
        refusals->place = 0;
        return false;
    }
    *summary = (struct refusal_summary){.service = source->owner / REFUSALS,
                                        .reason = (enum refusal)(source->owner % REFUSALS),
                                        .count = source->held};
    source_text(source, summary->source);
    source_release(refusals->sources, source, source->held);
    return true;
}
