#include "probe.h"

#include <winsock2.h>
#include <ws2tcpip.h>

#include <stdio.h>

int probe_early(wchar_t **arguments)
{
    char line[256];

    (void)arguments;
    setvbuf(stderr, NULL, _IONBF, 0); /* of a pipe, under Wine, it would be kept until the end */
    say(L"ready");
    fputs("early\n", stderr);
    while (hear(line, sizeof line) > 0) {
        fprintf(stderr, "heard %s\n", line);
        say(L"%hs", line);
    }
    return 0;
}

/* Wine 8 knows only sockets that a process has made itself, so there it makes one of it. */
static SOCKET own_socket(SOCKET socket)
{
    WSAPROTOCOL_INFOW info;

    if (WSADuplicateSocketW(socket, GetCurrentProcessId(), &info) != 0)
        return INVALID_SOCKET;
    return WSASocketW(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, &info, 0, 0);
}

int probe_peer(wchar_t **arguments)
{
    WSADATA data;
    struct sockaddr_in peer;
    int length = sizeof peer;
    SOCKET socket = (SOCKET)GetStdHandle(STD_INPUT_HANDLE);
    wchar_t ip[64];

    (void)arguments;
    if (WSAStartup(MAKEWORD(2, 2), &data) != 0)
        return 1;
    if (getpeername(socket, (struct sockaddr *)&peer, &length) != 0 &&
        ((socket = own_socket(socket)) == INVALID_SOCKET ||
         getpeername(socket, (struct sockaddr *)&peer, &length) != 0))
        return 1;
    InetNtopW(AF_INET, &peer.sin_addr, ip, sizeof ip / sizeof ip[0]);
    say(L"%ls:%u", ip, ntohs(peer.sin_port));
    return 0;
}
