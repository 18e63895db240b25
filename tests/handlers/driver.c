#include "driver.h"

#include "site.h"

#include <string.h>

struct driver driver;

struct worker_report driver_take_report(void)
{
    struct worker_report report;
    struct error error;
    char bytes[WORKER_REPORT_SIZE + 1];

    handler_take(driver.worker, bytes, WORKER_REPORT_SIZE);
    if (!worker_report_read(&report, (const uint8_t *)bytes, &error))
        fail_msg("%s", error.text);
    return report;
}

void driver_expect_report(enum worker_report_kind kind, uint64_t connection)
{
    struct worker_report report = driver_take_report();

    assert_int_equal(report.kind, kind);
    assert_int_equal(report.connection, connection);
}

void driver_start(const char *line)
{
    SetEnvironmentVariableA("STDINETD_WORKER", "1");
    driver.worker = handler_start(line);
    SetEnvironmentVariableA("STDINETD_WORKER", NULL);
    struct worker_report report = driver_take_report();
    assert_int_equal(report.kind, REPORT_READY);
    assert_int_equal(report.version, WORKER_PROTOCOL);
    driver.pid = report.pid;
}

void driver_send_order(const struct worker_order *order)
{
    uint8_t bytes[WORKER_ORDER_SIZE];

    worker_order_write(order, bytes);
    handler_say_bytes(driver.worker, bytes, sizeof bytes);
}

void driver_connect_pair(SOCKET *client, SOCKET *accepted)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    int size = sizeof address;
    SOCKET listener = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(listener, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
    *client = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    assert_int_equal(connect(*client, (const struct sockaddr *)&address, size), 0);
    *accepted = accept(listener, NULL, NULL);
    assert_true(*accepted != INVALID_SOCKET);
    closesocket(listener);
}

struct worker_address driver_address(const char *ip, uint16_t port, uint32_t scope)
{
    struct worker_address address = {.port = port, .scope = scope};

    assert_true(ip_parse(ip, &address.ip));
    return address;
}

struct worker_order driver_connection_order(uint64_t number)
{
    return (struct worker_order){.kind = ORDER_CONNECTION,
                                 .connection = number,
                                 .transfer = ORDER_BY_PROTOCOL_INFO,
                                 .peer = driver_address("192.0.2.7", 4242, 0),
                                 .local = driver_address("192.0.2.1", 8080, 0)};
}

void driver_share(struct worker_order order, SOCKET socket)
{
    WSAPROTOCOL_INFOW info;

    assert_int_equal(sizeof info, WORKER_PROTOCOL_INFO_SIZE);
    assert_int_equal(WSADuplicateSocketW(socket, driver.pid, &info), 0);
    order.protocol_info = &info;
    driver_send_order(&order);
}

void driver_give(struct worker_order order, SOCKET socket)
{
    driver_share(order, socket);
    closesocket(socket);
}

void driver_expect_text(SOCKET client, const char *text)
{
    char got[200] = "";

    for (size_t used = 0; used < strlen(text);) {
        int count = recv(client, got + used, (int)(strlen(text) - used), 0);

        if (count <= 0)
            fail_msg("wanted '%s', got '%s' and the end", text, got);
        used += (size_t)count;
    }
    assert_string_equal(got, text);
}

void driver_say(SOCKET client, const char *text)
{
    assert_int_equal(send(client, text, (int)strlen(text), 0), (int)strlen(text));
}

void driver_end(void)
{
    driver_send_order(&(struct worker_order){.kind = ORDER_END});
    assert_int_equal(handler_end(driver.worker), 0);
}

int driver_set_up(void **state)
{
    WSADATA data;

    return WSAStartup(MAKEWORD(2, 2), &data) == 0 ? site_make(state) : 1;
}
