/* Workers that speak the protocol wrongly, and so without the library. */
#include <winsock2.h>
#include <windows.h>

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ORDER = 704, REPORT = 16 };

static void put(const void *bytes, DWORD count)
{
    DWORD written;

    WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), bytes, count, &written, NULL);
}

static void report(uint32_t kind, uint32_t value, uint64_t number)
{
    unsigned char bytes[REPORT];

    memcpy(bytes, &kind, 4);
    memcpy(bytes + 4, &value, 4);
    memcpy(bytes + 8, &number, 8);
    put(bytes, sizeof bytes);
}

static void ready(void)
{
    report(1, 1, GetCurrentProcessId());
}

static bool read_order(unsigned char *bytes)
{
    DWORD used = 0;

    while (used < ORDER) {
        DWORD count = 0;

        if (!ReadFile(GetStdHandle(STD_INPUT_HANDLE), bytes + used, ORDER - used, &count, NULL) ||
            count == 0)
            return false;
        used += count;
    }
    return true;
}

/* Where reports may go instead. */
static struct {
    unsigned char *bytes;
    uint32_t size;
} page;

static void take_page(const unsigned char *order)
{
    uint64_t section;

    memcpy(&page.size, order + 4, sizeof page.size);
    memcpy(&section, order + 16, sizeof section);
    page.bytes = MapViewOfFile((HANDLE)(uintptr_t)section, FILE_MAP_WRITE, 0, 0, 0);
}

/* Without a word to who waits for it. */
static void report_in_page(uint32_t kind, uint64_t number)
{
    uint32_t written;

    memcpy(&written, page.bytes, sizeof written);
    unsigned char *entry = page.bytes + 320 + (size_t)(written % page.size) * REPORT;
    memset(entry, 0, REPORT);
    memcpy(entry, &kind, sizeof kind);
    memcpy(entry + 8, &number, sizeof number);
    InterlockedIncrement((volatile LONG *)page.bytes);
}

/* The number of the connection; 0 where the server asks it to end, or is gone. */
static uint64_t next_connection(void)
{
    unsigned char bytes[ORDER];
    uint64_t number = 0;

    while (read_order(bytes)) {
        if (bytes[0] == 4) {
            take_page(bytes);
            continue;
        }
        if (bytes[0] == 1)
            memcpy(&number, bytes + 8, sizeof number);
        break;
    }
    return number;
}

static void stay(void)
{
    while (next_connection() != 0)
        continue;
    Sleep(INFINITE);
}

int main(int argc, char **argv)
{
    static const char rubbish[100000] = "rubbish";
    const char *mode = argc > 1 ? argv[1] : "";

    if (strcmp(mode, "exit") == 0) /* at once */
        return 3;
    if (strcmp(mode, "mute") == 0)
        stay();
    if (strcmp(mode, "rubbish") == 0) {
        put("GET / HTTP/1.0\r\n\r\n", 18);
        stay();
    }
    if (strcmp(mode, "short") == 0) {
        put("\1\0\0\0\1\0\0", 7);
        return 0;
    }
    if (strcmp(mode, "version") == 0) {
        report(1, 2, GetCurrentProcessId());
        stay();
    }
    if (strcmp(mode, "foreign") == 0) { /* its parent is no process of its job */
        report(1, 1, (uint64_t)strtoul(argv[2], NULL, 10));
        stay();
    }
    if (strcmp(mode, "early") == 0) {
        report(2, 0, 1);
        stay();
    }
    ready();
    if (strcmp(mode, "twice") == 0)
        ready();
    if (strcmp(mode, "long") == 0) {
        put(rubbish, sizeof rubbish);
        put(rubbish, sizeof rubbish);
    }
    if (strcmp(mode, "blind") == 0) /* it reads nothing */
        Sleep(INFINITE);
    if (strcmp(mode, "unknown") == 0)
        report(5, 0, 0);
    if (strcmp(mode, "stranger") == 0)
        report(4, 0, 999);
    uint64_t number = next_connection();
    if (strcmp(mode, "reject") == 0)
        for (; number != 0; number = next_connection())
            report(3, WSAEINVAL, number);
    if (strcmp(mode, "done-first") == 0 && number != 0)
        report(4, 0, number);
    if (strcmp(mode, "accept-twice") == 0 && number != 0) {
        report(2, 0, number);
        report(2, 0, number);
    }
    if (strcmp(mode, "done-twice") == 0 && number != 0) {
        report(2, 0, number);
        report(4, 0, number);
        report(4, 0, number);
    }
    if (strcmp(mode, "page-unknown") == 0 && number != 0)
        report_in_page(5, number);
    if (strcmp(mode, "page-stranger") == 0 && number != 0)
        report_in_page(4, 999);
    if (strcmp(mode, "page-count") == 0 && number != 0)
        InterlockedExchange((volatile LONG *)page.bytes, -1);
    if (strcmp(mode, "page-last-words") == 0 && number != 0) {
        report_in_page(2, number);
        return 7;
    }
    if (strcmp(mode, "page-quiet") == 0)
        for (LONG piped = 1; number != 0; number = next_connection(), piped++) {
            if (*(volatile LONG *)(page.bytes + 132) != piped)
                return 5;
            report_in_page(2, number);
            report_in_page(4, number);
        }
    if (strcmp(mode, "drop") == 0 && number != 0) /* each dies with what it was just given */
        return 9;
    if (strcmp(mode, "close") == 0) {
        CloseHandle(GetStdHandle(STD_OUTPUT_HANDLE));
        stay();
    }
    if (number != 0) /* deaf: it accepts nothing */
        stay();
    return 0;
}
