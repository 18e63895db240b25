#include "unit.h"

#include "core/rate.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY = 24 * HOUR };

static bool try_one(const struct rate *rate, uint64_t *state, uint64_t now_ms)
{
    if (rate_wait_ms(rate, *state, now_ms) > 0)
        return false;
    rate_take(rate, state, now_ms);
    return true;
}

/* How many of those who come every step_ms are let in. */
static uint64_t let_in(const struct rate *rate, uint64_t *state, uint64_t from_ms, uint64_t to_ms,
                       uint64_t step_ms)
{
    uint64_t count = 0;

    for (uint64_t now = from_ms; now < to_ms; now += step_ms)
        if (try_one(rate, state, now))
            count++;
    return count;
}

static void no_rate_lets_everybody_in(void **state)
{
    const struct rate none = {0};
    uint64_t used = 0;

    (void)state;
    for (int i = 0; i < 1000; i++)
        assert_true(try_one(&none, &used, 5));
}

static void the_burst_comes_at_once_and_then_evenly(void **state)
{
    const struct rate rate = {.count = 10, .per_ms = SECOND, .burst = 3};
    uint64_t used = 0;

    (void)state;
    for (int i = 0; i < 3; i++)
        assert_true(try_one(&rate, &used, 0));
    assert_int_equal(rate_wait_ms(&rate, used, 0), 100);
    assert_int_equal(rate_wait_ms(&rate, used, 99), 1);
    assert_true(try_one(&rate, &used, 100));
    assert_false(try_one(&rate, &used, 199));
    assert_true(try_one(&rate, &used, 200));
}

static void a_pause_gives_back_the_burst_and_no_more(void **state)
{
    const struct rate rate = {.count = 5, .per_ms = SECOND, .burst = 5};
    uint64_t used = 0;

    (void)state;
    assert_int_equal(let_in(&rate, &used, 0, 1, 1), 1);
    for (uint64_t now = DAY; now <= 3 * (uint64_t)DAY; now += DAY) {
        uint64_t count = 0;

        while (try_one(&rate, &used, now))
            count++;
        assert_int_equal(count, 5);
    }
}

/* What waits exactly as long as it is told is let in, and not a moment earlier. */
static void the_wait_is_neither_too_long_nor_too_short(void **state)
{
    static const struct rate rates[] = {{3, SECOND, 1},    {7, MINUTE, 2},    {999, SECOND, 1},
                                        {1, HOUR, 1},      {1000, SECOND, 5}, {1000000, SECOND, 3},
                                        {333333, HOUR, 10}};

    (void)state;
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        uint64_t used = 0;
        uint64_t now = 12345;

        for (int k = 0; k < 10000; k++) {
            uint64_t wait = rate_wait_ms(&rates[i], used, now);

            if (wait > 0) {
                assert_true(rate_wait_ms(&rates[i], used, now + wait - 1) > 0);
                now += wait;
                assert_int_equal(rate_wait_ms(&rates[i], used, now), 0);
            }
            rate_take(&rates[i], &used, now);
        }
    }
}

/* Over days of somebody who never rests, exactly the rate and one burst come in. */
static void over_days_it_is_exact(void **state)
{
    static const struct rate rates[] = {
        {7, MINUTE, 7}, {30, HOUR, 5}, {11, MINUTE, 1000}, {1, HOUR, 1}};

    (void)state;
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        uint64_t used = 0;
        uint64_t days = 10;
        uint64_t expected = rates[i].count * days * DAY / rates[i].per_ms + rates[i].burst;
        uint64_t count = let_in(&rates[i], &used, 0, days * DAY, 500);

        /* the last of the burst may be due just behind the end, and steps are not where one is */
        assert_in_range(count, expected - 1 - count / 1000, expected);
    }
}

/* A server that runs for a century at the highest rate. */
static void nothing_overflows(void **state)
{
    const struct rate rate = {.count = RATE_MOST, .per_ms = HOUR, .burst = RATE_MOST};
    uint64_t used = 0;
    uint64_t century = (uint64_t)DAY * 36525;

    (void)state;
    for (uint64_t i = 0; i < RATE_MOST; i++)
        assert_true(try_one(&rate, &used, century));
    assert_int_equal(rate_wait_ms(&rate, used, century), 4); /* 3.6 ms, rounded up */
    assert_true(try_one(&rate, &used, century + 4));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_rate_lets_everybody_in),
        cmocka_unit_test(the_burst_comes_at_once_and_then_evenly),
        cmocka_unit_test(a_pause_gives_back_the_burst_and_no_more),
        cmocka_unit_test(the_wait_is_neither_too_long_nor_too_short),
        cmocka_unit_test(over_days_it_is_exact),
        cmocka_unit_test(nothing_overflows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
