#include "floor.h"

#include "handler.h"
#include "windows/text.h"

#include <string.h>

/* The client sends nothing, so nothing is lost by closing at once. */
int floor_line(const struct floor_handler *handler)
{
    SOCKET listener = floor_listen();
    struct error error;

    (void)handler;
    if (listener == INVALID_SOCKET)
        return 1;
    for (;;) {
        SOCKET connection = accept(listener, NULL, NULL);
        if (connection == INVALID_SOCKET) {
            error_winsock(&error, "accept");
            return floor_fail(&error);
        }
        send(connection, HANDLER_ANSWER, (int)strlen(HANDLER_ANSWER), 0);
        closesocket(connection);
    }
}
