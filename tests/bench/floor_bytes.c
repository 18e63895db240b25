#include "floor.h"

#include "handler.h"
#include "windows/text.h"

int floor_bytes(const struct floor_handler *handler)
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
        handler_bytes((HANDLE)connection, (HANDLE)connection);
        closesocket(connection);
    }
}
