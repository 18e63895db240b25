#include "server/connection_internal.h"

#include "server/connection_finish.h"
#include "server/connection_serving.h"
#include "windows/clock.h"

#include <stdio.h>

bool connection_is_internal(const struct connection *connection)
{
    return connection->service->settings->internal != INTERNAL_NONE;
}

static void on_conversation_ended(struct conversation *conversation, const char *reason)
{
    connection_ended(CONTAINER(conversation, struct connection, conversation), reason);
}

/* No spawn thread is needed for the socket's options: it is the server's alone. */
void connection_serve_internally(struct connection *connection)
{
    const struct service *settings = connection->service->settings;
    struct conversation *conversation = &connection->conversation;
    enum internal kind = (enum internal)settings->internal;
    char detail[40];

    connection->state = CONNECTION_SERVING;
    connection->launch_began_ticks = clock_ticks();
    service_set_socket_options(settings, connection->socket);
    conversation->loop = &connection_server(connection)->loop;
    conversation->socket = connection->socket;
    conversation->kind = kind;
    conversation->ended = on_conversation_ended;
    if (!conversation_begin(conversation, &connection->failure.error)) {
        connection_failed(connection);
        return;
    }
    connection->launched = true;
    snprintf(detail, sizeof detail, "internal %s", internal_name(kind));
    connection_begun(connection, detail);
    connection_limit_time(connection);
}
