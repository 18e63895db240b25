#include "probe.h"

#include <fcntl.h>
#include <io.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <windows.h>

/* Programs that send back what they get, each but for something. */

static bool write_all(const char *bytes, size_t size)
{
    return size == 0 || _write(1, bytes, (unsigned)size) == (int)size;
}

/* A socket is a pipe to GetFileType. */
static bool has_pipe(void)
{
    DWORD flags;

    return GetNamedPipeInfo(GetStdHandle(STD_INPUT_HANDLE), &flags, NULL, NULL, NULL);
}

static int echo(void)
{
    static char block[65536];
    int count;

    while ((count = _read(0, block, sizeof block)) > 0)
        if (!write_all(block, (size_t)count))
            return 1;
    return count == 0 ? 0 : 1;
}

int probe_echo_on_pipe(wchar_t **arguments)
{
    (void)arguments;
    if (has_pipe())
        return echo();
    fputs("this is no pipe\n", stderr);
    return 1;
}

int probe_echo_on_socket(wchar_t **arguments)
{
    (void)arguments;
    if (!has_pipe())
        return echo();
    fputs("this is no socket\n", stderr);
    return 1;
}

/* What two threads on one socket come to on Windows: what one would write waits until what the
   other waits to read is there. */
int probe_echo_late(wchar_t **arguments)
{
    static char lines[2][256];
    unsigned current = 0;
    size_t length;

    (void)arguments;
    if (has_pipe())
        return echo();
    while ((length = hear(lines[current], sizeof lines[current] - 1)) > 0) {
        lines[current][length] = '\n';
        lines[current][length + 1] = '\0';
        current = 1 - current;
        if (!write_all(lines[current], strlen(lines[current])))
            return 1;
    }
    return write_all(lines[1 - current], strlen(lines[1 - current])) ? 0 : 1;
}

static SRWLOCK lock = SRWLOCK_INIT; /* of the two below */
static CONDITION_VARIABLE news = CONDITION_VARIABLE_INIT;
static size_t to_write;
static char read_block[4096];

static DWORD WINAPI write_what_was_read(void *ignored)
{
    (void)ignored;
    for (;;) {
        AcquireSRWLockExclusive(&lock);
        while (to_write == 0)
            SleepConditionVariableSRW(&news, &lock, INFINITE, 0);
        char block[sizeof read_block];
        size_t length = to_write;
        memcpy(block, read_block, length);
        ReleaseSRWLockExclusive(&lock);
        Sleep(50); /* until the other one is in its next read for certain */
        if (!write_all(block, length))
            ExitProcess(1);
        AcquireSRWLockExclusive(&lock);
        to_write = 0;
        ReleaseSRWLockExclusive(&lock);
        WakeAllConditionVariable(&news);
    }
}

static void hand_over(const char *block, size_t length)
{
    AcquireSRWLockExclusive(&lock);
    while (to_write > 0)
        SleepConditionVariableSRW(&news, &lock, INFINITE, 0);
    memcpy(read_block, block, length);
    to_write = length;
    ReleaseSRWLockExclusive(&lock);
    WakeAllConditionVariable(&news);
}

/* On a socket, each write waits for the other thread's read (not under Wine 8). */
int probe_echo_threads(wchar_t **arguments)
{
    char block[sizeof read_block];
    int count;

    (void)arguments;
    CreateThread(NULL, 0, write_what_was_read, NULL, 0, NULL);
    while ((count = _read(0, block, sizeof block)) > 0)
        hand_over(block, (size_t)count);
    AcquireSRWLockExclusive(&lock);
    while (to_write > 0)
        SleepConditionVariableSRW(&news, &lock, INFINITE, 0);
    return 0;
}

/* After so many milliseconds, if an argument says so. */
int probe_echo_for_ever(wchar_t **arguments)
{
    if (arguments[0] != NULL)
        Sleep(wcstoul(arguments[0], NULL, 10));
    echo();
    Sleep(INFINITE);
    return 0;
}

/* As every C program begins: LF becomes CR LF on the way out, and Ctrl-Z ends the input. */
int probe_echo_text(wchar_t **arguments)
{
    char line[256];

    (void)arguments;
    _setmode(0, _O_TEXT);
    _setmode(1, _O_TEXT);
    while (fgets(line, sizeof line, stdin) != NULL)
        if (fputs(line, stdout) < 0 || fflush(stdout) != 0)
            return 1;
    return 0;
}

/* BYTE: it goes missing; "stop BYTE": it is the end of the input. */
int probe_echo_but(wchar_t **arguments)
{
    bool stops = wcscmp(arguments[0], L"stop") == 0;
    char unwanted = (char)wcstol(arguments[stops ? 1 : 0], NULL, 0);
    static char block[65536];
    int count;

    while ((count = _read(0, block, sizeof block)) > 0) {
        size_t kept = 0;

        for (int i = 0; i < count; i++) {
            if (block[i] != unwanted)
                block[kept++] = block[i];
            else if (stops)
                return write_all(block, kept) ? 0 : 1;
        }
        if (!write_all(block, kept))
            return 1;
    }
    return 0;
}

/* N: as many lines, of what comes; the rest is only read. */
int probe_echo_lines(wchar_t **arguments)
{
    long left = wcstol(arguments[0], NULL, 0);
    char line[256];
    size_t length;

    for (; left > 0 && (length = hear(line, sizeof line - 1)) > 0; left--) {
        line[length++] = '\n';
        if (!write_all(line, length))
            return 1;
    }
    while (_read(0, line, sizeof line) > 0) {
    }
    return 0;
}
