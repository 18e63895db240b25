#include "server/connection_table.h"

#include "core/memory.h"
#include "windows/handle.h"

#include <stdlib.h>

enum { BUCKETS = 4096 };

struct connection_table {
    struct connection
        *buckets[BUCKETS]; /* numbers are consecutive, so the remainder spreads them */
    size_t count;
    uint64_t last_number;
};

struct connection_table *connection_table_new(void)
{
    return memory_zeroed(1, sizeof(struct connection_table));
}

static struct connection **place_of(const struct connection_table *table, uint64_t number)
{
    struct connection **place = (struct connection **)&table->buckets[number % BUCKETS];

    while (*place != NULL && (*place)->number != number)
        place = &(*place)->next_in_bucket;
    return place;
}

void connection_table_add(struct connection_table *table, struct connection *connection)
{
    connection->number = ++table->last_number;
    *place_of(table, connection->number) = connection;
    table->count++;
}

void connection_table_remove(struct connection_table *table, struct connection *connection)
{
    struct connection **place = place_of(table, connection->number);

    *place = connection->next_in_bucket;
    table->count--;
}

struct connection *connection_table_find(const struct connection_table *table, uint64_t number)
{
    return *place_of(table, number);
}

size_t connection_table_count(const struct connection_table *table)
{
    return table->count;
}

void connection_table_for_each(const struct connection_table *table, void *context,
                               void (*visit)(struct connection *connection, void *context))
{
    for (size_t i = 0; i < BUCKETS; i++) {
        struct connection *connection = table->buckets[i];

        while (connection != NULL) {
            struct connection *next = connection->next_in_bucket;

            visit(connection, context);
            connection = next;
        }
    }
}

static void release(struct connection *connection, void *context)
{
    (void)context;
    handle_close(&connection->child.job);
    handle_close(&connection->child.process);
    free(connection);
}

void connection_table_free(struct connection_table *table)
{
    connection_table_for_each(table, NULL, release);
    free(table);
}
