#ifndef STDINETD_CORE_HISTOGRAM_H
#define STDINETD_CORE_HISTOGRAM_H

#include <stdint.h>

/* How long many things took, in little memory: eight places for each power of two, so that what
   comes out is at most an eighth above what went in. Starts as {0}. */

enum { HISTOGRAM_PLACES = 8 * 30 };

struct histogram {
    uint32_t counts[HISTOGRAM_PLACES];
    uint64_t total;
};

/* Adds one time; what is longer than 71 minutes counts as that. */
void histogram_add(struct histogram *histogram, uint64_t microseconds);

/* The time within which that share (0 to 1) of them ended, rounded up to its place; 0 where there
   is none. */
uint64_t histogram_quantile(const struct histogram *histogram, double share);

#endif
