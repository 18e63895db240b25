#include "probe.h"

#include <io.h>
#include <stdio.h>
#include <windows.h>

/* What has been read, and how many bytes of it were not those that flood writes. */
struct tally {
    unsigned long long read, wrong;
};

static DWORD WINAPI read_all(void *argument)
{
    static unsigned char block[65536];
    struct tally *tally = argument;
    int count;

    while ((count = _read(0, block, sizeof block)) > 0)
        for (int i = 0; i < count; i++)
            tally->wrong += block[i] != tally->read++ % 251;
    return 0;
}

/* N: one thread writes the N bytes that flood writes while another reads the same kind of bytes to
   the end of input; then a line says how many came, and how many of them were wrong. */
int probe_duplex(wchar_t **arguments)
{
    struct tally tally = {0};
    HANDLE reader = CreateThread(NULL, 0, read_all, &tally, 0, NULL);

    if (reader == NULL || probe_flood(arguments) != 0)
        return 1;
    WaitForSingleObject(reader, INFINITE);
    CloseHandle(reader);
    say(L"read %llu, wrong %llu", tally.read, tally.wrong);
    return 0;
}

int probe_close_stdout(wchar_t **arguments)
{
    struct tally tally = {0};

    (void)arguments;
    say(L"bye");
    _close(1);
    read_all(&tally);
    fprintf(stderr, "read %llu\n", tally.read);
    return 0;
}
