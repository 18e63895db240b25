#include "measure.h"

#include "handler.h"

#include "core/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SETTLE_MS = 30, /* between two measurements, for what the last one left to end */
    WARM_UP_LIVE = 8,
    WARM_UP_BLOCKS = 128,
    MOST_BLOCKS = 256 * 1024,
    KIBIBYTE = 1024
};

/* Two sides while they are measured in turn. */
struct contest {
    const struct row *row;
    const struct setup *setup;
    struct side sides[2]; /* the subject, the yardstick */
    struct figures *figures[2];
    double *latencies_ms[2]; /* medians, then 95 % quantiles: two per pair */
    uint64_t blocks;         /* per measurement, for ROW_BYTES */
};

static void note(struct outcome *outcome, enum verdict verdict, const char *text)
{
    outcome->verdict = verdict;
    snprintf(outcome->note, sizeof outcome->note, "%s", text);
}

/* --- one measurement */

static bool take_spawn(struct contest *contest, int which, size_t pair, double seconds,
                       struct error *error)
{
    struct figures *figures = contest->figures[which];
    struct load_result result;

    if (!load_run(&contest->sides[which], contest->setup->clients, seconds, &result, error))
        return false;
    figures->values[pair] = (double)result.answered / result.seconds;
    figures->lost += result.lost;
    contest->latencies_ms[which][2 * pair] = result.latency_median_ms;
    contest->latencies_ms[which][2 * pair + 1] = result.latency_95_ms;
    return true;
}

static bool take_bytes(struct contest *contest, int which, size_t pair, struct error *error)
{
    double seconds;

    if (!load_bytes(&contest->sides[which], contest->blocks, &seconds, error))
        return false;
    contest->figures[which]->values[pair] =
        (double)(contest->blocks * HANDLER_BLOCK_SIZE) / 1e6 / seconds;
    return true;
}

/* What a measurement is, but for its time, which a transfer has chosen itself. */
static bool take_for(struct contest *contest, int which, size_t pair, double seconds,
                     struct error *error)
{
    switch (contest->row->kind) {
    case ROW_BYTES:
        return take_bytes(contest, which, pair, error);
    case ROW_FIRST_BYTE:
        return load_first_byte(&contest->sides[which], contest->row->ask, seconds,
                               &contest->figures[which]->values[pair], error);
    default:
        return take_spawn(contest, which, pair, seconds, error);
    }
}

static bool take(struct contest *contest, int which, size_t pair, struct error *error)
{
    bool taken = take_for(contest, which, pair, contest->setup->seconds, error);

    Sleep(SETTLE_MS);
    return taken || error_prefix(error, "%s", contest->sides[which].plan->title);
}

/* --- warm-up: nothing of it counts */

/* How many blocks take about the time of one measurement on the slower side. */
static bool warm_up_transfer(struct contest *contest, struct error *error)
{
    double slowest = 0;

    for (int which = 0; which < 2; which++)
        for (int times = 0; times < 2; times++) {
            contest->blocks = WARM_UP_BLOCKS;
            if (!take_bytes(contest, which, 0, error))
                return error_prefix(error, "%s", contest->sides[which].plan->title);
            double rate = contest->figures[which]->values[0] * 1e6;
            if (times == 1 && (which == 0 || rate < slowest))
                slowest = rate;
        }
    double blocks = slowest * contest->setup->seconds / HANDLER_BLOCK_SIZE;
    contest->blocks = WARM_UP_BLOCKS + (blocks < MOST_BLOCKS ? (uint64_t)blocks : MOST_BLOCKS);
    return true;
}

static bool warm_up(struct contest *contest, struct error *error)
{
    if (contest->row->kind == ROW_BYTES)
        return warm_up_transfer(contest, error);
    for (int which = 0; which < 2; which++) {
        if (!take_for(contest, which, 0, contest->setup->seconds / 2, error))
            return error_prefix(error, "%s", contest->sides[which].plan->title);
        contest->figures[which]->lost = 0;
    }
    return true;
}

/* --- the pairs */

static bool take_pairs(struct contest *contest, size_t *taken, struct error *error)
{
    if (!warm_up(contest, error))
        return false;
    for (*taken = 0; *taken < contest->setup->pairs; (*taken)++) {
        int first = (int)(*taken % 2); /* the order alternates, so that a drift cancels out */

        if (!take(contest, first, *taken, error) || !take(contest, 1 - first, *taken, error))
            return false;
    }
    return true;
}

static double median_of(const double *values, size_t count, size_t step)
{
    double *copy = memory_zeroed(count, sizeof *copy);

    for (size_t i = 0; i < count; i++)
        copy[i] = values[i * step];
    double median = statistics_quantile(copy, count, 0.5);
    free(copy);
    return median;
}

static void sum_up(struct contest *contest, struct outcome *outcome)
{
    double *ratios = memory_zeroed(outcome->pairs, sizeof *ratios);

    for (int which = 0; which < 2; which++) {
        struct figures *figures = contest->figures[which];

        figures->median = median_of(figures->values, outcome->pairs, 1);
        figures->latency_median_ms = median_of(contest->latencies_ms[which], outcome->pairs, 2);
        figures->latency_95_ms = median_of(contest->latencies_ms[which] + 1, outcome->pairs, 2);
    }
    for (size_t i = 0; i < outcome->pairs; i++)
        ratios[i] = outcome->subject.values[i] / outcome->yardstick.values[i];
    outcome->summary = statistics_summarize(ratios, outcome->pairs);
    free(ratios);
}

