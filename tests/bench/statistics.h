#ifndef STDINETD_BENCH_STATISTICS_H
#define STDINETD_BENCH_STATISTICS_H

#include <stddef.h>

/* The median of a sample and an interval that holds the median of what it was drawn from with the
   given confidence, whatever the distribution. */
struct summary {
    double median, low, high;
    double confidence; /* 0.95 or a little more; less where the sample is too small for that */
};

/* Both sort values in place. count is at least 1 (at most 1,000 for statistics_summarize). */
double statistics_quantile(double *values, size_t count, double fraction); /* 0.5: the median */

/* The interval is the narrowest pair of order statistics, symmetric about the median, whose
   confidence is at least 95 % by the binomial distribution (each value is below the true median
   with probability 1/2). Below 6 values there is none: low and high are the extremes and confidence
   says what they are worth. */
struct summary statistics_summarize(double *values, size_t count);

#endif
