#include "windows/clock.h"

#include <winsock2.h>
#include <windows.h>

/* Units of 100 ns from 1601, where FILETIME begins, to 1970. */
static const uint64_t from_1601 = 116444736000000000;

uint64_t clock_utc_ms(void)
{
    FILETIME now;

    GetSystemTimePreciseAsFileTime(&now); /* the other one stands still for up to 16 ms */
    return ((uint64_t)now.dwHighDateTime << 32 | now.dwLowDateTime) / 10000 - from_1601 / 10000;
}

int64_t clock_ticks(void)
{
    LARGE_INTEGER ticks;

    QueryPerformanceCounter(&ticks);
    return ticks.QuadPart;
}

uint64_t clock_us_since(int64_t ticks)
{
    int64_t passed = clock_ticks() - ticks;
    LARGE_INTEGER frequency;

    QueryPerformanceFrequency(&frequency);
    return passed > 0 ? (uint64_t)(passed * 1000000 / frequency.QuadPart) : 0;
}

uint64_t steady_clock_ms(struct steady_clock *clock)
{
    LARGE_INTEGER frequency;
    int64_t ticks = clock_ticks();
    int64_t passed = clock->ticks == 0 ? 0 : ticks - clock->ticks;

    QueryPerformanceFrequency(&frequency);
    int64_t ms = passed > 0 ? passed * 1000 / frequency.QuadPart : 0;
    clock->ms += (uint64_t)ms;
    clock->ticks = passed > 0 ? clock->ticks + ms * frequency.QuadPart / 1000 : ticks;
    return clock->ms;
}
