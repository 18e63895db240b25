#include "core/refusals.h"

#include "core/memory.h"
#include "core/rate.h"

#include <stdlib.h>

enum { SOURCES = 1024, SUMMARY_MS = 60000 };

static const struct rate each_source = {.count = 1, .per_ms = 60000, .burst = 100};
static const struct rate each_reason = {.count = 60, .per_ms = 60000, .burst = 1000};

/* Of one service and reason, whatever the source. */
struct total {
    uint64_t rate;
    uint64_t untold; /* those that stand in no source's account */
    uint64_t due_ms;
};

struct refusals {
    struct source_table *sources; /* held: refusals that were not told */
    struct total *totals;
    size_t total_count;
    size_t place; /* where refusals_next goes on: totals first, then sources */
};

const char *refusal_name(enum refusal reason)
{
    static const char *const names[] = {[REFUSED_ONLY_FROM] = "only_from",
                                        [REFUSED_NO_ACCESS] = "no_access",
                                        [REFUSED_ACCESS_TIMES] = "access_times",
                                        [REFUSED_PER_SOURCE] = "per_source",
                                        [REFUSED_PER_SOURCE_RATE] = "per_source_rate",
                                        [REFUSED_INSTANCES] = "instances"};

    return names[reason];
}

struct refusals *refusals_new(size_t services, const uint64_t seed[2])
{
    struct refusals *refusals = memory_zeroed(1, sizeof *refusals);

    refusals->sources = source_table_new(SOURCES, seed);
    refusals->total_count = services * REFUSALS;
    refusals->totals = memory_zeroed(refusals->total_count, sizeof *refusals->totals);
    return refusals;
}

void refusals_free(struct refusals *refusals)
{
    if (refusals == NULL)
        return;
    source_table_free(refusals->sources);
    free(refusals->totals);
    free(refusals);
}

bool refusals_tell(struct refusals *refusals, size_t service, enum refusal reason,
                   const struct ip *ip, uint64_t now_ms)
{
    size_t owner = service * REFUSALS + (size_t)reason;
    struct total *total = &refusals->totals[owner];
    struct source *source = source_table_get(refusals->sources, (uint32_t)owner, ip);

    if (source != NULL && rate_wait_ms(&each_source, source->rate, now_ms) > 0) {
        if (source->held == 0)
            source->due_ms = now_ms + SUMMARY_MS;
        source_hold(refusals->sources, source);
        return false;
    }
    if (source == NULL || rate_wait_ms(&each_reason, total->rate, now_ms) > 0) {
        if (total->untold++ == 0)
            total->due_ms = now_ms + SUMMARY_MS;
        return false;
    }
    rate_take(&each_source, &source->rate, now_ms);
    rate_take(&each_reason, &total->rate, now_ms);
    return true;
}

static bool next_total(struct refusals *refusals, uint64_t now_ms, struct refusal_summary *summary)
{
    while (refusals->place < refusals->total_count) {
        size_t owner = refusals->place++;
        struct total *total = &refusals->totals[owner];

        if (total->untold == 0 || total->due_ms > now_ms)
            continue;
        *summary = (struct refusal_summary){.service = owner / REFUSALS,
                                            .reason = (enum refusal)(owner % REFUSALS),
                                            .count = total->untold};
        total->untold = 0;
        return true;
    }
    return false;
}

static bool next_source(struct refusals *refusals, uint64_t now_ms, struct refusal_summary *summary)
{
    size_t place = refusals->place - refusals->total_count;
    struct source *source;

    while ((source = source_table_next_held(refusals->sources, &place)) != NULL &&
           source->due_ms > now_ms) {
    }
    refusals->place = place + refusals->total_count;
    if (source == NULL)
        return false;
    *summary = (struct refusal_summary){.service = source->owner / REFUSALS,
                                        .reason = (enum refusal)(source->owner % REFUSALS),
                                        .count = source->held};
    source_text(source, summary->source);
    source_release(refusals->sources, source, source->held);
    return true;
}

bool refusals_next(struct refusals *refusals, uint64_t now_ms, struct refusal_summary *summary)
{
    if (next_total(refusals, now_ms, summary) || next_source(refusals, now_ms, summary))
        return true;
    refusals->place = 0;
    return false;
}
