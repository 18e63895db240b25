#include "unit.h"

#include "core/access.h"

#include <stdio.h>
#include <string.h>

static bool parse(const char *text, struct network *network)
{
    struct error error;

    return network_parse(text, network, &error);
}

/* "+10.0.0.0/8 -10.1.0.0/16": who may come and who may not. */
static struct access make(const char *entries)
{
    static char texts[40][64];
    struct access access = {0};
    size_t count = 0;
    int used;

    while (sscanf(entries, " %63s%n", texts[count], &used) == 1) {
        struct network network;

        if (!parse(texts[count] + 1, &network))
            fail_msg("'%s' is no network", texts[count]);
        access_add(&access, &network, texts[count][0] == '+', texts[count] + 1);
        entries += used;
        count++;
    }
    access_prepare(&access);
    return access;
}

static bool lets_in(const struct access *access, const char *address)
{
    const char *text;
    struct ip ip;

    if (!ip_parse(address, &ip))
        fail_msg("'%s' is no address", address);
    return access_allows(access, &ip, &text);
}

static void without_entries_everybody_may_come(void **state)
{
    struct access access = make("");

    (void)state;
    assert_true(lets_in(&access, "192.0.2.1"));
    assert_true(lets_in(&access, "2001:db8::1"));
    access_free(&access);
}

static void who_is_not_named_stays_out_where_somebody_is(void **state)
{
    struct access access = make("+192.0.2.0/24 +2001:db8::/32");

    (void)state;
    assert_true(lets_in(&access, "192.0.2.0"));
    assert_true(lets_in(&access, "192.0.2.255"));
    assert_false(lets_in(&access, "192.0.3.0"));
    assert_false(lets_in(&access, "192.0.1.255"));
    assert_true(lets_in(&access, "2001:db8:ffff::1"));
    assert_false(lets_in(&access, "2001:db9::"));
    access_free(&access);
}

static void who_is_named_stays_out_where_only_those_are(void **state)
{
    struct access access = make("-192.0.2.7 -fe80::/10");

    (void)state;
    assert_false(lets_in(&access, "192.0.2.7"));
    assert_true(lets_in(&access, "192.0.2.8"));
    assert_false(lets_in(&access, "febf::1"));
    assert_true(lets_in(&access, "fec0::1"));
    access_free(&access);
}

static void the_more_specific_decides(void **state)
{
    struct access access = make("+10.0.0.0/8 -10.1.0.0/16 +10.1.2.0/24 -10.1.2.3 -0.0.0.0/0");

    (void)state;
    assert_true(lets_in(&access, "10.2.0.1"));
    assert_false(lets_in(&access, "10.1.0.1"));
    assert_true(lets_in(&access, "10.1.2.4"));
    assert_false(lets_in(&access, "10.1.2.3"));
    assert_false(lets_in(&access, "11.0.0.1"));
    assert_false(lets_in(&access, "2001:db8::1")); /* no entry has it, and somebody is named */
    access_free(&access);
}

static void a_tie_keeps_out_in_either_order(void **state)
{
    struct access first = make("+192.0.2.0/24 -192.0.2.0/24");
    struct access second = make("-192.0.2.0/24 +192.0.2.0/24");

    (void)state;
    assert_false(lets_in(&first, "192.0.2.9"));
    assert_false(lets_in(&second, "192.0.2.9"));
    access_free(&first);
    access_free(&second);
}

static void an_ipv4_mapped_address_is_ipv4(void **state)
{
    struct access access = make("+::ffff:192.0.2.0 -192.0.2.1");

    (void)state;
    assert_true(lets_in(&access, "192.0.2.0"));
    assert_false(lets_in(&access, "::ffff:192.0.2.1"));
    access_free(&access);
}

/* Against the obvious way, with networks that lie in each other by the hundred. */
static void it_finds_what_a_search_through_all_finds(void **state)
{
    struct access access = {0};
    struct network networks[600];
    bool may_come[600];
    unsigned random = 1;

    (void)state;
    for (size_t i = 0; i < 600; i++) {
        struct ip ip = {.version = 4};

        random = random * 1103515245 + 12345;
        networks[i] = (struct network){.length = 96 + (random >> 16) % 33};
        random = random * 1103515245 + 12345;
        ip.bytes[0] = 10;
        ip.bytes[2] = (uint8_t)(random >> 20);
        ip.bytes[3] = (uint8_t)(random >> 12);
        struct network whole = network_of(&ip);
        for (unsigned bit = 0; bit < networks[i].length; bit++)
            networks[i].bytes[bit / 8] |= (uint8_t)(whole.bytes[bit / 8] & (0x80 >> bit % 8));
        may_come[i] = (random >> 8) % 2 == 0;
        access_add(&access, &networks[i], may_come[i], "");
    }
    access_prepare(&access);
    for (unsigned host = 0; host < 65536; host += 7) {
        struct ip ip = {.version = 4, .bytes = {10, 0, (uint8_t)(host >> 8), (uint8_t)host}};
        struct network whole = network_of(&ip);
        unsigned longest = 0;
        bool expected = false;
        const char *text;

        for (size_t i = 0; i < 600; i++) {
            bool inside = true;

            for (unsigned bit = 0; bit < networks[i].length; bit++)
                inside = inside && ((networks[i].bytes[bit / 8] ^ whole.bytes[bit / 8]) &
                                    (0x80 >> bit % 8)) == 0;
            if (!inside || networks[i].length < longest)
                continue;
            expected = may_come[i] && (networks[i].length > longest || expected || longest == 0);
            if (networks[i].length == longest && !may_come[i])
                expected = false;
            longest = networks[i].length;
        }
        assert_int_equal(access_allows(&access, &ip, &text), expected);
    }
    access_free(&access);
}

