#ifndef STDINETD_TESTS_HANDLERS_DRIVER_H
#define STDINETD_TESTS_HANDLERS_DRIVER_H

#include <winsock2.h>
#include <ws2tcpip.h>

#include "handler.h"

#include "core/worker_message.h"

/* A test in the server's place: starts a worker and speaks the protocol with it, by the messages
   that the server writes and reads. */

extern struct driver {
    struct handler *worker;
    DWORD pid; /* as it says itself */
} driver;

/* For cmocka_run_group_tests, with site_remove. */
int driver_set_up(void **state);

/* Waits until it is ready. */
void driver_start(const char *line);

void driver_send_order(const struct worker_order *order);
struct worker_report driver_take_report(void);
void driver_expect_report(enum worker_report_kind kind, uint64_t connection);

/* Both ends of a connection. */
void driver_connect_pair(SOCKET *client, SOCKET *accepted);

/* Its order, for driver_give, which makes the socket the worker's; driver_share leaves a copy here.
 */
struct worker_address driver_address(const char *ip, uint16_t port, uint32_t scope);
struct worker_order driver_connection_order(uint64_t number);
void driver_give(struct worker_order order, SOCKET socket);
void driver_share(struct worker_order order, SOCKET socket);

void driver_say(SOCKET client, const char *text);
void driver_expect_text(SOCKET client, const char *text);

/* Says that there are no more, and expects that it exits with 0. */
void driver_end(void);

#endif
