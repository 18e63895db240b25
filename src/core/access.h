#ifndef STDINETD_CORE_ACCESS_H
#define STDINETD_CORE_ACCESS_H

#include "core/error.h"
#include "core/ip.h"
#include "core/text_list.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Who may come, and at what time of day. */

/* Every address whose first `length` bits are these; an IPv4 network lies in ::ffff:0:0/96. */
struct network {
    uint8_t bytes[16];
    unsigned length;
};

/* Reads "192.0.2.1", "192.0.2.0/24", "2001:db8::/32". On failure *error says what is wrong with it,
   unless the text has no look of an address at all: then it is left empty. */
bool network_parse(const char *text, struct network *network, struct error *error);

/* The network that is this one address. */
struct network network_of(const struct ip *ip);

/* Networks that may come and networks that may not. Starts as {0}. */
struct access {
    struct access_entry *entries;
    size_t count;
    bool is_closed; /* who stands nowhere may not come, because somebody else was named */
};

/* text is how the entry was written; it is borrowed as long as access lives. */
void access_add(struct access *access, const struct network *network, bool may_come,
                const char *text);

/* After the last entry and before the first question. */
void access_prepare(struct access *access);

/* The most specific entry that has the address decides; of the same network in both kinds, the one
   that keeps it out (as xinetd has it). Where no entry has it, it may come unless there is any
   entry that lets somebody in. *text is the entry that decided, or NULL. Takes a time that grows
   with the logarithm of the number of entries. */
bool access_allows(const struct access *access, const struct ip *ip, const char **text);

/* Whether both let in the same addresses, by the same networks. Both prepared. */
bool access_equals(const struct access *a, const struct access *b);

void access_free(struct access *access);

/* A part of the day, in minutes from midnight: from (included) to `to` (excluded); where `to` is
   not later than from, it ends on the next day. */
struct day_time {
    unsigned from, to;
};

/* Reads "hh:mm-hh:mm", 00:00 to 24:00. */
bool day_time_parse(const char *text, struct day_time *time, struct error *error);

/* Whether one of these (good texts for day_time_parse) holds the minute of the day. */
bool day_times_hold(const struct text_list *times, unsigned minute);

#endif
