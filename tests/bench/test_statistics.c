#include "statistics.h"

#include <math.h>
#include <stdbool.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

static bool near(double a, double b)
{
    return fabs(a - b) < 1e-9;
}

static void the_median_is_the_middle_or_between_the_two_middles(void **state)
{
    double odd[] = {5, 1, 3};
    double even[] = {4, 1, 2, 3};
    double one[] = {7};

    (void)state;
    assert_true(near(statistics_quantile(odd, 3, 0.5), 3));
    assert_true(near(statistics_quantile(even, 4, 0.5), 2.5));
    assert_true(near(statistics_quantile(one, 1, 0.5), 7));
}

static void quantiles_reach_from_the_least_to_the_greatest(void **state)
{
    double values[] = {10, 30, 20, 40, 50};

    (void)state;
    assert_true(near(statistics_quantile(values, 5, 0), 10));
    assert_true(near(statistics_quantile(values, 5, 1), 50));
    assert_true(near(statistics_quantile(values, 5, 0.95), 48));
}

/* Known from tables of the sign test: of 15 values the 4th and the 12th hold the median with 96.48
   %, of 6 the extremes with 96.88 %, of 25 the 8th and the 18th with 95.67 %. */
static void the_interval_is_that_of_the_sign_test(void **state)
{
    static const struct {
        size_t count;
        double low, high, confidence;
    } known[] = {{15, 4, 12, 0.96484375}, {6, 1, 6, 0.96875}, {25, 8, 18, 0.9567147493362427}};
    double values[25];

    (void)state;
    for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
        for (size_t i = 0; i < known[k].count; i++)
            values[i] = (double)(known[k].count - i); /* not in order */
        struct summary summary = statistics_summarize(values, known[k].count);
        assert_true(near(summary.low, known[k].low));
        assert_true(near(summary.high, known[k].high));
        assert_true(near(summary.confidence, known[k].confidence));
    }
}

static void too_few_values_say_that_they_are_too_few(void **state)
{
    double five[] = {1, 2, 3, 4, 5};
    double one[] = {1};

    (void)state;
    struct summary summary = statistics_summarize(five, 5);
    assert_true(near(summary.low, 1) && near(summary.high, 5));
    assert_true(near(summary.confidence, 0.9375));
    summary = statistics_summarize(one, 1);
    assert_true(near(summary.low, 1) && near(summary.high, 1));
    assert_true(near(summary.confidence, 0));
}

static void a_thousand_values_are_no_trouble(void **state)
{
    static double values[1000];

    (void)state;
    for (size_t i = 0; i < 1000; i++)
        values[i] = (double)(i + 1);
    struct summary summary = statistics_summarize(values, 1000);
    assert_true(near(summary.median, 500.5));
    assert_true(summary.confidence >= 0.95 && summary.confidence < 0.96);
    assert_true(near(summary.low, 469) && near(summary.high, 532));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_median_is_the_middle_or_between_the_two_middles),
        cmocka_unit_test(quantiles_reach_from_the_least_to_the_greatest),
        cmocka_unit_test(the_interval_is_that_of_the_sign_test),
        cmocka_unit_test(too_few_values_say_that_they_are_too_few),
        cmocka_unit_test(a_thousand_values_are_no_trouble),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
