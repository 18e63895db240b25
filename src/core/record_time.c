/* Milliseconds since 1970 as a date and a time of day. */
#include "core/record.h"

#include <stdio.h>

static const uint64_t last_ms = 253402300799999; /* of the year 9999 */
static const uint64_t day_ms = 86400000;

struct date {
    unsigned year, month, day;
};

/* From the days since 1970-01-01. Years begin in March here, so that the leap day is the last one,
   and repeat after 400 of them. */
static struct date date_of(uint64_t days)
{
    struct date date;
    uint64_t since = days + 719468; /* since 0000-03-01 */
    unsigned era = (unsigned)(since / 146097);
    unsigned day_of_era = (unsigned)(since % 146097);
    unsigned year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    unsigned day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    unsigned month = (5 * day_of_year + 2) / 153; /* 0 is March */
    date.day = day_of_year - (153 * month + 2) / 5 + 1;
    date.month = month < 10 ? month + 3 : month - 9;
    date.year = era * 400 + year_of_era + (month < 10 ? 0 : 1);
    return date;
}

void record_time(uint64_t time_ms, char text[RECORD_TIME_SIZE])
{
    uint64_t shown_ms = time_ms < last_ms ? time_ms : last_ms;
    struct date date = date_of(shown_ms / day_ms);
    unsigned rest = (unsigned)(shown_ms % day_ms);
    snprintf(text, RECORD_TIME_SIZE, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ", date.year % 10000,
             date.month % 100, date.day % 100, rest / 3600000, rest / 60000 % 60, rest / 1000 % 60,
             rest % 1000);
}
