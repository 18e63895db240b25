#include "core/histogram.h"

#include <stddef.h>

enum { PLACES_PER_POWER = 8, BITS = 3 };

/* Times below 8 have a place each; from there on, a place is a power of two and the three bits
   behind its highest. */
static size_t place_of(uint64_t time)
{
    unsigned shift = 0;

    while (time >> shift >= 2 * (uint64_t)PLACES_PER_POWER)
        shift++;
    size_t place = ((size_t)shift << BITS) + (size_t)(time >> shift);
    return place < HISTOGRAM_PLACES ? place : HISTOGRAM_PLACES - 1;
}

/* The longest time that has this place. */
static uint64_t longest_of(size_t place)
{
    unsigned shift = place < 2 * (size_t)PLACES_PER_POWER ? 0 : (unsigned)(place >> BITS) - 1;
    uint64_t first = (uint64_t)place - ((uint64_t)shift << BITS);

    return ((first + 1) << shift) - 1;
}

void histogram_add(struct histogram *histogram, uint64_t microseconds)
{
    histogram->counts[place_of(microseconds)]++;
    histogram->total++;
}

uint64_t histogram_quantile(const struct histogram *histogram, double share)
{
    double wanted = share * (double)histogram->total;
    double seen = 0;

    if (histogram->total == 0)
        return 0;
    for (size_t place = 0; place < HISTOGRAM_PLACES; place++) {
        seen += histogram->counts[place];
        if (seen > 0 && seen >= wanted)
            return longest_of(place);
    }
    return longest_of(HISTOGRAM_PLACES - 1);
}
