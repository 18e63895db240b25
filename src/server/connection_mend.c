#include "server/connection_mend.h"

#include "server/connection_internal.h"

/* A relay of one that is being launched is the spawner's. */
static struct relay *relay_of(const struct connection *connection)
{
    return connection->state >= CONNECTION_SERVING ? connection->relay : NULL;
}

static struct conversation *conversation_of(struct connection *connection)
{
    return connection->state == CONNECTION_SERVING && connection_is_internal(connection)
               ? &connection->conversation
               : NULL;
}

void connection_look_for_lost(struct connection *connection)
{
    struct loop *loop = &connection_server(connection)->loop;
    struct relay *relay = relay_of(connection);
    struct conversation *conversation = conversation_of(connection);

    if (relay != NULL && relay_is_overdue(relay))
        loop_post_message(loop, connection->number, CONNECTION_LOOK, relay->turns);
    if (conversation != NULL && conversation_is_overdue(conversation))
        loop_post_message(loop, connection->number, CONNECTION_LOOK, conversation->turns);
}

void connection_mend(struct connection *connection, DWORD turns)
{
    struct relay *relay = relay_of(connection);
    struct conversation *conversation = conversation_of(connection);

    if (relay != NULL)
        relay_mend(relay, turns);
    if (conversation != NULL)
        conversation_mend(conversation, turns);
}
