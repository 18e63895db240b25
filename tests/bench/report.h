#ifndef STDINETD_BENCH_REPORT_H
#define STDINETD_BENCH_REPORT_H

#include "measure.h"

#include <stdio.h>

/* The table for people: a head, then each row as soon as it is measured. */
void report_head(FILE *file, const struct setup *setup);
void report_row(FILE *file, const struct row *row, const struct outcome *outcome);

/* Everything as one JSON object, with the figures of every pair. */
void report_json(FILE *file, const struct setup *setup, const struct row *const *rows,
                 const struct outcome *outcomes, size_t count);

#endif
