#include "statistics.h"

#include <math.h>
#include <stdlib.h>

static int compare(const void *a, const void *b)
{
    double left = *(const double *)a;
    double right = *(const double *)b;

    return (left > right) - (left < right);
}

/* Between two values the quantile lies on the line between them. */
double statistics_quantile(double *values, size_t count, double fraction)
{
    qsort(values, count, sizeof *values, compare);
    double place = fraction * (double)(count - 1);
    size_t below = (size_t)place;
    double rest = place - (double)below;
    if (below + 1 >= count)
        return values[count - 1];
    return values[below] + rest * (values[below + 1] - values[below]);
}

struct summary statistics_summarize(double *values, size_t count)
{
    struct summary summary = {.median = statistics_quantile(values, count, 0.5)};
    double chance = ldexp(1.0, -(int)count); /* of exactly left_out values below the true median */
    double outside = 2 * chance;             /* of the true median outside the interval */
    size_t left_out = 0;                     /* at either end */

    for (;;) {
        chance *= (double)(count - left_out) / (double)(left_out + 1);
        if (outside + 2 * chance > 0.05)
            break;
        outside += 2 * chance;
        left_out++;
    }
    summary.low = values[left_out];
    summary.high = values[count - 1 - left_out];
    summary.confidence = outside < 1 ? 1 - outside : 0;
    return summary;
}
