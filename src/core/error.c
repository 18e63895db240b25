#include "core/error.h"

#include "core/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void set(struct error *error, const char *format, va_list arguments) PRINTF_LIKE(2, 0);

static void set(struct error *error, const char *format, va_list arguments)
{
    int length = vsnprintf(error->text, sizeof error->text, format, arguments);
    if (length < 0)
        error->text[0] = '\0';
    else if ((size_t)length >= sizeof error->text)
        error->text[utf8_whole(error->text, sizeof error->text - 1)] = '\0';
}

bool error_set(struct error *error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    set(error, format, arguments);
    va_end(arguments);
    return false;
}

bool error_prefix(struct error *error, const char *format, ...)
{
    struct error deeper = *error;
    struct error prefix;
    va_list arguments;
    va_start(arguments, format);
    set(&prefix, format, arguments);
    va_end(arguments);
    return error_set(error, "%s: %s", prefix.text, deeper.text);
}