static enum verdict judge_ratio(const struct row *row, const struct setup *setup,
                                const struct summary *summary)
{
    if (!setup->judge || summary->confidence < 0.95 || (row->goal_is_for_wine && !setup->on_wine))
        return VERDICT_UNJUDGED;
    if (row_goal_is_most(row)) {
        if (summary->low > row->goal)
            return VERDICT_SHORT;
        return summary->median <= row->goal ? VERDICT_MET : VERDICT_UNSURE;
    }
    if (summary->high < row->goal)
        return VERDICT_SHORT;
    return summary->median >= row->goal ? VERDICT_MET : VERDICT_UNSURE;
}

/* What the sides themselves have to say, if anything went wrong. */
static void note_troubles(const struct contest *contest, struct outcome *outcome)
{
    for (int which = 0; which < 2; which++) {
        char first[300] = "";
        size_t used = strlen(outcome->note);
        size_t troubles = side_count_troubles(&contest->sides[which], first, sizeof first);

        if (troubles > 0)
            snprintf(outcome->note + used, sizeof outcome->note - used,
                     "%s%zu times trouble in the log of %s, the first: %s", used > 0 ? "; " : "",
                     troubles, contest->sides[which].plan->title, first);
    }
}

static void note_conditions(const struct contest *contest, struct outcome *outcome)
{
    const struct side_plan *plan = &contest->row->subject;

    if (outcome->yardstick.lost > 0)
        snprintf(outcome->note, sizeof outcome->note, "%llu answers lost by the yardstick",
                 (unsigned long long)outcome->yardstick.lost);
    else if (plan->many_listeners)
        snprintf(outcome->note, sizeof outcome->note, "%zu listeners",
                 contest->setup->side.listeners);
    else if (plan->option != NULL && !side_knows_option(&contest->setup->side, plan->option))
        snprintf(outcome->note, sizeof outcome->note,
                 "without '%s = %s': this stdinetd has no option %s", plan->option, plan->value,
                 plan->option);
}

static void measure_ratio(const struct row *row, const struct setup *setup, struct outcome *outcome)
{
    struct contest contest = {
        .row = row, .setup = setup, .figures = {&outcome->subject, &outcome->yardstick}};
    struct error error;

    for (int which = 0; which < 2; which++) {
        contest.figures[which]->values = memory_zeroed(setup->pairs, sizeof(double));
        contest.latencies_ms[which] = memory_zeroed(setup->pairs, 2 * sizeof(double));
    }
    if (side_start(&contest.sides[0], &row->subject, &setup->side, &error) &&
        side_start(&contest.sides[1], &row->yardstick, &setup->side, &error) &&
        take_pairs(&contest, &outcome->pairs, &error)) {
        sum_up(&contest, outcome);
        outcome->verdict = judge_ratio(row, setup, &outcome->summary);
        note_conditions(&contest, outcome);
    } else {
        note(outcome, VERDICT_FAILED, error.text);
    }
    note_troubles(&contest, outcome);
    for (int which = 0; which < 2; which++) {
        side_stop(&contest.sides[which]);
        free(contest.latencies_ms[which]);
    }
}

/* --- counts */

static const struct live_measurement *measure_live(const struct row *row, struct setup *setup)
{
    struct live_measurement *live = &setup->live[row->subject.option != NULL];
    struct side side = {0};
    struct live_result warm_up_result;

    if (!live->is_taken) {
        live->is_taken = true;
        live->good = side_start(&side, &row->subject, &setup->side, &live->error) &&
                     load_live(&side, WARM_UP_LIVE, &warm_up_result, &live->error) &&
                     load_live(&side, setup->side.live, &live->result, &live->error);
        side_stop(&side);
    }
    return live;
}

static void measure_count(const struct row *row, struct setup *setup, struct outcome *outcome)
{
    const struct live_measurement *measurement = measure_live(row, setup);
    const struct live_result *live = &measurement->result;
    struct summary *summary = &outcome->summary;

    if (!measurement->good) {
        note(outcome, VERDICT_FAILED, measurement->error.text);
        return;
    }
    if (row->kind == ROW_THREADS) {
        outcome->subject.median = live->threads_live;
        outcome->yardstick.median = live->threads_before;
        summary->median = (double)live->threads_live - live->threads_before;
    } else {
        outcome->subject.median = (double)live->private_live / KIBIBYTE;
        outcome->yardstick.median = (double)live->private_before / KIBIBYTE;
        summary->median =
            (outcome->subject.median - outcome->yardstick.median) / (double)setup->side.live;
    }
    summary->low = summary->high = summary->median;
    summary->confidence = 1;
    if (!setup->judge)
        outcome->verdict = VERDICT_UNJUDGED;
    else
        outcome->verdict = summary->median <= row->goal ? VERDICT_MET : VERDICT_SHORT;
    snprintf(outcome->note, sizeof outcome->note, "%zu live connections", setup->side.live);
}

void measure_row(const struct row *row, struct setup *setup, struct outcome *outcome)
{
    const struct side_plan *plan = &row->subject;

    memset(outcome, 0, sizeof *outcome);
    const char *missing = NULL;

    if (plan->option_is_needed && !side_knows_option(&setup->side, plan->option))
        missing = plan->option;
    else if (row->kind == ROW_FIRST_BYTE && !side_knows_option(&setup->side, "prestart"))
        missing = "prestart";
    if (missing != NULL) {
        outcome->verdict = VERDICT_SKIPPED;
        snprintf(outcome->note, sizeof outcome->note, "this stdinetd has no option %s", missing);
    } else if (row_is_ratio(row)) {
        measure_ratio(row, setup, outcome);
    } else {
        measure_count(row, setup, outcome);
    }
}

void outcome_free(struct outcome *outcome)
{
    free(outcome->subject.values);
    free(outcome->yardstick.values);
}

const char *verdict_text(enum verdict verdict)
{
    static const char *const texts[] = {"met",        "unsure",  "SHORT",
                                        "not judged", "skipped", "FAILED"};

    return texts[verdict];
}
