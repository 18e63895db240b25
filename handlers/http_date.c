#include "http_date.h"

#include <stdio.h>
#include <string.h>

#define PER_SECOND 10000000u /* a FILETIME counts 100 ns */

/* Always English, whatever the user's language is: so neither strftime nor GetDateFormat. */
static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

uint64_t http_date_of(FILETIME time)
{
    return ((uint64_t)time.dwHighDateTime << 32 | time.dwLowDateTime) / PER_SECOND;
}

uint64_t http_date_now(void)
{
    FILETIME now;

    GetSystemTimeAsFileTime(&now);
    return http_date_of(now);
}

void http_date_format(uint64_t moment, char text[HTTP_DATE_SIZE])
{
    uint64_t ticks = moment * PER_SECOND;
    FILETIME time = {(DWORD)ticks, (DWORD)(ticks >> 32)};
    SYSTEMTIME part = {.wYear = 1601, .wMonth = 1, .wDayOfWeek = 1, .wDay = 1};

    FileTimeToSystemTime(&time, &part);
    snprintf(text, HTTP_DATE_SIZE, "%s, %02u %s %04u %02u:%02u:%02u GMT", days[part.wDayOfWeek % 7],
             part.wDay % 100u, months[(part.wMonth + 11) % 12], part.wYear % 10000u,
             part.wHour % 100u, part.wMinute % 100u, part.wSecond % 100u);
}

static WORD month_number(const char *name)
{
    for (WORD i = 0; i < 12; i++) {
        if (strcmp(name, months[i]) == 0)
            return (WORD)(i + 1);
    }
    return 0; /* SystemTimeToFileTime refuses it */
}

/* A year of two digits is never more than 50 years ahead. */
static WORD full_year(unsigned year)
{
    SYSTEMTIME now;

    GetSystemTime(&now);
    year += 2000;
    return (WORD)(year > now.wYear + 50u ? year - 100 : year);
}

/* Sun, 06 Nov 1994 08:49:37 GMT */
static int parse_fixed(const char *text, SYSTEMTIME *part, char month[4])
{
    int length = 0;
    int count = sscanf(text, "%*3[A-Za-z], %2hu %3[A-Za-z] %4hu %2hu:%2hu:%2hu GMT%n", &part->wDay,
                       month, &part->wYear, &part->wHour, &part->wMinute, &part->wSecond, &length);

    return count == 6 ? length : 0;
}

/* Sunday, 06-Nov-94 08:49:37 GMT */
static int parse_rfc850(const char *text, SYSTEMTIME *part, char month[4])
{
    int length = 0;
    int count = sscanf(text, "%*9[A-Za-z], %2hu-%3[A-Za-z]-%2hu %2hu:%2hu:%2hu GMT%n", &part->wDay,
                       month, &part->wYear, &part->wHour, &part->wMinute, &part->wSecond, &length);

    part->wYear = full_year(part->wYear);
    return count == 6 ? length : 0;
}

/* Sun Nov  6 08:49:37 1994 */
static int parse_asctime(const char *text, SYSTEMTIME *part, char month[4])
{
    int length = 0;
    int count =
        sscanf(text, "%*3[A-Za-z] %3[A-Za-z] %2hu %2hu:%2hu:%2hu %4hu%n", month, &part->wDay,
               &part->wHour, &part->wMinute, &part->wSecond, &part->wYear, &length);

    return count == 6 ? length : 0;
}

bool http_date_parse(const char *text, uint64_t *moment)
{
    SYSTEMTIME part = {0};
    FILETIME time;
    char month[4] = "";
    int length = parse_fixed(text, &part, month);

    if (length == 0)
        length = parse_rfc850(text, &part, month);
    if (length == 0)
        length = parse_asctime(text, &part, month);
    part.wMonth = month_number(month);
    if (length == 0 || text[length] != '\0' || !SystemTimeToFileTime(&part, &time))
        return false;
    *moment = http_date_of(time);
    return true;
}
