#ifndef STDINETD_SERVER_CONNECTION_TABLE_H
#define STDINETD_SERVER_CONNECTION_TABLE_H

#include "server/connection.h"

/* Every connection, by its number. Numbers, not pointers, are the keys of jobs' messages, because a
   message can come after the connection is gone. */

struct connection_table *connection_table_new(void);

/* Frees what is still there too; closing its job ends the handler. */
void connection_table_free(struct connection_table *table);

/* Gives the connection the next number. */
void connection_table_add(struct connection_table *table, struct connection *connection);
void connection_table_remove(struct connection_table *table, struct connection *connection);

struct connection *connection_table_find(const struct connection_table *table, uint64_t number);
size_t connection_table_count(const struct connection_table *table);

/* visit may remove the connection that it is given. */
void connection_table_for_each(const struct connection_table *table, void *context,
                               void (*visit)(struct connection *connection, void *context));

#endif
