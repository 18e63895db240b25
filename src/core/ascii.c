#include "core/ascii.h"

char ascii_upper(char c)
{
    if (c < 'a' || c > 'z')
        return c;
    return (char)(c - 'a' + 'A');
}

bool ascii_is_letter(char c)
{
    char upper = ascii_upper(c);
    return upper >= 'A' && upper <= 'Z';
}

bool ascii_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

int ascii_compare(const char *a, const char *b)
{
    while (*a != '\0' && ascii_upper(*a) == ascii_upper(*b)) {
        a++;
        b++;
    }
    return (unsigned char)ascii_upper(*a) - (unsigned char)ascii_upper(*b);
}

bool ascii_equals_n(const char *a, const char *b, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (ascii_upper(a[i]) != ascii_upper(b[i]))
            return false;
        if (a[i] == '\0')
            return true;
    }
    return true;
}
