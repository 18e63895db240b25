#include "core/rate.h"

/* State is counted in parts of a millisecond, `count` of them in each, so that the distance between
   two is the whole number per_ms. */

bool rate_equals(const struct rate *a, const struct rate *b)
{
    return a->count == b->count && a->per_ms == b->per_ms && a->burst == b->burst;
}

uint64_t rate_wait_ms(const struct rate *rate, uint64_t state, uint64_t now_ms)
{
    if (rate->count == 0)
        return 0;
    uint64_t may_run_ahead = (rate->burst - 1) * rate->per_ms;
    uint64_t now = now_ms * rate->count;
    if (state <= now + may_run_ahead)
        return 0;
    return (state - may_run_ahead - now + rate->count - 1) / rate->count;
}

void rate_take(const struct rate *rate, uint64_t *state, uint64_t now_ms)
{
    uint64_t now = now_ms * rate->count;

    *state = (*state > now ? *state : now) + rate->per_ms;
}
