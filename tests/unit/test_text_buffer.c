#include "unit.h"

#include "core/text_buffer.h"

static void a_buffer_grows_and_stays_closed(void **state)
{
    (void)state;
    struct text_buffer buffer = {0};
    for (size_t i = 0; i < 1000; i++) {
        text_buffer_add_text(&buffer, "ab");
        text_buffer_add(&buffer, "xyz", 1);
        text_buffer_repeat(&buffer, '-', 2);
        assert_int_equal(buffer.text[buffer.length], '\0');
    }
    assert_int_equal(buffer.length, 5000);
    assert_memory_equal(buffer.text + 4995, "abx--", 6);
    free(buffer.text);
}

static void adding_nothing_makes_an_empty_text(void **state)
{
    (void)state;
    struct text_buffer buffer = {0};
    text_buffer_add(&buffer, "", 0);
    assert_owned_string_equal(buffer.text, "");
}

static void a_list_is_added_with_what_comes_before_it(void **state)
{
    (void)state;
    struct text_buffer buffer = {0};
    struct text_list list = {0};
    text_buffer_add_list(&buffer, ": ", &list);
    assert_int_equal(buffer.length, 0);
    text_list_append(&list, "port");
    text_list_append(&list, "bind");
    text_buffer_add_text(&buffer, "web");
    text_buffer_add_list(&buffer, ": ", &list);
    text_list_free(&list);
    assert_owned_string_equal(buffer.text, "web: port, bind");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_buffer_grows_and_stays_closed),
        cmocka_unit_test(adding_nothing_makes_an_empty_text),
        cmocka_unit_test(a_list_is_added_with_what_comes_before_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
