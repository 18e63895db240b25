#include "core/source_table.h"

#include "core/access.h"
#include "core/memory.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Sources stay where they are while the table grows: they stand in blocks of so many. */
enum { BLOCK = 4096 };

struct source_table {
    uint64_t seed[2];
    struct source **blocks; /* made as they are needed */
    size_t capacity;
    size_t used; /* places from here on were never used */
    uint32_t *buckets;
    size_t bucket_mask;
    uint32_t oldest, newest; /* the list of those that are not held */
};

/* --- hash: SipHash-1-3 (Aumasson, Bernstein) of three words */

static uint64_t rotate(uint64_t word, unsigned bits)
{
    return word << bits | word >> (64 - bits);
}

static void sip_round(uint64_t v[4])
{
    v[0] += v[1];
    v[2] += v[3];
    v[1] = rotate(v[1], 13) ^ v[0];
    v[3] = rotate(v[3], 16) ^ v[2];
    v[0] = rotate(v[0], 32);
    v[2] += v[1];
    v[0] += v[3];
    v[1] = rotate(v[1], 17) ^ v[2];
    v[3] = rotate(v[3], 21) ^ v[0];
    v[2] = rotate(v[2], 32);
}

static uint64_t hash(const uint64_t seed[2], uint32_t owner, const uint8_t network[16])
{
    uint64_t words[4] = {owner, 0, 0,
                         (uint64_t)24 << 56}; /* the last: SipHash ends in the length */
    uint64_t v[4] = {seed[0] ^ 0x736f6d6570736575, seed[1] ^ 0x646f72616e646f6d,
                     seed[0] ^ 0x6c7967656e657261, seed[1] ^ 0x7465646279746573};

    memcpy(&words[1], network, 16);
    for (size_t i = 0; i < 4; i++) {
        v[3] ^= words[i];
        sip_round(v);
        v[0] ^= words[i];
    }
    v[2] ^= 0xFF;
    for (int i = 0; i < 3; i++)
        sip_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* --- places: a source is linked by its place + 1 */

static struct source *at(const struct source_table *table, uint32_t link)
{
    return link == 0 ? NULL : &table->blocks[(link - 1) / BLOCK][(link - 1) % BLOCK];
}

static uint32_t *bucket_of(const struct source_table *table, uint32_t owner,
                           const uint8_t network[16])
{
    return &table->buckets[hash(table->seed, owner, network) & table->bucket_mask];
}

static void leave_bucket(struct source_table *table, struct source *source)
{
    uint32_t *place = bucket_of(table, source->owner, source->network);

    while (at(table, *place) != source)
        place = &at(table, *place)->next_in_bucket;
    *place = source->next_in_bucket;
}

static void leave_list(struct source_table *table, struct source *source)
{
    *(source->older == 0 ? &table->oldest : &at(table, source->older)->newer) = source->newer;
    *(source->newer == 0 ? &table->newest : &at(table, source->newer)->older) = source->older;
    source->older = source->newer = 0;
}

static void join_list(struct source_table *table, struct source *source)
{
    source->older = table->newest;
    *(table->newest == 0 ? &table->oldest : &at(table, table->newest)->newer) = source->link;
    table->newest = source->link;
}

/* --- the table */

struct source_table *source_table_new(size_t capacity, const uint64_t seed[2])
{
    struct source_table *table = memory_zeroed(1, sizeof *table);

    memcpy(table->seed, seed, sizeof table->seed);
    source_table_grow(table, capacity);
    return table;
}

void source_table_grow(struct source_table *table, size_t capacity)
{
    size_t blocks = (table->capacity + BLOCK - 1) / BLOCK;
    size_t buckets = 1;

    if (capacity <= table->capacity)
        return;
    while (buckets < capacity)
        buckets *= 2;
    table->capacity = capacity;
    table->blocks =
        memory_grow((void *)table->blocks, (capacity + BLOCK - 1) / BLOCK, sizeof(struct source *));
    for (; blocks < (capacity + BLOCK - 1) / BLOCK; blocks++)
        table->blocks[blocks] = NULL;
    free(table->buckets);
    table->buckets = memory_zeroed(buckets, sizeof *table->buckets);
    table->bucket_mask = buckets - 1;
    for (uint32_t link = 1; link <= table->used; link++) {
        struct source *source = at(table, link);
        uint32_t *bucket = bucket_of(table, source->owner, source->network);

        source->next_in_bucket = *bucket;
        *bucket = link;
    }
}

void source_table_free(struct source_table *table)
{
    if (table == NULL)
        return;
    for (size_t i = 0; i < (table->capacity + BLOCK - 1) / BLOCK; i++)
        free(table->blocks[i]);
    free((void *)table->blocks);
    free(table->buckets);
    free(table);
}

/* One that was never used; NULL for want of memory. */
static struct source *take_new(struct source_table *table)
{
    struct source **block = &table->blocks[table->used / BLOCK];

    if (*block == NULL)
        *block = calloc(BLOCK, sizeof **block);
    if (*block == NULL)
        return NULL;
    struct source *source = &(*block)[table->used++ % BLOCK];
    source->link = (uint32_t)table->used;
    return source;
}

/* A place for a new source: one that was never used, or that of the source not seen for longest. */
static struct source *take_place(struct source_table *table)
{
    struct source *source = table->used < table->capacity ? take_new(table) : NULL;

    if (source != NULL)
        return source;
    struct source *oldest = at(table, table->oldest);
    if (oldest != NULL) {
        leave_list(table, oldest);
        leave_bucket(table, oldest);
    }
    return oldest;
}

struct source *source_table_get(struct source_table *table, uint32_t owner, const struct ip *ip)
{
    struct network network = network_of(ip);

    if (ip->version == 6)
        memset(network.bytes + 8, 0, 8);
    uint32_t *bucket = bucket_of(table, owner, network.bytes);
    struct source *source = at(table, *bucket);
    while (source != NULL &&
           (source->owner != owner || memcmp(source->network, network.bytes, 16) != 0))
        source = at(table, source->next_in_bucket);
    if (source == NULL) {
        source = take_place(table);
        if (source == NULL)
            return NULL;
        *source = (struct source){.owner = owner, .link = source->link, .next_in_bucket = *bucket};
        memcpy(source->network, network.bytes, 16);
        *bucket = source->link;
        join_list(table, source);
    } else if (source->held == 0) {
        leave_list(table, source);
        join_list(table, source);
    }
    return source;
}

void source_hold(struct source_table *table, struct source *source)
{
    if (source->held++ == 0)
        leave_list(table, source);
}

void source_release(struct source_table *table, struct source *source, uint64_t times)
{
    source->held -= times;
    if (source->held == 0)
        join_list(table, source);
}

struct source *source_table_next_held(struct source_table *table, size_t *place)
{
    while (*place < table->used) {
        struct source *source = at(table, (uint32_t)++ * place);

        if (source->held > 0)
            return source;
    }
    return NULL;
}

void source_text(const struct source *source, char text[SOURCE_TEXT_SIZE])
{
    const uint8_t *n = source->network;
    size_t groups = 4;
    int length = 0;

    if (n[10] == 0xFF) { /* the rest of a /64 is 0 */
        snprintf(text, SOURCE_TEXT_SIZE, "%u.%u.%u.%u", n[12], n[13], n[14], n[15]);
        return;
    }
    while (groups > 0 && n[2 * groups - 2] == 0 && n[2 * groups - 1] == 0)
        groups--;
    for (size_t i = 0; i < groups; i++)
        length += snprintf(text + length, SOURCE_TEXT_SIZE - (size_t)length, i == 0 ? "%x" : ":%x",
                           (unsigned)n[2 * i] << 8 | n[2 * i + 1]);
    snprintf(text + length, SOURCE_TEXT_SIZE - (size_t)length, "::/64");
}
