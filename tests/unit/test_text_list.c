#include "unit.h"

#include "core/text_list.h"

static void a_list_owns_copies(void **state)
{
    (void)state;
    struct text_list list = {0};
    char text[] = "abc";
    text_list_append(&list, text);
    text[0] = 'x';
    assert_int_equal(list.count, 1);
    assert_string_equal(list.items[0], "abc");
    text_list_free(&list);
}

static void a_freed_list_is_empty_and_usable(void **state)
{
    (void)state;
    struct text_list list = {0};
    text_list_append(&list, "a");
    text_list_free(&list);
    assert_int_equal(list.count, 0);
    assert_null(list.items);
    text_list_append(&list, "b");
    assert_string_equal(list.items[0], "b");
    text_list_free(&list);
}

static void a_list_can_be_appended_to_itself(void **state)
{
    (void)state;
    struct text_list list = {0};
    text_list_append(&list, "a");
    text_list_append(&list, "b");
    text_list_append_all(&list, &list);
    assert_int_equal(list.count, 4);
    assert_string_equal(list.items[2], "a");
    assert_string_equal(list.items[3], "b");
    text_list_free(&list);
}

static void looking_for_a_text_minds_case(void **state)
{
    (void)state;
    struct text_list list = {0};
    assert_false(text_list_contains(&list, ""));
    text_list_append(&list, "abc");
    assert_true(text_list_contains(&list, "abc"));
    assert_false(text_list_contains(&list, "ABC"));
    assert_false(text_list_contains(&list, "ab"));
    text_list_free(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_owns_copies),
        cmocka_unit_test(a_freed_list_is_empty_and_usable),
        cmocka_unit_test(a_list_can_be_appended_to_itself),
        cmocka_unit_test(looking_for_a_text_minds_case),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
