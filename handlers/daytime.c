/* daytime: one line with the date and time, then the end (RFC 867). The model of a handler that
   only answers: it never reads, and leaving main ends the connection.

     daytime          Monday, February 22, 1982 17:37:43-0800
     daytime --utc    Tuesday, February 23, 1982 01:37:43-UTC */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* How far local time is ahead of UTC. mktime takes its argument for local time: given the same
   moment in UTC, it is off by just that much. */
static int minutes_ahead_of_utc(time_t now)
{
    int daylight_saving = localtime(&now)->tm_isdst;
    struct tm utc = *gmtime(&now);

    utc.tm_isdst = daylight_saving;
    return (int)(difftime(now, mktime(&utc)) / 60);
}

int main(int argc, char **argv)
{
    time_t now = time(NULL);
    char text[80];

    /* Arguments come from the table: "7013 = handlers\daytime.exe --utc". */
    if (argc > 1 && strcmp(argv[1], "--utc") == 0) {
        strftime(text, sizeof text, "%A, %B %d, %Y %H:%M:%S", gmtime(&now));
        printf("%s-UTC\n", text);
    } else {
        int ahead = minutes_ahead_of_utc(now);

        strftime(text, sizeof text, "%A, %B %d, %Y %H:%M:%S", localtime(&now));
        printf("%s%c%02d%02d\n", text, ahead < 0 ? '-' : '+', abs(ahead) / 60, abs(ahead) % 60);
    }
    return 0; /* main's return flushes stdout */
}
