#include "unit.h"

#include "core/histogram.h"

static void without_times_there_is_nothing(void **state)
{
    struct histogram histogram = {{0}, 0};

    (void)state;
    assert_int_equal(histogram_quantile(&histogram, 0.5), 0);
}

/* What comes out is never below what went in, and at most an eighth above. */
static void one_time_comes_out_as_it_went_in(void **state)
{
    (void)state;
    for (uint64_t time = 0; time < 4000000000; time += 1 + time / 7) {
        struct histogram histogram = {{0}, 0};

        histogram_add(&histogram, time);
        assert_in_range(histogram_quantile(&histogram, 0.5), time, time + time / 8);
        assert_in_range(histogram_quantile(&histogram, 1), time, time + time / 8);
    }
}

static void quantiles_are_those_of_the_times(void **state)
{
    struct histogram histogram = {{0}, 0};

    (void)state;
    for (uint64_t i = 1; i <= 1000; i++)
        histogram_add(&histogram, i * 100);
    assert_in_range(histogram_quantile(&histogram, 0.5), 50000, 56250);
    assert_in_range(histogram_quantile(&histogram, 0.99), 99000, 111375);
    assert_in_range(histogram_quantile(&histogram, 0), 100, 112);
    assert_in_range(histogram_quantile(&histogram, 1), 100000, 112500);
}

static void what_is_endless_counts_as_long(void **state)
{
    struct histogram histogram = {{0}, 0};

    (void)state;
    histogram_add(&histogram, UINT64_MAX);
    assert_true(histogram_quantile(&histogram, 0.5) > 4000000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_times_there_is_nothing),
        cmocka_unit_test(one_time_comes_out_as_it_went_in),
        cmocka_unit_test(quantiles_are_those_of_the_times),
        cmocka_unit_test(what_is_endless_counts_as_long),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
