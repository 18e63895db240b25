#include "windows/socket.h"

#include "windows/text.h"

#include <mstcpip.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Which provider serves a family; found once by sockets_start, only read afterwards. */
static struct {
    WSAPROTOCOL_INFOW ipv4, ipv6;
    bool has_ipv4, has_ipv6;
} providers;

void address_read(struct address *address, const struct sockaddr *from)
{
    memset(address, 0, sizeof *address);
    if (from->sa_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)from;

        address->port = ntohs(in6->sin6_port);
        if (IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr)) {
            inet_ntop(AF_INET, (void *)&in6->sin6_addr.u.Byte[12], address->ip, sizeof address->ip);
            address->is_loopback = in6->sin6_addr.u.Byte[12] == 127;
            return;
        }
        address->is_ipv6 = true;
        address->is_loopback = IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr);
        inet_ntop(AF_INET6, (void *)&in6->sin6_addr, address->ip, sizeof address->ip);
        if (in6->sin6_scope_id != 0) {
            size_t used = strlen(address->ip);
            snprintf(address->ip + used, sizeof address->ip - used, "%%%lu", in6->sin6_scope_id);
        }
    } else {
        const struct sockaddr_in *in = (const struct sockaddr_in *)from;

        address->port = ntohs(in->sin_port);
        address->is_loopback = (ntohl(in->sin_addr.s_addr) >> 24) == 127;
        inet_ntop(AF_INET, (void *)&in->sin_addr, address->ip, sizeof address->ip);
    }
}

void address_text(const struct address *address, char text[ADDRESS_TEXT_SIZE])
{
    snprintf(text, ADDRESS_TEXT_SIZE, address->is_ipv6 ? "[%s]:%u" : "%s:%u", address->ip,
             address->port);
}

static void choose_providers(const WSAPROTOCOL_INFOW *entries, int count)
{
    for (int i = 0; i < count; i++) {
        const WSAPROTOCOL_INFOW *entry = &entries[i];

        if (!(entry->dwServiceFlags1 & XP1_IFS_HANDLES) || entry->iSocketType != SOCK_STREAM)
            continue;
        if (entry->iAddressFamily == AF_INET && !providers.has_ipv4) {
            providers.ipv4 = *entry;
            providers.has_ipv4 = true;
        } else if (entry->iAddressFamily == AF_INET6 && !providers.has_ipv6) {
            providers.ipv6 = *entry;
            providers.has_ipv6 = true;
        }
    }
}

bool sockets_start(struct error *error)
{
    WSADATA data;
    int protocols[] = {IPPROTO_TCP, 0};
    DWORD size = 0;
    int code = WSAStartup(MAKEWORD(2, 2), &data);

    if (code != 0)
        return error_code(error, (DWORD)code, "WSAStartup");
    WSAEnumProtocolsW(protocols, NULL, &size);
    WSAPROTOCOL_INFOW *entries = calloc(1, size + 1);
    int count = entries == NULL ? SOCKET_ERROR : WSAEnumProtocolsW(protocols, entries, &size);
    if (count == SOCKET_ERROR)
        error_winsock(error, "WSAEnumProtocols");
    else
        choose_providers(entries, count);
    free(entries);
    if (count == SOCKET_ERROR) {
        WSACleanup();
        return false;
    }
    if (!providers.has_ipv4 && !providers.has_ipv6) {
        WSACleanup();
        return error_set(error,
                         "no TCP provider of this system has sockets that are real file handles "
                         "(XP1_IFS_HANDLES), so no program can have one as its standard input; a "
                         "layered provider of a security product is the usual reason "
                         "('netsh winsock show catalog' lists them)");
    }
    return true;
}

void sockets_stop(void)
{
    WSACleanup();
}

SOCKET socket_create(int family, bool overlapped)
{
    WSAPROTOCOL_INFOW *provider = family == AF_INET6 ? &providers.ipv6 : &providers.ipv4;

    if (!(family == AF_INET6 ? providers.has_ipv6 : providers.has_ipv4)) {
        WSASetLastError(WSAEAFNOSUPPORT);
        return INVALID_SOCKET;
    }
    return WSASocketW(family, SOCK_STREAM, IPPROTO_TCP, provider, 0,
                      (overlapped ? WSA_FLAG_OVERLAPPED : 0U) | WSA_FLAG_NO_HANDLE_INHERIT);
}

bool socket_set_keepalive(SOCKET socket, uint64_t keepalive_ms)
{
    struct tcp_keepalive values = {.onoff = TRUE,
                                   .keepalivetime =
                                       keepalive_ms > ULONG_MAX ? ULONG_MAX : (ULONG)keepalive_ms,
                                   .keepaliveinterval = 1000};
    DWORD size;

    return WSAIoctl(socket, SIO_KEEPALIVE_VALS, &values, sizeof values, NULL, 0, &size, NULL,
                    NULL) == 0;
}

bool socket_set_nodelay(SOCKET socket)
{
    BOOL on = TRUE;

    return setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, (const char *)&on, sizeof on) == 0;
}
