#include "unit.h"

#include "core/memory.h"

static void zeroed_memory_is_zeroed(void **state)
{
    (void)state;
    unsigned char *block = memory_zeroed(100, 3);
    for (size_t i = 0; i < 300; i++)
        assert_int_equal(block[i], 0);
    free(block);
}

static void growing_keeps_what_was_there(void **state)
{
    (void)state;
    int *numbers = NULL;
    for (size_t i = 0; i < 1000; i++) {
        numbers = memory_grow(numbers, i + 1, sizeof *numbers);
        numbers[i] = (int)i;
    }
    for (size_t i = 0; i < 1000; i++)
        assert_int_equal(numbers[i], i);
    free(numbers);
}

static void no_bytes_are_a_block_too(void **state)
{
    (void)state;
    void *block = memory_grow(NULL, 0, 8);
    assert_non_null(block);
    free(block);
}

static void a_copy_is_another_text(void **state)
{
    (void)state;
    char text[] = "abc";
    char *copy = memory_copy(text);
    text[0] = 'x';
    assert_owned_string_equal(copy, "abc");
}

static void formatted_text_has_any_length(void **state)
{
    (void)state;
    char *text = memory_format("%s-%zu-%5000d", "a", (size_t)7, 1);
    assert_int_equal(strlen(text), 5004);
    assert_memory_equal(text, "a-7-  ", 6);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zeroed_memory_is_zeroed),
        cmocka_unit_test(growing_keeps_what_was_there),
        cmocka_unit_test(no_bytes_are_a_block_too),
        cmocka_unit_test(a_copy_is_another_text),
        cmocka_unit_test(formatted_text_has_any_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
