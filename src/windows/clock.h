#ifndef STDINETD_WINDOWS_CLOCK_H
#define STDINETD_WINDOWS_CLOCK_H

#include <stdint.h>

/* The time of day in milliseconds since 1970, UTC: for people, never for measuring. */
uint64_t clock_utc_ms(void);

/* The performance counter, for measuring, and how many microseconds have passed since. */
int64_t clock_ticks(void);
uint64_t clock_us_since(int64_t ticks);

/* Milliseconds that only go forward, for one thread. A counter that is set back (a virtual machine
   that moved to another host) costs the time since the last call, and nothing is an hour late.
   Starts as {0}, and at 0. */
struct steady_clock {
    int64_t ticks;
    uint64_t ms;
};

uint64_t steady_clock_ms(struct steady_clock *clock);

#endif
