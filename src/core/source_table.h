#ifndef STDINETD_CORE_SOURCE_TABLE_H
#define STDINETD_CORE_SOURCE_TABLE_H

#include "core/ip.h"

#include <stddef.h>
#include <stdint.h>

/* What is known of those who come, by where they come from: an IPv4 address, or the /64 of an IPv6
   address, of which one user has all. The table grows only when it is told to. Whoever is held
   keeps his place; of the others, the one not seen for longest gives way. Its hash is keyed
   (SipHash), so that nobody can choose addresses that fall together. */

struct source {
    uint32_t owner; /* whom it comes to: what the caller counts apart */
    uint8_t network[16];
    uint64_t held;   /* see source_hold */
    uint64_t rate;   /* the caller's: state of a struct rate … */
    uint64_t due_ms; /* … and a time */

    uint32_t link;                         /* its own place + 1 */
    uint32_t next_in_bucket, older, newer; /* the same of others; 0: none */
};

struct source_table;

/* seed is 16 bytes that nobody can guess. capacity: 1 to 2^30. Freed by the caller. */
struct source_table *source_table_new(size_t capacity, const uint64_t seed[2]);

/* Makes room for as many as capacity; nothing where there is room. What is held stays where it is.
 */
void source_table_grow(struct source_table *table, size_t capacity);
void source_table_free(struct source_table *table);

/* The entry of a source, made with zeroes where there is none. Good until another one is asked for,
   or for as long as it is held. NULL where there is none and everybody in the table is held. */
struct source *source_table_get(struct source_table *table, uint32_t owner, const struct ip *ip);

/* Counts source->held up and down. */
void source_hold(struct source_table *table, struct source *source);
void source_release(struct source_table *table, struct source *source, uint64_t times);

/* The next entry at *place or behind it that is held, or NULL; *place begins with 0 and goes on. */
struct source *source_table_next_held(struct source_table *table, size_t *place);

/* "192.0.2.1" or "2001:db8:0:1::/64". */
#define SOURCE_TEXT_SIZE 32
void source_text(const struct source *source, char text[SOURCE_TEXT_SIZE]);

#endif
