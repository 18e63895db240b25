#include "floor.h"

#include "windows/text.h"

#include <stdio.h>

int floor_fail(const struct error *error)
{
    fprintf(stderr, "stdinetd-bench: %s\n", error->text);
    return 1;
}

/* Handlers are given what accept returns, which is inheritable and non-overlapped where the
   listening socket is. */
SOCKET floor_listen(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int length = sizeof address;
    struct error error;
    SOCKET listener = WSASocketW(AF_INET, SOCK_STREAM, IPPROTO_TCP, NULL, 0, 0);

    if (listener == INVALID_SOCKET ||
        bind(listener, (const struct sockaddr *)&address, sizeof address) == SOCKET_ERROR ||
        listen(listener, 200) == SOCKET_ERROR ||
        getsockname(listener, (struct sockaddr *)&address, &length) == SOCKET_ERROR) {
        error_winsock(&error, "a listening socket on 127.0.0.1");
        floor_fail(&error);
        return INVALID_SOCKET;
    }
    fprintf(stderr, "listen  floor     127.0.0.1:%u\n", ntohs(address.sin_port));
    return listener;
}
