#ifndef STDINETD_WINDOWS_SOCKET_H
#define STDINETD_WINDOWS_SOCKET_H

#include "core/error.h"
#include "core/ip.h"
#include "core/text_list.h"

#include <winsock2.h>
#include <ws2tcpip.h>

#include <stdint.h>

/* One end of a connection, or where a listener listens. An IPv4 peer of a dual-stack socket
   ("::ffff:192.0.2.1") is an IPv4 address. */
struct address {
    char ip[INET6_ADDRSTRLEN + 12]; /* "192.0.2.1", "2001:db8::1", "fe80::1%4" */
    struct ip number;               /* the same */
    uint16_t port;
    bool is_loopback;
};

/* "192.0.2.1:80" or "[2001:db8::1]:80". */
#define ADDRESS_TEXT_SIZE (INET6_ADDRSTRLEN + 24)
void address_text(const struct address *address, char text[ADDRESS_TEXT_SIZE]);
void address_read(struct address *address, const struct sockaddr *from);

/* Starts Winsock and looks for the providers whose sockets are real file handles (XP1_IFS_HANDLES):
   only such a socket can be a program's standard input. */
bool sockets_start(struct error *error);
void sockets_stop(void);

/* Whether there is such a provider. Any thread, after sockets_start. */
bool sockets_are_handles(void);

/* Appends every IPv4 and IPv6 address of a host name, as text. Needs no sockets_start. Blocks. */
bool socket_look_up(const char *name, struct text_list *addresses, struct error *error);

/* Where a TCP server is, freed with FreeAddrInfoW. host is a name or an address; of one that is
   numeric nothing is looked up, otherwise it blocks. False with *error set, as a rule for a name
   that nobody knows. */
bool socket_resolve(const char *host, uint16_t port, bool numeric, ADDRINFOW **addresses,
                    struct error *error);

/* A TCP socket of such a provider, or of whatever there is where there is none, never inherited by
   a child. family is AF_INET or AF_INET6. overlapped is for sockets on which this process itself
   does I/O; a handler's must not be (KB Q131623). INVALID_SOCKET on failure; the reason is in
   WSAGetLastError(). */
SOCKET socket_create(int family, bool overlapped);

/* Of an IPv6 socket that is not bound yet: whether it leaves IPv4 alone. */
bool socket_set_v6only(SOCKET socket, bool only);

/* Both are off in a new socket. On failure false, with WSAGetLastError() set. */
bool socket_set_keepalive(SOCKET socket, uint64_t keepalive_ms);
bool socket_set_nodelay(SOCKET socket, bool on);

/* Whether they are on; false where that cannot be told. */
bool socket_keeps_alive(SOCKET socket);
bool socket_has_nodelay(SOCKET socket);

#endif
