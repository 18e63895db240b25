#include "core/memory.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *or_end(void *block)
{
    if (block == NULL) {
        fputs("stdinetd: there is not enough memory\n", stderr);
        exit(1);
    }
    return block;
}

void *memory_grow(void *block, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size)
        return or_end(NULL);
    size_t bytes = count * size;
    return or_end(realloc(block, bytes == 0 ? 1 : bytes));
}

void *memory_zeroed(size_t count, size_t size)
{
    return or_end(calloc(count == 0 ? 1 : count, size == 0 ? 1 : size));
}

char *memory_copy(const char *text)
{
    size_t size = strlen(text) + 1;
    return memcpy(memory_grow(NULL, size, 1), text, size);
}

char *memory_vformat(const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    size_t size = length < 0 ? 1 : (size_t)length + 1;
    char *text = memory_zeroed(size, 1);
    if (length >= 0)
        vsnprintf(text, size, format, again);
    va_end(again);
    return text;
}

char *memory_format(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = memory_vformat(format, arguments);
    va_end(arguments);
    return text;
}