static void the_text_of_the_entry_that_decided_is_told(void **state)
{
    struct access access = make("+10.0.0.0/8 -10.1.0.0/16");
    struct ip ip;
    const char *text;

    (void)state;
    assert_true(ip_parse("10.1.2.3", &ip));
    assert_false(access_allows(&access, &ip, &text));
    assert_string_equal(text, "10.1.0.0/16");
    assert_true(ip_parse("11.1.2.3", &ip));
    assert_false(access_allows(&access, &ip, &text));
    assert_null(text);
    access_free(&access);
}

static void expect_bad(const char *text, const char *message)
{
    struct network network;
    struct error error;

    assert_false(network_parse(text, &network, &error));
    assert_string_equal(error.text, message);
}

static void what_is_no_network_is_told(void **state)
{
    (void)state;
    expect_bad("10.0.0.1/8", "'10.0.0.1/8' is no network: it goes on behind its first 8 bits");
    expect_bad("10.0.0.0/33", "'10.0.0.0/33': behind the / there must be a number from 0 to 32");
    expect_bad("10.0.0.0/", "'10.0.0.0/': behind the / there must be a number from 0 to 32");
    expect_bad("::/129", "'::/129': behind the / there must be a number from 0 to 128");
    expect_bad("::/-1", "'::/-1': behind the / there must be a number from 0 to 128");
    expect_bad("10.0.0/8", "'10.0.0/8' is not an address before its /");
    expect_bad("host", "");
}

static bool hold(const char *words, unsigned hour, unsigned minute)
{
    struct text_list times = {0};
    char text[100];

    snprintf(text, sizeof text, "%s", words);
    for (char *word = strtok(text, " "); word != NULL; word = strtok(NULL, " "))
        text_list_append(&times, word);
    bool held = day_times_hold(&times, hour * 60 + minute);
    text_list_free(&times);
    return held;
}

static void a_time_of_day_has_its_beginning_and_not_its_end(void **state)
{
    (void)state;
    assert_false(hold("08:00-17:30", 7, 59));
    assert_true(hold("08:00-17:30", 8, 0));
    assert_true(hold("08:00-17:30", 17, 29));
    assert_false(hold("08:00-17:30", 17, 30));
    assert_true(hold("00:00-24:00", 23, 59));
    assert_true(hold("08:00-12:00 13:00-17:00", 13, 0));
    assert_false(hold("08:00-12:00 13:00-17:00", 12, 0));
}

static void a_time_may_go_past_midnight(void **state)
{
    (void)state;
    assert_true(hold("22:00-06:00", 22, 0));
    assert_true(hold("22:00-06:00", 0, 0));
    assert_true(hold("22:00-06:00", 5, 59));
    assert_false(hold("22:00-06:00", 6, 0));
    assert_false(hold("22:00-06:00", 21, 59));
}

static void what_is_no_time_of_day_is_told(void **state)
{
    static const char *const bad[] = {
        "8:00-17:00", "08:00", "08:00-25:00", "08:60-09:00", "08:00-", "08:00-17:00x", "", "-"};
    struct day_time time;
    struct error error;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (day_time_parse(bad[i], &time, &error) ||
            strstr(error.text, "is not hh:mm-hh:mm") == NULL)
            fail_msg("'%s': %s", bad[i], error.text);
    assert_false(day_time_parse("08:00-08:00", &time, &error));
    assert_string_equal(error.text, "'08:00-08:00' holds no time (the whole day is 00:00-24:00)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_entries_everybody_may_come),
        cmocka_unit_test(who_is_not_named_stays_out_where_somebody_is),
        cmocka_unit_test(who_is_named_stays_out_where_only_those_are),
        cmocka_unit_test(the_more_specific_decides),
        cmocka_unit_test(a_tie_keeps_out_in_either_order),
        cmocka_unit_test(an_ipv4_mapped_address_is_ipv4),
        cmocka_unit_test(it_finds_what_a_search_through_all_finds),
        cmocka_unit_test(the_text_of_the_entry_that_decided_is_told),
        cmocka_unit_test(what_is_no_network_is_told),
        cmocka_unit_test(a_time_of_day_has_its_beginning_and_not_its_end),
        cmocka_unit_test(a_time_may_go_past_midnight),
        cmocka_unit_test(what_is_no_time_of_day_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
