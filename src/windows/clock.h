#ifndef STDINETD_WINDOWS_CLOCK_H
#define STDINETD_WINDOWS_CLOCK_H

#include <stdint.h>

/* The time of day in milliseconds since 1970, UTC: for people, never for measuring. */
uint64_t clock_utc_ms(void);

#endif
