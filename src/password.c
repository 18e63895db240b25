#include "password.h"

#include "core/memory.h"
#include "windows/secret.h"
#include "windows/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DONE = 0, FAILED = 1, WRONG_USE = 2, PASSWORD_UNITS = 512 };

static void cut_line(wchar_t *line)
{
    line[wcscspn(line, L"\r\n")] = L'\0';
}

static bool read_console(HANDLE input, wchar_t line[PASSWORD_UNITS], const char *prompt)
{
    DWORD mode = 0;
    DWORD count = 0;

    GetConsoleMode(input, &mode);
    fputs(prompt, stderr);
    SetConsoleMode(input,
                   (mode | ENABLE_LINE_INPUT | ENABLE_PROCESSED_INPUT) & ~(DWORD)ENABLE_ECHO_INPUT);
    BOOL good = ReadConsoleW(input, line, PASSWORD_UNITS - 1, &count, NULL);
    SetConsoleMode(input, mode);
    fputs("\n", stderr);
    line[good ? count : 0] = L'\0';
    bool whole = wcspbrk(line, L"\r\n") != NULL;
    cut_line(line);
    return whole;
}

/* From a file or pipe, in UTF-8. */
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
    if (whole)
        cut_line(line);
    return whole;
}

/* In a console it is asked for twice, since nobody sees a slip. */
static bool ask(wchar_t line[PASSWORD_UNITS], const char *account, const char **complaint)
{
    HANDLE input = GetStdHandle(STD_INPUT_HANDLE);
    wchar_t again[PASSWORD_UNITS];
    DWORD mode;

    *complaint = "no password was given";
    if (!GetConsoleMode(input, &mode))
        return read_line(input, line) && *line != L'\0';
    char *prompt = memory_format("Password of %s: ", account);
    bool good = read_console(input, line, prompt) && *line != L'\0';
    free(prompt);
    if (good) {
        *complaint = "the two are not the same";
        good = read_console(input, again, "The same again: ") && wcscmp(line, again) == 0;
        SecureZeroMemory(again, sizeof again);
    }
    return good;
}

int password_command(const char *account)
{
    wchar_t line[PASSWORD_UNITS];
    const char *complaint;
    struct error error;
    int exit_code = DONE;

    if (!ask(line, account, &complaint)) {
        fprintf(stderr, "stdinetd: %s; nothing is stored\n", complaint);
        exit_code = WRONG_USE;
    } else if (!secret_store(account, line, &error)) {
        fprintf(stderr, "stdinetd: the password of %s cannot be stored: %s\n", account, error.text);
        exit_code = FAILED;
    } else {
        fprintf(stderr, "stored; the server takes it when it next starts\n");
    }
    SecureZeroMemory(line, sizeof line);
    return exit_code;
}
