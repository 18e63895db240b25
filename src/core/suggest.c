#include "core/suggest.h"

#include "core/ascii.h"

#include <string.h>

enum { LONGEST = 40 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Optimal string alignment: Levenshtein's distance, with two swapped neighbours counted as one
 * step. */
static size_t distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    size_t steps[LONGEST + 1][LONGEST + 1];
    for (size_t i = 0; i <= a_length; i++)
        steps[i][0] = i;
    for (size_t j = 0; j <= b_length; j++)
        steps[0][j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        for (size_t j = 1; j <= b_length; j++) {
            char x = ascii_upper(a[i - 1]);
            char y = ascii_upper(b[j - 1]);
            steps[i][j] = least(steps[i - 1][j] + 1, steps[i][j - 1] + 1);
            steps[i][j] = least(steps[i][j], steps[i - 1][j - 1] + (x != y));
            if (i > 1 && j > 1 && x == ascii_upper(b[j - 2]) && y == ascii_upper(a[i - 2]))
                steps[i][j] = least(steps[i][j], steps[i - 2][j - 2] + 1);
        }
    }
    return steps[a_length][b_length];
}

const char *suggest(const char *misspelt, const char *const *words, size_t count)
{
    size_t length = strlen(misspelt);
    if (length == 0 || length > LONGEST)
        return NULL;
    /* One mistake in three letters is a slip; more is another word. */
    size_t best = (length < 3 ? 1 : length / 3) + 1;
    const char *nearest = NULL;
    for (size_t i = 0; i < count; i++) {
        size_t word_length = strlen(words[i]);
        if (word_length > LONGEST)
            continue;
        size_t steps = distance(misspelt, length, words[i], word_length);
        if (steps < best) {
            best = steps;
            nearest = words[i];
        }
    }
    return nearest;
}
