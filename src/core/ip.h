#ifndef STDINETD_CORE_IP_H
#define STDINETD_CORE_IP_H

#include <stdbool.h>
#include <stdint.h>

/* An address as numbers, to tell whether two texts mean the same one. */
struct ip {
    int version;       /* 4 or 6 */
    uint8_t bytes[16]; /* in network order; four of them for IPv4 */
};

/* Reads "127.0.0.1" (four decimal numbers without leading zeros) or the text form of RFC 4291
   ("::1",
   "::ffff:10.0.0.1"). An IPv4-mapped address becomes IPv4. A zone ("%4") is not read. */
bool ip_parse(const char *text, struct ip *ip);

bool ip_equals(const struct ip *a, const struct ip *b);

/* 0.0.0.0 and ::, which stand for every address of their version. */
bool ip_is_any(const struct ip *ip);

#endif
