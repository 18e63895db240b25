#ifndef STDINETD_TESTS_SYSTEM_CLIENT_H
#define STDINETD_TESTS_SYSTEM_CLIENT_H

#include "process.h"

#include <stdbool.h>
#include <stddef.h>
#include <winsock2.h>
#include <ws2tcpip.h>

/* The other side: ordinary blocking TCP sockets. What does not come within PATIENCE_MS fails the
 * test. */

/* Connects to an address of a listen line; "*:PORT" means 127.0.0.1. */
SOCKET client_connect_to(const char *address);

/* The same without failing the test: INVALID_SOCKET where nobody listens. */
SOCKET client_try(const char *address);

/* A port that nobody has at this moment. */
unsigned client_free_port(void);

/* Connects to a service's first address. */
SOCKET client_connect(struct process *server, const char *service);

/* The same from one of this machine's other loopback addresses: "127.0.0.2". */
SOCKET client_connect_from(struct process *server, const char *service, const char *own);

/* The whole of a short dialogue with handlers\upper.exe. */
void client_expect_served(SOCKET client);

/* A client of that address gets nothing, and the log says why. */
void client_expect_refused(struct process *server, const char *service, const char *own,
                           const char *reason);

/* A dialogue with handlers\upper.exe: begun, so that its handler runs for certain, and brought to
   an orderly end. */
SOCKET client_hello(struct process *server, const char *service);
void client_goodbye(SOCKET client);

void client_send(SOCKET client, const void *bytes, size_t size);
void client_say(SOCKET client, const char *text);

/* The next bytes must be these, the next byte must be the end. */
void client_expect(SOCKET client, const char *text);
void client_expect_end(SOCKET client);

/* One line without its "\r\n" or "\n"; good until the next call. */
const char *client_line(SOCKET client);

/* How the other side ends; END_OPEN where it has not ended although size bytes have come. */
enum client_end { END_ORDERLY, END_RESET, END_OPEN };

/* Takes what comes, until the end or until size bytes are there. */
enum client_end client_take(SOCKET client, void *bytes, size_t size, size_t *count);

/* Takes all until an orderly end, as text; good until the next call. */
const char *client_rest(SOCKET client);

/* The same, and sends all the while, but never IN_FLIGHT bytes more than have come: under Wine 8 a
   handler's write that has to wait for its client returns 0 bytes written. Once the other side has
   ended it sends no more. */
#define IN_FLIGHT ((size_t)512 * 1024)
enum client_end client_exchange(SOCKET client, const void *send_bytes, size_t send_size,
                                void *take_bytes, size_t take_size, size_t *count);

/* Whether something (or the end) has come already. */
bool client_has_news(SOCKET client);

void client_end_sending(SOCKET client);
void client_close(SOCKET client);
void client_reset(SOCKET client); /* closes it as a crash would: the peer gets a reset */

#endif
