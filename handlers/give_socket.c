/* give_socket PORT: accepts connections on this machine's loopback address and says how take_socket
   can take each. One half of a pair of programs without a server; port 0 is any free one.

   A connection that has been taken is gone from here without a word: its number must never be used
   again, not even for closesocket, because it may mean something else by then. So this program
   forgets it as soon as it has said it. One that nobody takes ends with this program. */

#include <winsock2.h>
#include <ws2tcpip.h>

#include <windows.h>

#include <stdio.h>
#include <stdlib.h>

static SOCKET listen_on(u_short port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    int size = sizeof address;
    SOCKET listener = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (listener == INVALID_SOCKET ||
        bind(listener, (const struct sockaddr *)&address, sizeof address) != 0 ||
        listen(listener, SOMAXCONN) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &size) != 0)
        return INVALID_SOCKET;
    printf("listening on port %u\n", ntohs(address.sin_port));
    fflush(stdout);
    return listener;
}

int main(int argc, char **argv)
{
    WSADATA data;
    SOCKET listener, client;

    if (argc != 2) {
        fputs("usage: give_socket PORT\n", stderr);
        return 2;
    }
    if (WSAStartup(MAKEWORD(2, 2), &data) != 0)
        return 1;
    listener = listen_on((u_short)atoi(argv[1]));
    while (listener != INVALID_SOCKET &&
           (client = accept(listener, NULL, NULL)) != INVALID_SOCKET) {
        printf("take_socket %lu %llu\n", GetCurrentProcessId(), (unsigned long long)client);
        fflush(stdout);
    }
    fprintf(stderr, "give_socket: Windows error %d\n", WSAGetLastError());
    return 1;
}
