#include "windows/text.h"

#include "core/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

wchar_t *wide_from_utf8(const char *text)
{
    int units = MultiByteToWideChar(CP_UTF8, 0, text, -1, NULL, 0);
    wchar_t *wide = memory_zeroed((size_t)units + 1, sizeof *wide);

    MultiByteToWideChar(CP_UTF8, 0, text, -1, wide, units);
    return wide;
}

char *utf8_from_wide(const wchar_t *text)
{
    int bytes = WideCharToMultiByte(CP_UTF8, 0, text, -1, NULL, 0, NULL, NULL);
    char *utf8 = memory_zeroed((size_t)bytes + 1, 1);

    WideCharToMultiByte(CP_UTF8, 0, text, -1, utf8, bytes, NULL, NULL);
    return utf8;
}

struct text_list utf8_words(int count, wchar_t *const *words)
{
    struct text_list list = {0};

    for (int i = 0; i < count; i++) {
        char *word = utf8_from_wide(words[i]);

        text_list_append(&list, word);
        free(word);
    }
    return list;
}

char *utf8_block_from_wide(const wchar_t *block)
{
    size_t units = 0;

    while (block[units] != L'\0')
        units += wcslen(block + units) + 1;
    int bytes = WideCharToMultiByte(CP_UTF8, 0, block, (int)units, NULL, 0, NULL, NULL);
    char *utf8 = memory_zeroed((size_t)bytes + 2, 1);
    WideCharToMultiByte(CP_UTF8, 0, block, (int)units, utf8, bytes, NULL, NULL);
    return utf8;
}

wchar_t *wide_block_from_utf8(const char *block, size_t size, size_t *units)
{
    int count = MultiByteToWideChar(CP_UTF8, 0, block, (int)size, NULL, 0);
    wchar_t *wide = memory_zeroed((size_t)count + 1, sizeof *wide);

    MultiByteToWideChar(CP_UTF8, 0, block, (int)size, wide, count);
    *units = (size_t)count;
    return wide;
}

/* The system's sentence for a number, without the line break that FormatMessage puts behind it. */
static void system_text(DWORD code, char *text, int size)
{
    wchar_t wide[300];
    DWORD length = FormatMessageW(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL,
                                  code, 0, wide, ARRAYSIZE(wide), NULL);

    while (length > 0 && wide[length - 1] <= L' ')
        length--;
    int bytes = WideCharToMultiByte(CP_UTF8, 0, wide, (int)length, text, size - 1, NULL, NULL);
    text[bytes] = '\0';
    if (bytes == 0)
        snprintf(text, (size_t)size, "Windows has no text for this number.");
}

static bool set(struct error *error, DWORD code, const char *format, va_list arguments)
{
    char what[sizeof error->text / 2];
    char text[sizeof error->text / 2];

    vsnprintf(what, sizeof what, format, arguments);
    system_text(code, text, sizeof text);
    SetLastError(code);
    return error_set(error, "%s: %lu: %s", what, code, text);
}

bool error_windows(struct error *error, const char *format, ...)
{
    DWORD code = GetLastError();
    va_list arguments;

    va_start(arguments, format);
    set(error, code, format, arguments);
    va_end(arguments);
    return false;
}

bool error_winsock(struct error *error, const char *format, ...)
{
    DWORD code = (DWORD)WSAGetLastError();
    va_list arguments;

    va_start(arguments, format);
    set(error, code, format, arguments);
    va_end(arguments);
    return false;
}

bool error_code(struct error *error, DWORD code, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    set(error, code, format, arguments);
    va_end(arguments);
    return false;
}
