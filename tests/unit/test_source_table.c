#include "unit.h"

#include "core/source_table.h"

static const uint64_t seed[2] = {0x0706050403020100, 0x0F0E0D0C0B0A0908};

static struct ip v4(uint32_t number)
{
    return (struct ip){.version = 4,
                       .bytes = {(uint8_t)(number >> 24), (uint8_t)(number >> 16),
                                 (uint8_t)(number >> 8), (uint8_t)number}};
}

static struct ip v6(const char *text)
{
    struct ip ip;

    if (!ip_parse(text, &ip))
        fail_msg("'%s' is no address", text);
    return ip;
}

static struct source *get(struct source_table *table, uint32_t owner, struct ip ip)
{
    return source_table_get(table, owner, &ip);
}

static void one_source_is_one_entry(void **state)
{
    struct source_table *table = source_table_new(16, seed);
    struct source *one = get(table, 1, v4(0x7F000001));

    (void)state;
    one->rate = 42;
    assert_ptr_equal(get(table, 1, v4(0x7F000001)), one);
    assert_int_equal(get(table, 1, v4(0x7F000001))->rate, 42);
    assert_ptr_not_equal(get(table, 1, v4(0x7F000002)), one);
    assert_ptr_not_equal(get(table, 2, v4(0x7F000001)), one); /* counted apart */
    source_table_free(table);
}

static void of_ipv6_the_64_is_the_source(void **state)
{
    struct source_table *table = source_table_new(16, seed);
    struct source *one = get(table, 1, v6("2001:db8:1:2::1"));

    (void)state;
    assert_ptr_equal(get(table, 1, v6("2001:db8:1:2:ffff:ffff:ffff:ffff")), one);
    assert_ptr_not_equal(get(table, 1, v6("2001:db8:1:3::1")), one);
    assert_ptr_not_equal(get(table, 1, v6("::1")), get(table, 1, v4(1)));
    assert_ptr_equal(get(table, 1, v6("::ffff:0.0.0.1")), get(table, 1, v4(1)));
    source_table_free(table);
}

static void a_source_has_a_name(void **state)
{
    struct source_table *table = source_table_new(16, seed);
    char text[SOURCE_TEXT_SIZE];

    (void)state;
    source_text(get(table, 1, v4(0xC0000201)), text);
    assert_string_equal(text, "192.0.2.1");
    source_text(get(table, 1, v6("2001:db8:0:1::7")), text);
    assert_string_equal(text, "2001:db8:0:1::/64");
    source_text(get(table, 1, v6("2001:db8::7")), text);
    assert_string_equal(text, "2001:db8::/64");
    source_text(get(table, 1, v6("::1")), text);
    assert_string_equal(text, "::/64");
    source_text(get(table, 1, v6("ffff:ffff:ffff:ffff::")), text);
    assert_string_equal(text, "ffff:ffff:ffff:ffff::/64");
    source_table_free(table);
}

static void who_was_not_seen_for_longest_gives_way(void **state)
{
    struct source_table *table = source_table_new(3, seed);

    (void)state;
    for (uint32_t i = 1; i <= 3; i++)
        get(table, 1, v4(i))->rate = i;
    get(table, 1, v4(1)); /* seen again */
    get(table, 1, v4(4));
    assert_int_equal(get(table, 1, v4(1))->rate, 1);
    assert_int_equal(get(table, 1, v4(3))->rate, 3);
    assert_int_equal(get(table, 1, v4(2))->rate, 0); /* begins anew */
    source_table_free(table);
}

static void who_is_held_stays_and_a_full_table_says_so(void **state)
{
    struct source_table *table = source_table_new(2, seed);
    struct source *one = get(table, 1, v4(1));

    (void)state;
    source_hold(table, one);
    source_hold(table, one);
    struct source *two = get(table, 1, v4(2));
    source_hold(table, two);
    assert_null(get(table, 1, v4(3)));
    assert_ptr_equal(get(table, 1, v4(1)), one);
    source_release(table, two, 1);
    assert_ptr_equal(get(table, 1, v4(3)), two);
    assert_int_equal(get(table, 1, v4(1))->held, 2);
    source_release(table, one, 2);
    get(table, 1, v4(4));
    get(table, 1, v4(5));
    assert_int_equal(get(table, 1, v4(1))->held, 0);
    source_table_free(table);
}

static void the_held_can_be_walked(void **state)
{
    struct source_table *table = source_table_new(100, seed);
    size_t place = 0;
    size_t count = 0;
    struct source *source;

    (void)state;
    for (uint32_t i = 0; i < 50; i++)
        if (get(table, 1, v4(i)) != NULL && i % 5 == 0)
            source_hold(table, get(table, 1, v4(i)));
    while ((source = source_table_next_held(table, &place)) != NULL) {
        assert_int_equal(source->held, 1);
        count++;
    }
    assert_int_equal(count, 10);
    source_table_free(table);
}

