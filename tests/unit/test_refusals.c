#include "unit.h"

#include "core/refusals.h"

#include <stdio.h>
#include <string.h>

enum { SERVICES = 3, SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };

static const uint64_t seed[2] = {1, 2};

static struct ip address(uint32_t number)
{
    return (struct ip){.version = 4,
                       .bytes = {(uint8_t)(number >> 24), (uint8_t)(number >> 16),
                                 (uint8_t)(number >> 8), (uint8_t)number}};
}

/* Of every service; each test begins anew. */
static struct refusal_totals totals[SERVICES];

static struct refusals *begin(void)
{
    memset(totals, 0, sizeof totals);
    return refusals_new(seed);
}

static bool tell(struct refusals *refusals, uint32_t service, enum refusal reason, uint32_t from,
                 uint64_t now_ms)
{
    struct ip ip = address(from);

    return refusals_tell(refusals, service, &totals[service], reason, &ip, now_ms);
}

/* Whatever is due, of services first. */
static bool next(struct refusals *refusals, uint64_t now_ms, struct refusal_summary *summary)
{
    for (uint32_t i = 0; i < SERVICES; i++) {
        summary->service = i;
        if (refusal_totals_next(&totals[i], now_ms, summary))
            return true;
    }
    return refusals_next(refusals, now_ms, summary);
}

static void a_few_refusals_have_a_record_each(void **state)
{
    struct refusals *refusals = begin();
    struct refusal_summary summary;

    (void)state;
    for (int i = 0; i < 100; i++)
        assert_true(tell(refusals, 0, REFUSED_NO_ACCESS, 1, 5));
    assert_false(next(refusals, UINT64_MAX, &summary));
    refusals_free(refusals);
}

static void the_others_of_a_source_are_summed_up_a_minute_later(void **state)
{
    struct refusals *refusals = begin();
    struct refusal_summary summary;
    uint64_t told = 0;

    (void)state;
    for (int i = 0; i < 513; i++)
        if (tell(refusals, 2, REFUSED_PER_SOURCE, 0xC0000207, 1000))
            told++;
    assert_int_equal(told, 100);
    assert_false(next(refusals, 1000 + MINUTE - 1, &summary));
    assert_true(next(refusals, 1000 + MINUTE, &summary));
    assert_int_equal(summary.count, 413);
    assert_int_equal(summary.service, 2);
    assert_int_equal(summary.reason, REFUSED_PER_SOURCE);
    assert_string_equal(summary.source, "192.0.2.7");
    assert_false(next(refusals, UINT64_MAX, &summary));
    refusals_free(refusals);
}

/* Whoever floods the log with one reason hides nobody who is refused for another, or elsewhere. */
static void reasons_and_services_are_told_apart(void **state)
{
    struct refusals *refusals = begin();

    (void)state;
    for (int i = 0; i < 1000; i++)
        tell(refusals, 0, REFUSED_INSTANCES, 1, 0);
    assert_false(tell(refusals, 0, REFUSED_INSTANCES, 1, 0));
    assert_true(tell(refusals, 0, REFUSED_INSTANCES, 2, 0));
    assert_true(tell(refusals, 0, REFUSED_ONLY_FROM, 1, 0));
    assert_true(tell(refusals, 1, REFUSED_INSTANCES, 1, 0));
    refusals_free(refusals);
}

static void a_scan_from_everywhere_is_summed_up_without_a_source(void **state)
{
    struct refusals *refusals = begin();
    struct refusal_summary summary;
    uint64_t told = 0;

    (void)state;
    for (uint32_t i = 0; i < 1000000; i++)
        if (tell(refusals, 0, REFUSED_ONLY_FROM, i, 7))
            told++;
    assert_int_equal(told, 1000);
    assert_true(next(refusals, UINT64_MAX, &summary));
    assert_string_equal(summary.source, "");
    assert_int_equal(summary.count, 1000000 - 1000);
    assert_false(next(refusals, UINT64_MAX, &summary));
    refusals_free(refusals);
}

/* Two days of refusals from many, few and one, with a look every ten seconds:
   nothing is told twice or never, and the log stays small. */
static void over_days_everything_adds_up(void **state)
{
    struct refusals *refusals = begin();
    uint64_t refused[SERVICES][REFUSALS] = {{0}};
    uint64_t told[SERVICES][REFUSALS] = {{0}};
    uint64_t lines = 0;
    uint32_t random = 1;
    struct refusal_summary summary;

    (void)state;
    for (uint64_t now = 0; now < 48 * (uint64_t)HOUR; now += 10 * SECOND) {
        for (int i = 0; i < 20; i++) {
            random = random * 1664525 + 1013904223;
            uint32_t service = (random >> 8) % SERVICES;
            enum refusal reason = (enum refusal)((random >> 12) % REFUSALS);
            uint32_t from = (random >> 16) % 3 == 0 ? random : (random >> 20) % 20;

            refused[service][reason]++;
            if (tell(refusals, service, reason, from, now)) {
                told[service][reason]++;
                lines++;
            }
        }
        while (next(refusals, now, &summary)) {
            told[summary.service][summary.reason] += summary.count;
            lines++;
        }
    }
    while (next(refusals, UINT64_MAX, &summary))
        told[summary.service][summary.reason] += summary.count;
    for (size_t s = 0; s < SERVICES; s++)
        for (size_t r = 0; r < REFUSALS; r++)
            assert_int_equal(told[s][r], refused[s][r]);
    /* of each service and reason: sixty records a minute, twenty summaries, and one of the rest */
    assert_true(lines < (uint64_t)SERVICES * REFUSALS * (48 * 60 * 81 + 1000));
    refusals_free(refusals);
}

static void every_reason_is_called_as_its_option(void **state)
{
    (void)state;
    assert_string_equal(refusal_name(REFUSED_ONLY_FROM), "only_from");
    assert_string_equal(refusal_name(REFUSED_INSTANCES), "instances");
    for (int i = 0; i < REFUSALS; i++)
        assert_non_null(refusal_name((enum refusal)i));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_few_refusals_have_a_record_each),
        cmocka_unit_test(the_others_of_a_source_are_summed_up_a_minute_later),
        cmocka_unit_test(reasons_and_services_are_told_apart),
        cmocka_unit_test(a_scan_from_everywhere_is_summed_up_without_a_source),
        cmocka_unit_test(over_days_everything_adds_up),
        cmocka_unit_test(every_reason_is_called_as_its_option),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
