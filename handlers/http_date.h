#ifndef STDINETD_HANDLERS_HTTP_DATE_H
#define STDINETD_HANDLERS_HTTP_DATE_H

#include <stdbool.h>
#include <stdint.h>
#include <windows.h>

/* Dates of HTTP (RFC 9110, 5.6.7). A moment is a number of whole seconds since 1601, in UTC: what a
   FILETIME holds, without its fractions, because HTTP has none. */

#define HTTP_DATE_SIZE 30 /* "Sun, 06 Nov 1994 08:49:37 GMT" */

uint64_t http_date_of(FILETIME time);
uint64_t http_date_now(void);

void http_date_format(uint64_t moment, char text[HTTP_DATE_SIZE]);

/* Takes all three forms that a client may send; false for anything else. */
bool http_date_parse(const char *text, uint64_t *moment);

#endif
