#include "core/ip.h"

#include "core/ascii.h"

#include <string.h>

static bool parse_ipv4(const char *text, uint8_t *bytes)
{
    for (int i = 0; i < 4; i++) {
        unsigned value = 0;
        const char *start = text;
        while (ascii_is_digit(*text) && text - start < 3)
            value = value * 10 + (unsigned)(*text++ - '0');
        bool leading_zero = *start == '0' && text - start > 1;
        if (text == start || value > 255 || leading_zero || *text != (i < 3 ? '.' : '\0'))
            return false;
        bytes[i] = (uint8_t)value;
        text++;
    }
    return true;
}

static int hex_digit(char c)
{
    char upper = ascii_upper(c);
    if (ascii_is_digit(c))
        return c - '0';
    return upper >= 'A' && upper <= 'F' ? upper - 'A' + 10 : -1;
}

/* What has been read of an IPv6 address. */
struct groups {
    uint8_t bytes[16];
    int count; /* bytes so far */
    int gap;   /* where "::" stands, or -1 */
};

/* Reads one group of up to four digits, or a dotted IPv4 tail; returns its end, or NULL. */
static const char *take_group(const char *text, struct groups *groups)
{
    unsigned value = 0;
    const char *end = text;
    while (hex_digit(*end) >= 0 && end - text < 4)
        value = value * 16 + (unsigned)hex_digit(*end++);
    if (*end == '.') {
        if (groups->count > 12 || !parse_ipv4(text, groups->bytes + groups->count))
            return NULL;
        groups->count += 4;
        return text + strlen(text);
    }
    if (end == text || groups->count > 14)
        return NULL;
    groups->bytes[groups->count++] = (uint8_t)(value >> 8);
    groups->bytes[groups->count++] = (uint8_t)(value & 0xFF);
    return end;
}

static bool parse_ipv6(const char *text, uint8_t *bytes)
{
    struct groups groups = {.gap = -1};
    if (text[0] == ':' && text[1] != ':')
        return false;
    if (text[0] == ':')
        text++; /* the first of "::", so that each group below may begin with a ':' */
    else if ((text = take_group(text, &groups)) == NULL)
        return false;
    while (*text != '\0') {
        if (*text++ != ':')
            return false;
        if (*text == ':' || (groups.count == 0 && groups.gap < 0)) {
            if (groups.gap >= 0)
                return false;
            groups.gap = groups.count;
            if (groups.count > 0)
                text++;
            if (*text == '\0')
                break;
        }
        if ((text = take_group(text, &groups)) == NULL)
            return false;
    }
    if (groups.gap < 0 ? groups.count != 16 : groups.count > 14)
        return false;
    int before = groups.gap < 0 ? 16 : groups.gap;
    int after = groups.count - before;
    memset(bytes, 0, 16);
    memcpy(bytes, groups.bytes, (size_t)before);
    if (groups.gap >= 0)
        memcpy(bytes + 16 - after, groups.bytes + before, (size_t)after);
    return true;
}

bool ip_parse(const char *text, struct ip *ip)
{
    static const uint8_t mapped[12] = {[10] = 0xFF, [11] = 0xFF};
    *ip = (struct ip){.version = 4};
    if (parse_ipv4(text, ip->bytes))
        return true;
    uint8_t bytes[16];
    if (!parse_ipv6(text, bytes))
        return false;
    if (memcmp(bytes, mapped, sizeof mapped) == 0) {
        memcpy(ip->bytes, bytes + 12, 4);
        memset(ip->bytes + 4, 0, 12);
        return true;
    }
    ip->version = 6;
    memcpy(ip->bytes, bytes, sizeof bytes);
    return true;
}

bool ip_equals(const struct ip *a, const struct ip *b)
{
    return a->version == b->version && memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

bool ip_is_any(const struct ip *ip)
{
    static const uint8_t zero[16];
    return memcmp(ip->bytes, zero, sizeof zero) == 0;
}
