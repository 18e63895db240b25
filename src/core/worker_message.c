#include "core/worker_message.h"

#include <inttypes.h>
#include <string.h>

/* Where the fields of an order are. */
enum {
    ORDER_KIND_AT = 0,
    ORDER_TRANSFER_AT = 4,
    ORDER_REPORTS_AT = 4,
    ORDER_NUMBER_AT = 8,
    ORDER_ORDERS_AT = 8,
    ORDER_HANDLE_AT = 16,
    ORDER_PEER_AT = 24,
    ORDER_REPORT_EVENT_AT = 24,
    ORDER_ORDER_EVENT_AT = 32,
    ORDER_LOCAL_AT = 48,
    ORDER_INFO_AT = 72,
    ORDER_MAY_SHUT_DOWN_AT = 700
};

static void put(uint8_t *bytes, uint64_t number, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        bytes[i] = (uint8_t)(number >> (8 * i));
}

static uint64_t get(const uint8_t *bytes, unsigned size)
{
    uint64_t number = 0;

    for (unsigned i = size; i > 0; i--)
        number = number << 8 | bytes[i - 1];
    return number;
}

static void put_address(uint8_t *bytes, const struct worker_address *address)
{
    put(bytes, (uint64_t)address->ip.version, 2);
    put(bytes + 2, address->port, 2);
    put(bytes + 4, address->scope, 4);
    memcpy(bytes + 8, address->ip.bytes, address->ip.version == 4 ? 4 : 16);
}

static void put_page(uint8_t *bytes, const struct worker_order *order)
{
    put(bytes + ORDER_REPORTS_AT, order->report_count, 4);
    put(bytes + ORDER_ORDERS_AT, order->order_count, 4);
    put(bytes + ORDER_HANDLE_AT, order->handle, 8);
    put(bytes + ORDER_REPORT_EVENT_AT, order->report_event, 8);
    put(bytes + ORDER_ORDER_EVENT_AT, order->order_event, 8);
}

static void put_connection(uint8_t *bytes, const struct worker_order *order)
{
    put(bytes + ORDER_TRANSFER_AT, order->transfer, 4);
    put_address(bytes + ORDER_PEER_AT, &order->peer);
    put_address(bytes + ORDER_LOCAL_AT, &order->local);
    put(bytes + ORDER_MAY_SHUT_DOWN_AT, order->may_shut_down, 4);
    if (order->transfer == ORDER_BY_HANDLE)
        put(bytes + ORDER_HANDLE_AT, order->handle, 8);
    else
        memcpy(bytes + ORDER_INFO_AT, order->protocol_info, WORKER_PROTOCOL_INFO_SIZE);
}

void worker_order_write(const struct worker_order *order, uint8_t bytes[WORKER_ORDER_SIZE])
{
    memset(bytes, 0, WORKER_ORDER_SIZE);
    put(bytes + ORDER_KIND_AT, order->kind, 4);
    put(bytes + ORDER_NUMBER_AT, order->connection, 8);
    if (order->kind == ORDER_CONNECTION)
        put_connection(bytes, order);
    else if (order->kind == ORDER_PAGE)
        put_page(bytes, order);
}

bool worker_report_read(struct worker_report *report, const uint8_t bytes[WORKER_REPORT_SIZE],
                        struct error *error)
{
    uint64_t kind = get(bytes, 4);
    uint64_t value = get(bytes + 4, 4);
    uint64_t number = get(bytes + 8, 8);

    if (kind < REPORT_READY || kind > REPORT_DONE)
        return error_set(error, "a report of kind %" PRIu64 ", which there is not", kind);
    *report = (struct worker_report){.kind = (enum worker_report_kind)kind};
    if (kind == REPORT_READY) {
        report->version = (uint32_t)value;
        report->pid = (uint32_t)number;
        return number <= UINT32_MAX ||
               error_set(error, "a process id of %" PRIu64 ", which can be none", number);
    }
    report->connection = number;
    report->code = kind == REPORT_REJECTED ? (uint32_t)value : 0;
    report->has_shut_down = kind == REPORT_DONE && value == 1;
    return true;
}
