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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_buffer_grows_and_stays_closed),
        cmocka_unit_test(adding_nothing_makes_an_empty_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
