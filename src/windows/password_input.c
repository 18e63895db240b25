#include "windows/password_input.h"

#include "core/memory.h"
#include "windows/text.h"

#include <stdio.h>
#include <stdlib.h>

enum { PASSWORD_UNITS = 512 };

static bool read_console(HANDLE input, wchar_t line[PASSWORD_UNITS])
{
    DWORD mode = 0;
    DWORD count = 0;

    GetConsoleMode(input, &mode);
    SetConsoleMode(input,
                   (mode | ENABLE_LINE_INPUT | ENABLE_PROCESSED_INPUT) & ~(DWORD)ENABLE_ECHO_INPUT);
    BOOL good = ReadConsoleW(input, line, PASSWORD_UNITS - 1, &count, NULL);
    SetConsoleMode(input, mode);
    fputs("\n", stderr);
    line[good ? count : 0] = L'\0';
    return wcspbrk(line, L"\r\n") != NULL; /* else it is cut off */
}

/* From a file or pipe. One byte at a time: what stands behind the line is not ours. */
static bool read_line(HANDLE input, wchar_t line[PASSWORD_UNITS])
{
    char text[2 * PASSWORD_UNITS];
    size_t length = 0;
    DWORD count = 0;

    while (length < sizeof text - 1 && ReadFile(input, text + length, 1, &count, NULL) &&
           count == 1 && text[length] != '\n')
        length++;
    bool whole = length < sizeof text - 1;
    text[length] = '\0';
    whole = whole &&
            MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, line, PASSWORD_UNITS) > 0;
    SecureZeroMemory(text, sizeof text);
    return whole;
}

/* Without the end of its line; false where it is empty, too long or no text. */
static bool take(HANDLE input, bool is_console, wchar_t line[PASSWORD_UNITS])
{
    bool whole = is_console ? read_console(input, line) : read_line(input, line);

    line[whole ? wcscspn(line, L"\r\n") : 0] = L'\0';
    return line[0] != L'\0';
}

static bool is_typed_again(HANDLE input, const wchar_t *password)
{
    wchar_t again[PASSWORD_UNITS];

    fputs("The same again: ", stderr);
    bool same = take(input, true, again) && wcscmp(password, again) == 0;
    SecureZeroMemory(again, sizeof again);
    return same;
}

wchar_t *password_ask(const char *account, bool twice, struct error *error)
{
    HANDLE input = GetStdHandle(STD_INPUT_HANDLE);
    wchar_t *password = memory_zeroed(PASSWORD_UNITS, sizeof *password);
    DWORD mode;
    bool is_console = GetConsoleMode(input, &mode);

    if (is_console)
        fprintf(stderr, "Password of %s: ", account);
    if (!take(input, is_console, password))
        error_set(error, "%s needs a password: type it, or give it as the first line of stdin",
                  account);
    else if (is_console && twice && !is_typed_again(input, password))
        error_set(error, "the two are not the same");
    else
        return password;
    password_forget(password);
    return NULL;
}

void password_forget(wchar_t *password)
{
    if (password == NULL)
        return;
    SecureZeroMemory(password, PASSWORD_UNITS * sizeof *password);
    free(password);
}
