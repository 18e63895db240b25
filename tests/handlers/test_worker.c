/* The worker library against the messages that the server writes and reads: both must mean the same
   by every byte. This test is the server. */
#include "driver.h"
#include "site.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void a_connection_comes_and_is_reported(void **state)
{
    SOCKET client, accepted;
    struct worker_order order = driver_connection_order(0x0102030405060708);

    (void)state;
    driver_start("..\\tests\\worker_probe.exe");
    driver_connect_pair(&client, &accepted);
    driver_give(order, accepted);
    driver_expect_report(REPORT_ACCEPTED, 0x0102030405060708);
    driver_say(client, "peer\r\n");
    driver_expect_text(client, "192.0.2.7:4242 ");
    closesocket(client);
    driver_expect_report(REPORT_DONE, 0x0102030405060708);

    order.peer = driver_address("fe80::1:2", 65535, 3);
    order.connection = 2;
    driver_connect_pair(&client, &accepted);
    driver_give(order, accepted);
    driver_expect_report(REPORT_ACCEPTED, 2);
    driver_say(client, "peer\r\n");
    driver_expect_text(client, "[fe80::1:2%3]:65535 ");
    closesocket(client);
    driver_expect_report(REPORT_DONE, 2);
    driver_end();
}

/* Their order is kept, and those that come before the end are served. */
static void orders_may_come_all_at_once(void **state)
{
    SOCKET clients[5];

    (void)state;
    driver_start("upper_worker.exe");
    for (uint64_t i = 0; i < 5; i++) {
        SOCKET accepted;

        driver_connect_pair(&clients[i], &accepted);
        driver_give(driver_connection_order(i + 1), accepted);
    }
    driver_send_order(&(struct worker_order){.kind = ORDER_END});
    for (uint64_t i = 0; i < 5; i++) {
        driver_say(clients[i], "hello");
        driver_expect_report(REPORT_ACCEPTED, i + 1);
        driver_expect_text(clients[i], "HELLO");
        closesocket(clients[i]);
        driver_expect_report(REPORT_DONE, i + 1);
    }
    assert_int_equal(handler_end(driver.worker), 0);
}

static void or_in_pieces(void **state)
{
    uint8_t bytes[WORKER_ORDER_SIZE];
    WSAPROTOCOL_INFOW info;
    SOCKET client, accepted;
    struct worker_order order = driver_connection_order(9);

    (void)state;
    driver_start("upper_worker.exe");
    driver_connect_pair(&client, &accepted);
    assert_int_equal(WSADuplicateSocketW(accepted, driver.pid, &info), 0);
    order.protocol_info = &info;
    worker_order_write(&order, bytes);
    for (size_t i = 0; i < sizeof bytes; i += 16)
        handler_say_bytes(driver.worker, bytes + i, 16);
    driver_expect_report(REPORT_ACCEPTED, 9);
    closesocket(accepted);
    closesocket(client);
    driver_expect_report(REPORT_DONE, 9);
    driver_end();
}

static void a_handle_is_a_socket(void **state)
{
    SOCKET client, accepted;
    struct worker_order order = driver_connection_order(4);
    HANDLE handle = NULL;

    (void)state;
    driver_start("upper_worker.exe");
    driver_connect_pair(&client, &accepted);
    HANDLE process = OpenProcess(PROCESS_DUP_HANDLE, FALSE, driver.pid);
    assert_non_null(process);
    assert_true(DuplicateHandle(GetCurrentProcess(), (HANDLE)accepted, process, &handle, 0, FALSE,
                                DUPLICATE_SAME_ACCESS));
    CloseHandle(process);
    closesocket(accepted);
    order.transfer = ORDER_BY_HANDLE;
    order.handle = (uint64_t)(uintptr_t)handle;
    driver_send_order(&order);
    driver_expect_report(REPORT_ACCEPTED, 4);
    driver_say(client, "hello");
    driver_expect_text(client, "HELLO");
    closesocket(client);
    driver_expect_report(REPORT_DONE, 4);
    driver_end();
}

