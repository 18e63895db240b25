#ifndef STDINETD_WINDOWS_CLOCK_H
#define STDINETD_WINDOWS_CLOCK_H

#include <stdint.h>

/* The time of day in milliseconds since 1970, UTC: for people, never for measuring. */
uint64_t clock_utc_ms(void);

/* The performance counter, for measuring, and how many microseconds have passed since. */
int64_t clock_ticks(void);
uint64_t clock_us_since(int64_t ticks);

#endif