/* A million addresses pass by; those that are held notice nothing, and who comes among them in
   between is found again as long as he is not the oldest. */
static void a_scan_of_a_million_addresses_drives_no_holder_out(void **state)
{
    enum { HOLDERS = 500, ADDRESSES = 1000000 };
    struct source_table *table = source_table_new(1024, seed);
    struct source *holders[HOLDERS];

    (void)state;
    for (uint32_t i = 0; i < HOLDERS; i++) {
        holders[i] = get(table, 7, v4(0x0A000000 + i));
        holders[i]->rate = i;
        source_hold(table, holders[i]);
    }
    for (uint32_t i = 0; i < ADDRESSES; i++) {
        struct ip ip = v4(0xC0000000 + i);

        if (i % 2 == 0) {
            ip = v6("2001:db8::");
            ip.bytes[5] = (uint8_t)(i >> 16);
            ip.bytes[6] = (uint8_t)(i >> 8);
            ip.bytes[7] = (uint8_t)i;
        }
        assert_non_null(get(table, 7, ip));
    }
    for (uint32_t i = 0; i < HOLDERS; i++) {
        assert_ptr_equal(get(table, 7, v4(0x0A000000 + i)), holders[i]);
        assert_int_equal(holders[i]->rate, i);
        assert_int_equal(holders[i]->held, 1);
    }
    source_table_free(table);
}

/* A random walk of every operation. */
static void it_agrees_with_a_plain_list(void **state)
{
    enum { CAPACITY = 40, SOURCES = 60, STEPS = 200000 };
    struct source_table *table = source_table_new(CAPACITY, seed);
    struct {
        uint64_t seen, held, rate;
        bool known;
    } list[SOURCES] = {{0, 0, 0, false}};
    size_t known = 0;
    uint32_t random = 1;

    (void)state;
    for (uint64_t step = 1; step <= STEPS; step++) {
        random = random * 1664525 + 1013904223;
        uint32_t which = (random >> 8) % SOURCES;
        struct source *source = get(table, which % 3, v4(which));

        if (!list[which].known && known == CAPACITY) {
            size_t oldest = SOURCES;
            for (size_t i = 0; i < SOURCES; i++)
                if (list[i].known && list[i].held == 0 &&
                    (oldest == SOURCES || list[i].seen < list[oldest].seen))
                    oldest = i;
            if (oldest == SOURCES) {
                assert_null(source);
                continue;
            }
            list[oldest].known = false;
            known--;
        }
        assert_non_null(source);
        if (!list[which].known) {
            list[which].known = true;
            list[which].held = list[which].rate = 0;
            known++;
        }
        assert_int_equal(source->held, list[which].held);
        assert_int_equal(source->rate, list[which].rate);
        list[which].seen = step;
        source->rate = list[which].rate = step;
        if (random >> 30 == 0) {
            source_hold(table, source);
            list[which].held++;
        } else if (source->held > 0) {
            source_release(table, source, source->held);
            list[which].held = 0;
        }
    }
    source_table_free(table);
}

/* Who is there stays where he is, and everybody is found again. */
static void it_grows(void **state)
{
    enum { FEW = 5000, MANY = 20000 };
    struct source_table *table = source_table_new(FEW, seed);
    static struct source *held[FEW];

    (void)state;
    for (uint32_t i = 0; i < FEW; i++) {
        held[i] = get(table, 1, v4(i));
        held[i]->rate = i;
        source_hold(table, held[i]);
    }
    assert_null(get(table, 1, v4(FEW)));
    source_table_grow(table, MANY);
    source_table_grow(table, FEW);
    for (uint32_t i = FEW; i < MANY; i++) {
        struct source *source = get(table, 1, v4(i));
        assert_non_null(source);
        source_hold(table, source);
    }
    assert_null(get(table, 1, v4(MANY)));
    for (uint32_t i = 0; i < FEW; i++) {
        assert_ptr_equal(get(table, 1, v4(i)), held[i]);
        assert_int_equal(held[i]->rate, i);
    }
    source_table_free(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_source_is_one_entry),
        cmocka_unit_test(of_ipv6_the_64_is_the_source),
        cmocka_unit_test(a_source_has_a_name),
        cmocka_unit_test(who_was_not_seen_for_longest_gives_way),
        cmocka_unit_test(who_is_held_stays_and_a_full_table_says_so),
        cmocka_unit_test(the_held_can_be_walked),
        cmocka_unit_test(a_scan_of_a_million_addresses_drives_no_holder_out),
        cmocka_unit_test(it_agrees_with_a_plain_list),
        cmocka_unit_test(it_grows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