static void what_is_no_socket_is_rejected(void **state)
{
    static const uint8_t nothing[WORKER_PROTOCOL_INFO_SIZE];
    struct worker_order order = driver_connection_order(5);
    struct worker_report report;
    SOCKET client, accepted;

    (void)state;
    driver_start("upper_worker.exe");
    order.protocol_info = nothing;
    driver_send_order(&order);
    report = driver_take_report();
    assert_int_equal(report.kind, REPORT_REJECTED);
    assert_int_equal(report.connection, 5);
    assert_int_not_equal(report.code, 0);
    order.transfer = ORDER_BY_HANDLE;
    order.handle = 0xfff4;
    driver_send_order(&order);
    report = driver_take_report();
    assert_int_equal(report.kind, REPORT_REJECTED);
    assert_int_equal(report.code, WSAENOTSOCK);
    driver_connect_pair(&client, &accepted); /* and it goes on */
    driver_give(driver_connection_order(6), accepted);
    driver_expect_report(REPORT_ACCEPTED, 6);
    closesocket(client);
    driver_expect_report(REPORT_DONE, 6);
    driver_end();
}

/* Whoever waits in recv is woken, and others are not. */
static void a_cancel_wakes_its_connection(void **state)
{
    SOCKET clients[2], accepted;

    (void)state;
    driver_start("..\\tests\\worker_probe.exe 2");
    for (uint64_t i = 0; i < 2; i++) {
        driver_connect_pair(&clients[i], &accepted);
        driver_give(driver_connection_order(i + 1), accepted);
        driver_expect_report(REPORT_ACCEPTED, i + 1);
        driver_say(clients[i], "wait\r\n");
        driver_expect_text(clients[i], "waiting\r\n");
    }
    driver_send_order(&(struct worker_order){.kind = ORDER_CANCEL, .connection = 77}); /* nobody */
    driver_send_order(&(struct worker_order){.kind = (enum worker_order_kind)99});     /* nothing */
    driver_send_order(&(struct worker_order){.kind = ORDER_CANCEL, .connection = 2});
    driver_expect_report(REPORT_DONE, 2);
    driver_say(clients[0], "x");
    driver_expect_report(REPORT_DONE, 1);
    closesocket(clients[0]);
    closesocket(clients[1]);
    driver_end();
}

/* A connection that is served while the server, as ever, has a copy. */
static struct worker_report serve_one(bool may_shut_down, SOCKET *client, SOCKET *copy)
{
    struct worker_order order = driver_connection_order(3);

    driver_connect_pair(client, copy);
    order.may_shut_down = may_shut_down;
    driver_share(order, *copy);
    driver_expect_report(REPORT_ACCEPTED, 3);
    assert_int_equal(shutdown(*client, SD_SEND), 0);
    return driver_take_report();
}

static bool has_end(SOCKET client)
{
    u_long nonblocking = 1;
    char byte;

    assert_int_equal(ioctlsocket(client, (long)FIONBIO, &nonblocking), 0);
    int length = recv(client, &byte, 1, 0);
    assert_true(length == 0 || WSAGetLastError() == WSAEWOULDBLOCK);
    return length == 0;
}

static void it_tells_its_client_of_the_end_where_it_may(void **state)
{
    (void)state;
    driver_start("upper_worker.exe");
    for (int may = 0; may < 2; may++) {
        SOCKET client, copy;
        struct worker_report report = serve_one(may == 1, &client, &copy);

        assert_int_equal(report.kind, REPORT_DONE);
        assert_int_equal(report.has_shut_down, may);
        assert_int_equal(has_end(client), may);
        closesocket(client);
        closesocket(copy);
    }
    driver_end();
}

/* A server that is gone asks for the same as one that says so. */
static void the_end_of_input_is_the_end(void **state)
{
    SOCKET client, accepted;

    (void)state;
    driver_start("upper_worker.exe 3");
    driver_connect_pair(&client, &accepted);
    driver_give(driver_connection_order(1), accepted);
    driver_expect_report(REPORT_ACCEPTED, 1);
    handler_close_input(driver.worker);
    driver_say(client, "hello");
    driver_expect_text(client, "HELLO"); /* what it has it finishes */
    closesocket(client);
    driver_expect_report(REPORT_DONE, 1);
    assert_int_equal(handler_end(driver.worker), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_connection_comes_and_is_reported),
        cmocka_unit_test(orders_may_come_all_at_once),
        cmocka_unit_test(or_in_pieces),
        cmocka_unit_test(a_handle_is_a_socket),
        cmocka_unit_test(what_is_no_socket_is_rejected),
        cmocka_unit_test(a_cancel_wakes_its_connection),
        cmocka_unit_test(it_tells_its_client_of_the_end_where_it_may),
        cmocka_unit_test(the_end_of_input_is_the_end),
    };

    return cmocka_run_group_tests(tests, driver_set_up, site_remove);
}
