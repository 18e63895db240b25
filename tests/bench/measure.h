#ifndef STDINETD_BENCH_MEASURE_H
#define STDINETD_BENCH_MEASURE_H

#include "load.h"
#include "rows.h"
#include "statistics.h"

/* Threads and memory come from one. */
struct live_measurement {
    bool is_taken, good;
    struct live_result result;
    struct error error;
};

/* What holds for every row of a run. */
struct setup {
    struct side_setup side;
    size_t pairs;
    double seconds; /* one measurement */
    unsigned clients;
    bool judge; /* whether figures are held against their goals */
    bool on_wine;

    struct live_measurement live[2]; /* of sockets, of pipes */
};

enum verdict {
    VERDICT_MET,      /* the goal is reached */
    VERDICT_UNSURE,   /* the median misses the goal, the interval does not */
    VERDICT_SHORT,    /* the whole interval is below the goal */
    VERDICT_UNJUDGED, /* no goal here, or too few pairs to say */
    VERDICT_SKIPPED,
    VERDICT_FAILED /* an answer was wrong or lost, or nothing could be measured */
};

/* The figures of one side, one per pair. */
struct figures {
    double *values;
    double median;
    double latency_median_ms, latency_95_ms; /* medians over the pairs; 0 where not measured */
    uint64_t lost;
};

struct outcome {
    enum verdict verdict;
    size_t pairs;                      /* how many were taken */
    struct figures subject, yardstick; /* of counts: while connections are live, and before */
    struct summary summary;            /* of the ratios, or the count */
    char note[700];                    /* why, or what else is worth knowing; "" */
};

/* Starts the sides, takes the pairs, judges. *outcome is the caller's to outcome_free. */
void measure_row(const struct row *row, struct setup *setup, struct outcome *outcome);
void outcome_free(struct outcome *outcome);

const char *verdict_text(enum verdict verdict);

#endif
