#include "windows/socket.h"

#include "windows/text.h"

#include <mstcpip.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

/* Which provider serves a family; found once by sockets_start, only read afterwards. */
static struct {
    WSAPROTOCOL_INFOW ipv4, ipv6;
    bool has_ipv4, has_ipv6;
} providers;

static void read_ipv6(struct address *address, const struct sockaddr_in6 *from)
{
    const uint8_t *bytes = from->sin6_addr.u.Byte;

    address->port = ntohs(from->sin6_port);
    if (IN6_IS_ADDR_V4MAPPED(&from->sin6_addr)) {
        address->number.version = 4;
        memcpy(address->number.bytes, bytes + 12, 4);
        inet_ntop(AF_INET, bytes + 12, address->ip, sizeof address->ip);
        address->is_loopback = bytes[12] == 127;
        return;
    }
    address->number.version = 6;
    memcpy(address->number.bytes, bytes, 16);
    address->is_loopback = IN6_IS_ADDR_LOOPBACK(&from->sin6_addr);
    inet_ntop(AF_INET6, bytes, address->ip, sizeof address->ip);
    if (from->sin6_scope_id != 0) {
        size_t used = strlen(address->ip);
        snprintf(address->ip + used, sizeof address->ip - used, "%%%lu", from->sin6_scope_id);
    }
}

void address_read(struct address *address, const struct sockaddr *from)
{
    const struct sockaddr_in *in = (const struct sockaddr_in *)from;

    memset(address, 0, sizeof *address);
    if (from->sa_family == AF_INET6) {
        read_ipv6(address, (const struct sockaddr_in6 *)from);
        return;
    }
    address->number.version = 4;
    memcpy(address->number.bytes, &in->sin_addr, 4);
    address->port = ntohs(in->sin_port);
    address->is_loopback = address->number.bytes[0] == 127;
    inet_ntop(AF_INET, &in->sin_addr, address->ip, sizeof address->ip);
}

void address_text(const struct address *address, char text[ADDRESS_TEXT_SIZE])
{
    snprintf(text, ADDRESS_TEXT_SIZE, address->number.version == 6 ? "[%s]:%u" : "%s:%u",
             address->ip, address->port);
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
    return true;
}

bool sockets_are_handles(void)
{
    return providers.has_ipv4 || providers.has_ipv6;
}

void sockets_stop(void)
{
    WSACleanup();
}

static void append_address(struct text_list *addresses, const struct sockaddr *from)
{
    struct address address;

    if (from->sa_family != AF_INET && from->sa_family != AF_INET6)
        return;
    address_read(&address, from);
    address.ip[strcspn(address.ip, "%")] = '\0';
    text_list_append(addresses, address.ip);
}

bool socket_look_up(const char *name, struct text_list *addresses, struct error *error)
{
    ADDRINFOW hints = {.ai_socktype = SOCK_STREAM};
    ADDRINFOW *entries = NULL;
    WSADATA data;
    int code = WSAStartup(MAKEWORD(2, 2), &data);

    if (code != 0)
        return error_code(error, (DWORD)code, "WSAStartup");
    wchar_t *wide = wide_from_utf8(name);
    code = GetAddrInfoW(wide, NULL, &hints, &entries);
    free(wide);
    for (const ADDRINFOW *entry = entries; code == 0 && entry != NULL; entry = entry->ai_next)
        append_address(addresses, entry->ai_addr);
    if (code == 0)
        FreeAddrInfoW(entries);
    WSACleanup();
    return code == 0 || error_code(error, (DWORD)code, "look-up");
}

bool socket_resolve(const char *host, uint16_t port, bool numeric, ADDRINFOW **addresses,
                    struct error *error)
{
    const ADDRINFOW hints = {.ai_flags = numeric ? AI_NUMERICHOST : 0,
                             .ai_socktype = SOCK_STREAM,
                             .ai_protocol = IPPROTO_TCP};
    wchar_t wide[256];
    wchar_t service[8];
    int code = WSAHOST_NOT_FOUND;

    swprintf(service, ARRAYSIZE(service), L"%u", port);
    if (MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, host, -1, wide, ARRAYSIZE(wide)) > 0)
        code = GetAddrInfoW(wide, service, &hints, addresses);
    return code == 0 || error_code(error, (DWORD)code, "look-up of %s", host);
}

SOCKET socket_create(int family, bool overlapped)
{
    WSAPROTOCOL_INFOW *provider = family == AF_INET6 ? &providers.ipv6 : &providers.ipv4;
    bool has = family == AF_INET6 ? providers.has_ipv6 : providers.has_ipv4;

    if (!has && !sockets_are_handles())
        provider = NULL;
    else if (!has) {
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

static bool is_on(SOCKET socket, int level, int option)
{
    BOOL on = FALSE;
    int size = sizeof on;

    return getsockopt(socket, level, option, (char *)&on, &size) == 0 && on;
}

bool socket_keeps_alive(SOCKET socket)
{
    return is_on(socket, SOL_SOCKET, SO_KEEPALIVE);
}

bool socket_set_nodelay(SOCKET socket, bool on)
{
    BOOL value = on;

    return setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, (const char *)&value, sizeof value) == 0;
}

bool socket_has_nodelay(SOCKET socket)
{
    return is_on(socket, IPPROTO_TCP, TCP_NODELAY);
}

bool socket_set_v6only(SOCKET socket, bool only)
{
    DWORD value = only;

    return setsockopt(socket, IPPROTO_IPV6, IPV6_V6ONLY, (const char *)&value, sizeof value) !=
           SOCKET_ERROR;
}
