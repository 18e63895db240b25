#include "core/access.h"

#include "core/ascii.h"
#include "core/memory.h"
#include "core/utf8.h"

#include <stdlib.h>
#include <string.h>

enum { ADDRESS_BITS = 128, MAPPED_BITS = 96, EXCERPT = 60 };

#define NOBODY ((size_t)-1)

/* Entries are sorted by network, the wider first, so that what lies inside of another comes behind
   it; around is the narrowest entry that holds this one. */
struct access_entry {
    struct network network;
    bool may_come;
    const char *text;
    size_t around;
};

/* --- networks */

static void widen(const struct ip *ip, uint8_t bytes[16])
{
    static const uint8_t mapped[12] = {[10] = 0xFF, [11] = 0xFF};

    if (ip->version == 6) {
        memcpy(bytes, ip->bytes, 16);
    } else {
        memcpy(bytes, mapped, sizeof mapped);
        memcpy(bytes + sizeof mapped, ip->bytes, 4);
    }
}

struct network network_of(const struct ip *ip)
{
    struct network network = {.length = ADDRESS_BITS};

    widen(ip, network.bytes);
    return network;
}

/* The part of a byte that the first `length` bits of an address leave in it. */
static uint8_t mask_of(unsigned length, size_t byte)
{
    unsigned before = (unsigned)byte * 8;

    if (length >= before + 8)
        return 0xFF;
    return length <= before ? 0 : (uint8_t)(0xFF << (before + 8 - length));
}

static bool holds(const struct network *network, const uint8_t bytes[16])
{
    for (size_t i = 0; i < 16; i++)
        if (((network->bytes[i] ^ bytes[i]) & mask_of(network->length, i)) != 0)
            return false;
    return true;
}

/* "24" of "/24". */
static bool parse_length(const char *text, unsigned maximum, unsigned *length)
{
    *length = 0;
    if (*text == '\0' || strlen(text) > 3)
        return false;
    for (; *text != '\0'; text++) {
        if (!ascii_is_digit(*text))
            return false;
        *length = *length * 10 + (unsigned)(*text - '0');
    }
    return *length <= maximum;
}

bool network_parse(const char *text, struct network *network, struct error *error)
{
    char address[64];
    char excerpt[EXCERPT];
    struct ip ip;
    unsigned length;
    size_t slash = strcspn(text, "/");

    error->text[0] = '\0';
    utf8_excerpt(excerpt, sizeof excerpt, text);
    if (slash >= sizeof address)
        return false;
    memcpy(address, text, slash);
    address[slash] = '\0';
    if (!ip_parse(address, &ip))
        return text[slash] == '\0'
                   ? false
                   : error_set(error, "'%s' is not an address before its /", excerpt);
    *network = network_of(&ip);
    if (text[slash] == '\0')
        return true;
    unsigned bits = ip.version == 6 ? ADDRESS_BITS : ADDRESS_BITS - MAPPED_BITS;
    if (!parse_length(text + slash + 1, bits, &length))
        return error_set(error, "'%s': behind the / there must be a number from 0 to %u", excerpt,
                         bits);
    network->length = ADDRESS_BITS - bits + length;
    for (size_t i = 0; i < 16; i++)
        if ((network->bytes[i] & ~mask_of(network->length, i)) != 0)
            return error_set(error, "'%s' is no network: it goes on behind its first %u bits",
                             excerpt, length);
    return true;
}

/* --- access */

void access_add(struct access *access, const struct network *network, bool may_come,
                const char *text)
{
    if ((access->count & (access->count - 1)) == 0) /* it doubles */
        access->entries = memory_grow(access->entries, access->count == 0 ? 1 : 2 * access->count,
                                      sizeof *access->entries);
    access->entries[access->count++] =
        (struct access_entry){.network = *network, .may_come = may_come, .text = text};
    access->is_closed = access->is_closed || may_come;
}

static int compare_networks(const void *a, const void *b)
{
    const struct access_entry *x = a;
    const struct access_entry *y = b;
    int order = memcmp(x->network.bytes, y->network.bytes, sizeof x->network.bytes);

    if (order != 0)
        return order;
    if (x->network.length != y->network.length)
        return x->network.length < y->network.length ? -1 : 1;
    return (int)y->may_come - (int)x->may_come; /* who keeps out comes last and so is found first */
}

void access_prepare(struct access *access)
{
    if (access->count > 0)
        qsort(access->entries, access->count, sizeof *access->entries, compare_networks);
    for (size_t i = 0; i < access->count; i++) {
        size_t around = i == 0 ? NOBODY : i - 1;

        while (around != NOBODY &&
               !holds(&access->entries[around].network, access->entries[i].network.bytes))
            around = access->entries[around].around;
        access->entries[i].around = around;
    }
}

/* How many entries do not begin behind the address. */
static size_t count_up_to(const struct access *access, const uint8_t bytes[16])
{
    size_t low = 0;
    size_t high = access->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (memcmp(access->entries[middle].network.bytes, bytes, 16) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool access_allows(const struct access *access, const struct ip *ip, const char **text)
{
    uint8_t bytes[16];

    widen(ip, bytes);
    size_t entry = count_up_to(access, bytes);
    entry = entry == 0 ? NOBODY : entry - 1;
    while (entry != NOBODY && !holds(&access->entries[entry].network, bytes))
        entry = access->entries[entry].around;
    *text = entry == NOBODY ? NULL : access->entries[entry].text;
    return entry == NOBODY ? !access->is_closed : access->entries[entry].may_come;
}

bool access_equals(const struct access *a, const struct access *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (compare_networks(&a->entries[i], &b->entries[i]) != 0)
            return false;
    return true;
}

void access_free(struct access *access)
{
    free(access->entries);
    *access = (struct access){0};
}

/* --- times of day */

/* "hh:mm"; returns its end, or NULL. */
static const char *parse_minute(const char *text, unsigned *minute)
{
    for (int i = 0; i < 5; i++)
        if (i == 2 ? text[i] != ':' : !ascii_is_digit(text[i]))
            return NULL;
    unsigned hours = (unsigned)(text[0] - '0') * 10 + (unsigned)(text[1] - '0');
    unsigned minutes = (unsigned)(text[3] - '0') * 10 + (unsigned)(text[4] - '0');
    *minute = hours * 60 + minutes;
    return minutes < 60 && *minute <= 24 * 60 ? text + 5 : NULL;
}

bool day_time_parse(const char *text, struct day_time *time, struct error *error)
{
    char excerpt[EXCERPT];

    *time = (struct day_time){0, 0};
    const char *end = parse_minute(text, &time->from);

    if (end != NULL && *end == '-')
        end = parse_minute(end + 1, &time->to);
    else
        end = NULL;
    utf8_excerpt(excerpt, sizeof excerpt, text);
    if (end == NULL || *end != '\0')
        return error_set(error, "'%s' is not hh:mm-hh:mm", excerpt);
    return time->from != time->to ||
           error_set(error, "'%s' holds no time (the whole day is 00:00-24:00)", excerpt);
}

bool day_times_hold(const struct text_list *times, unsigned minute)
{
    for (size_t i = 0; i < times->count; i++) {
        struct day_time time;
        struct error ignored;

        if (!day_time_parse(times->items[i], &time, &ignored))
            continue;
        if (time.from < time.to ? minute >= time.from && minute < time.to
                                : minute >= time.from || minute < time.to)
            return true;
    }
    return false;
}
