#ifndef STDINETD_CORE_RATE_H
#define STDINETD_CORE_RATE_H

#include <stdbool.h>
#include <stdint.h>

/* How often something may happen: a token bucket, kept as the time at which the next one would be
   due if they came evenly (the generic cell rate algorithm of ATM, ITU-T I.371). Time comes from
   the caller and never goes back. */

#define RATE_MOST 1000000 /* for count and burst */

struct rate {
    uint64_t count;  /* so many … 0: without limit */
    uint64_t per_ms; /* … in so much time, at most an hour */
    uint64_t burst;  /* how many may come at once after a pause; at least 1 */
};

bool rate_equals(const struct rate *a, const struct rate *b);

/* How long the next one has to wait, in ms; 0: it may come now. state starts as 0. */
uint64_t rate_wait_ms(const struct rate *rate, uint64_t state, uint64_t now_ms);

/* One has come. */
void rate_take(const struct rate *rate, uint64_t *state, uint64_t now_ms);

#endif
