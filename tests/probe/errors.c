#include "probe.h"

#include <fcntl.h>
#include <io.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

int probe_stderr(wchar_t **arguments)
{
    fprintf(stderr, "%ls\n", arguments[0]);
    return 0;
}

/* A write that has room for some only takes some. */
static int write_errors(const char *bytes, size_t size)
{
    while (size > 0) {
        int written = _write(2, bytes, (unsigned)size);

        if (written <= 0)
            return 1;
        bytes += written;
        size -= (size_t)written;
    }
    return 0;
}

int probe_stderr_flood(wchar_t **arguments)
{
    long count = wcstol(arguments[0], NULL, 0);
    char block[4096];
    size_t used = 0;

    _setmode(2, _O_BINARY);
    for (long i = 1; i <= count; i++) {
        used += (size_t)snprintf(block + used, sizeof block - used, "line %ld.\n", i);
        if (sizeof block - used < 32 || i == count) {
            if (write_errors(block, used) != 0)
                return 1;
            used = 0;
        }
    }
    return 0;
}

int probe_stderr_long(wchar_t **arguments)
{
    size_t size = (size_t)wcstoull(arguments[0], NULL, 0);
    char *text = malloc(size + 1);

    if (text == NULL)
        return 1;
    _setmode(2, _O_BINARY);
    memset(text, 'x', size);
    int failed = write_errors(text, size);
    free(text);
    return failed;
}

int probe_stderr_binary(wchar_t **arguments)
{
    char all[256 + 1];

    (void)arguments;
    _setmode(2, _O_BINARY);
    for (int i = 0; i < 256; i++)
        all[i] = (char)i;
    all[256] = '\n';
    return write_errors(all, sizeof all);
}

int probe_stderr_handle(wchar_t **arguments)
{
    char line[256];

    (void)arguments;
    say(L"%lu %llu", GetCurrentProcessId(),
        (unsigned long long)(ULONG_PTR)GetStdHandle(STD_ERROR_HANDLE));
    hear(line, sizeof line);
    return 0;
}
