#ifndef STDINETD_CORE_WORKER_MESSAGE_H
#define STDINETD_CORE_WORKER_MESSAGE_H

#include "core/error.h"
#include "core/ip.h"

#include <stdbool.h>
#include <stdint.h>

/* What the server and a worker say to each other over the worker's standard input and output, as
   handlers/README.md describes it: messages of fixed size, all numbers little-endian. */

enum {
    WORKER_PROTOCOL = 1, /* the version */
    WORKER_ORDER_SIZE = 704,
    WORKER_REPORT_SIZE = 16,
    WORKER_PROTOCOL_INFO_SIZE = 628 /* of a WSAPROTOCOL_INFOW */
};

struct worker_address {
    struct ip ip;
    uint16_t port;
    uint32_t scope;
};

/* Server to worker. */
enum worker_order_kind { ORDER_CONNECTION = 1, ORDER_CANCEL = 2, ORDER_END = 3, ORDER_PAGE = 4 };
enum worker_transfer { ORDER_BY_PROTOCOL_INFO = 1, ORDER_BY_HANDLE = 2 };

struct worker_order {
    enum worker_order_kind kind;
    uint64_t connection;
    /* of ORDER_CONNECTION */
    enum worker_transfer transfer;
    uint64_t handle;           /* ORDER_PAGE: of its section */
    const void *protocol_info; /* WORKER_PROTOCOL_INFO_SIZE bytes; borrowed */
    bool may_shut_down;        /* the worker, when it is done with it */
    struct worker_address peer, local;
    /* of ORDER_PAGE: how much it holds, and what says that there is something */
    uint32_t report_count, order_count;
    uint64_t report_event, order_event;
};

void worker_order_write(const struct worker_order *order, uint8_t bytes[WORKER_ORDER_SIZE]);

/* Worker to server. */
enum worker_report_kind {
    REPORT_READY = 1,
    REPORT_ACCEPTED = 2,
    REPORT_REJECTED = 3,
    REPORT_DONE = 4
};

struct worker_report {
    enum worker_report_kind kind;
    uint32_t version;    /* ready */
    uint32_t pid;        /* ready */
    uint32_t code;       /* rejected: a Windows error */
    bool has_shut_down;  /* done: the client knows that nothing more comes */
    uint64_t connection; /* the others */
};

/* False with *error set where the bytes are no report at all. */
bool worker_report_read(struct worker_report *report, const uint8_t bytes[WORKER_REPORT_SIZE],
                        struct error *error);

#endif
