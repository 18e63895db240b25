#include "unit.h"

#include "core/mistakes.h"

static struct place line(int number)
{
    return (struct place){.file = "x.ini", .line = number};
}

static void mistakes_come_out_in_the_order_of_the_lines(void **state)
{
    (void)state;
    struct mistakes mistakes = {0};
    struct text_list texts = {0};
    mistakes_add(&mistakes, line(30), "c");
    mistakes_add(&mistakes, line(2), "b %d", 1);
    mistakes_add(&mistakes, line(2), "a");
    mistakes_hand_over(&mistakes, &texts);
    assert_int_equal(mistakes.count, 0);
    assert_int_equal(texts.count, 3);
    assert_string_equal(texts.items[0], "x.ini:2: b 1");
    assert_string_equal(texts.items[1], "x.ini:2: a"); /* as found within a line */
    assert_string_equal(texts.items[2], "x.ini:30: c");
    text_list_free(&texts);
}

static void mistakes_come_out_file_by_file(void **state)
{
    (void)state;
    struct mistakes mistakes = {0};
    struct text_list texts = {0};
    mistakes_add(&mistakes, (struct place){.file = "a.ini", .order = 2, .line = 1}, "a");
    mistakes_add(&mistakes, (struct place){.file = "b.ini", .order = 1, .line = 1}, "a");
    mistakes_add(&mistakes, line(3), "a");
    mistakes_hand_over(&mistakes, &texts);
    assert_int_equal(texts.count, 3);
    assert_string_equal(texts.items[0], "x.ini:3: a");
    assert_string_equal(texts.items[1], "b.ini:1: a");
    assert_string_equal(texts.items[2], "a.ini:1: a");
    text_list_free(&texts);
}

static void a_place_is_a_line_or_a_file_and_a_line(void **state)
{
    (void)state;
    struct place other = {.file = "a.ini", .order = 1, .line = 7};
    assert_owned_string_equal(place_seen_from(line(7), line(2)), "line 7");
    assert_owned_string_equal(place_seen_from(other, line(2)), "a.ini:7");
}

static void a_mistake_is_said_once(void **state)
{
    (void)state;
    struct mistakes mistakes = {0};
    struct text_list texts = {0};
    mistakes_add(&mistakes, line(2), "a");
    mistakes_add(&mistakes, line(2), "b");
    mistakes_add(&mistakes, line(2), "a");
    mistakes_add(&mistakes, line(3), "a");
    mistakes_hand_over(&mistakes, &texts);
    assert_int_equal(texts.count, 3);
    text_list_free(&texts);
}

static void a_mistake_of_no_line_has_no_file(void **state)
{
    (void)state;
    struct mistakes mistakes = {0};
    struct text_list texts = {0};
    mistakes_add(&mistakes, (struct place){0}, "a");
    mistakes_hand_over(&mistakes, &texts);
    assert_string_equal(texts.items[0], "a");
    text_list_free(&texts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mistakes_come_out_in_the_order_of_the_lines),
        cmocka_unit_test(mistakes_come_out_file_by_file),
        cmocka_unit_test(a_place_is_a_line_or_a_file_and_a_line),
        cmocka_unit_test(a_mistake_is_said_once),
        cmocka_unit_test(a_mistake_of_no_line_has_no_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
