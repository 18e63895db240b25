#ifndef STDINETD_TESTS_UNIT_H
#define STDINETD_TESTS_UNIT_H

/* What every unit test includes first: cmocka wants these headers before its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Compares a text that the caller owns, and frees it. */
#define assert_owned_string_equal(owned, expected)                                                 \
    do {                                                                                           \
        char *owned_text = (owned);                                                                \
        assert_non_null(owned_text);                                                               \
        assert_string_equal(owned_text, expected);                                                 \
        free(owned_text);                                                                          \
    } while (false)

#endif
