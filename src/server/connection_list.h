#ifndef STDINETD_SERVER_CONNECTION_LIST_H
#define STDINETD_SERVER_CONNECTION_LIST_H

#include <stdint.h>

struct connection;

/* Connections in the order in which they came: those of a worker, or those that wait for one. Each
   is in one such list at most. Starts as {0}. */
struct connection_list {
    struct connection *first, *last;
    uint64_t count;
};

void connection_list_put(struct connection_list *list, struct connection *connection);
void connection_list_put_first(struct connection_list *list, struct connection *connection);
void connection_list_take(struct connection_list *list, struct connection *connection);

#endif
