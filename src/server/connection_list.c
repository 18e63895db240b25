#include "server/connection_list.h"

#include "server/connection.h"

void connection_list_put(struct connection_list *list, struct connection *connection)
{
    connection->assignment.list = list;
    connection->assignment.next = NULL;
    connection->assignment.previous = list->last;
    if (list->last == NULL)
        list->first = connection;
    else
        list->last->assignment.next = connection;
    list->last = connection;
    list->count++;
}

void connection_list_put_first(struct connection_list *list, struct connection *connection)
{
    connection->assignment.list = list;
    connection->assignment.previous = NULL;
    connection->assignment.next = list->first;
    if (list->first == NULL)
        list->last = connection;
    else
        list->first->assignment.previous = connection;
    list->first = connection;
    list->count++;
}

void connection_list_take(struct connection_list *list, struct connection *connection)
{
    struct assignment *assignment = &connection->assignment;

    if (assignment->previous == NULL)
        list->first = assignment->next;
    else
        assignment->previous->assignment.next = assignment->next;
    if (assignment->next == NULL)
        list->last = assignment->previous;
    else
        assignment->next->assignment.previous = assignment->previous;
    list->count--;
    assignment->list = NULL;
    assignment->next = assignment->previous = NULL;
}
