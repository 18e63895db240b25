#include "unit.h"

#include "core/ip.h"

static bool same(const char *a, const char *b)
{
    struct ip x;
    struct ip y;
    return ip_parse(a, &x) && ip_parse(b, &y) && ip_equals(&x, &y);
}

static bool valid(const char *text)
{
    struct ip ip;
    return ip_parse(text, &ip);
}

static void one_address_in_two_spellings_is_the_same(void **state)
{
    (void)state;
    assert_true(same("127.0.0.1", "127.0.0.1"));
    assert_true(same("::1", "0:0:0:0:0:0:0:1"));
    assert_true(same("2001:DB8::a", "2001:db8:0:0::A"));
    assert_true(same("1::", "1:0:0:0:0:0:0:0"));
    assert_true(same("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"));
    assert_true(same("::ffff:10.1.2.3", "10.1.2.3"));
    assert_true(same("64:ff9b::1.2.3.4", "64:ff9b::102:304"));
    assert_false(same("::1", "::2"));
    assert_false(same("10.0.0.1", "10.0.0.2"));
    assert_false(same("::", "0.0.0.0"));
}

static void any_address_is_known(void **state)
{
    (void)state;
    struct ip ip;
    assert_true(ip_parse("0.0.0.0", &ip) && ip_is_any(&ip));
    assert_true(ip_parse("::", &ip) && ip_is_any(&ip));
    assert_true(ip_parse("::1", &ip) && !ip_is_any(&ip));
}

static void what_is_no_address_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"",
                                        "1",
                                        "1.2.3",
                                        "1.2.3.4.5",
                                        "1.2.3.256",
                                        "01.2.3.4",
                                        "1.2.3.4 ",
                                        "1..2.3",
                                        "1.2.3.",
                                        ":",
                                        ":::",
                                        "1:",
                                        ":1",
                                        "1:2",
                                        "1::2::3",
                                        "12345::",
                                        "::g",
                                        "1:2:3:4:5:6:7:8:9",
                                        "1:2:3:4:5:6:7:8::",
                                        "::1.2.3",
                                        "1.2.3.4::",
                                        "::1.2.3.4.5",
                                        "1:2:3:4:5:6:7:1.2.3.4",
                                        "fe80::1%4",
                                        "*"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (valid(texts[i]))
            fail_msg("'%s' was taken for an address", texts[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_address_in_two_spellings_is_the_same),
        cmocka_unit_test(any_address_is_known),
        cmocka_unit_test(what_is_no_address_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
