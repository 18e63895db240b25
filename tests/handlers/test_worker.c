/* The worker library against the messages that the server writes and reads: both must mean the same
   by every byte. This test is the server. */
#include <winsock2.h>
#include <ws2tcpip.h>

#include "handler.h"
#include "site.h"

#include "core/worker_message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct handler *worker;
static DWORD pid;

static struct worker_report take_report(void)
{
    struct worker_report report;
    struct error error;
    char bytes[WORKER_REPORT_SIZE + 1];

    handler_take(worker, bytes, WORKER_REPORT_SIZE);
    if (!worker_report_read(&report, (const uint8_t *)bytes, &error))
        fail_msg("%s", error.text);
    return report;
}

static void expect_report(enum worker_report_kind kind, uint64_t connection)
{
    struct worker_report report = take_report();

    assert_int_equal(report.kind, kind);
    assert_int_equal(report.connection, connection);
}

static void start(const char *line)
{
    SetEnvironmentVariableA("STDINETD_WORKER", "1");
    worker = handler_start(line);
    SetEnvironmentVariableA("STDINETD_WORKER", NULL);
    struct worker_report report = take_report();
    assert_int_equal(report.kind, REPORT_READY);
    assert_int_equal(report.version, WORKER_PROTOCOL);
    pid = report.pid;
}

static void send_order(const struct worker_order *order)
{
    uint8_t bytes[WORKER_ORDER_SIZE];

    worker_order_write(order, bytes);
    handler_say_bytes(worker, bytes, sizeof bytes);
}

/* Both ends of a connection. */
static void connect_pair(SOCKET *client, SOCKET *accepted)
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

static struct worker_address some_address(const char *ip, uint16_t port, uint32_t scope)
{
    struct worker_address address = {.port = port, .scope = scope};

    assert_true(ip_parse(ip, &address.ip));
    return address;
}

static struct worker_order connection_order(uint64_t number)
{
    return (struct worker_order){.kind = ORDER_CONNECTION,
                                 .connection = number,
                                 .transfer = ORDER_BY_PROTOCOL_INFO,
                                 .peer = some_address("192.0.2.7", 4242, 0),
                                 .local = some_address("192.0.2.1", 8080, 0)};
}

static void give(struct worker_order order, SOCKET socket)
{
    WSAPROTOCOL_INFOW info;

    assert_int_equal(sizeof info, WORKER_PROTOCOL_INFO_SIZE);
    assert_int_equal(WSADuplicateSocketW(socket, pid, &info), 0);
    order.protocol_info = &info;
    send_order(&order);
    closesocket(socket);
}

static void expect_text(SOCKET client, const char *text)
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

static void say(SOCKET client, const char *text)
{
    assert_int_equal(send(client, text, (int)strlen(text), 0), (int)strlen(text));
}

static void the_end_of_orders_is_its_end(void)
{
    send_order(&(struct worker_order){.kind = ORDER_END});
    assert_int_equal(handler_end(worker), 0);
}

static void a_connection_comes_and_is_reported(void **state)
{
    SOCKET client, accepted;
    struct worker_order order = connection_order(0x0102030405060708);

    (void)state;
    start("..\\tests\\worker_probe.exe");
    connect_pair(&client, &accepted);
    give(order, accepted);
    expect_report(REPORT_ACCEPTED, 0x0102030405060708);
    say(client, "peer\r\n");
    expect_text(client, "192.0.2.7:4242 ");
    closesocket(client);
    expect_report(REPORT_DONE, 0x0102030405060708);

    order.peer = some_address("fe80::1:2", 65535, 3);
    order.connection = 2;
    connect_pair(&client, &accepted);
    give(order, accepted);
    expect_report(REPORT_ACCEPTED, 2);
    say(client, "peer\r\n");
    expect_text(client, "[fe80::1:2%3]:65535 ");
    closesocket(client);
    expect_report(REPORT_DONE, 2);
    the_end_of_orders_is_its_end();
}

/* Their order is kept, and those that come before the end are served. */
static void orders_may_come_all_at_once(void **state)
{
    SOCKET clients[5];

    (void)state;
    start("upper_worker.exe");
    for (uint64_t i = 0; i < 5; i++) {
        SOCKET accepted;

        connect_pair(&clients[i], &accepted);
        give(connection_order(i + 1), accepted);
    }
    send_order(&(struct worker_order){.kind = ORDER_END});
    for (uint64_t i = 0; i < 5; i++) {
        say(clients[i], "hello");
        expect_report(REPORT_ACCEPTED, i + 1);
        expect_text(clients[i], "HELLO");
        closesocket(clients[i]);
        expect_report(REPORT_DONE, i + 1);
    }
    assert_int_equal(handler_end(worker), 0);
}

static void or_in_pieces(void **state)
{
    uint8_t bytes[WORKER_ORDER_SIZE];
    WSAPROTOCOL_INFOW info;
    SOCKET client, accepted;
    struct worker_order order = connection_order(9);

    (void)state;
    start("upper_worker.exe");
    connect_pair(&client, &accepted);
    assert_int_equal(WSADuplicateSocketW(accepted, pid, &info), 0);
    order.protocol_info = &info;
    worker_order_write(&order, bytes);
    for (size_t i = 0; i < sizeof bytes; i += 16)
        handler_say_bytes(worker, bytes + i, 16);
    expect_report(REPORT_ACCEPTED, 9);
    closesocket(accepted);
    closesocket(client);
    expect_report(REPORT_DONE, 9);
    the_end_of_orders_is_its_end();
}

static void a_handle_is_a_socket(void **state)
{
    SOCKET client, accepted;
    struct worker_order order = connection_order(4);
    HANDLE handle = NULL;

    (void)state;
    start("upper_worker.exe");
    connect_pair(&client, &accepted);
    HANDLE process = OpenProcess(PROCESS_DUP_HANDLE, FALSE, pid);
    assert_non_null(process);
    assert_true(DuplicateHandle(GetCurrentProcess(), (HANDLE)accepted, process, &handle, 0, FALSE,
                                DUPLICATE_SAME_ACCESS));
    CloseHandle(process);
    closesocket(accepted);
    order.transfer = ORDER_BY_HANDLE;
    order.handle = (uint64_t)(uintptr_t)handle;
    send_order(&order);
    expect_report(REPORT_ACCEPTED, 4);
    say(client, "hello");
    expect_text(client, "HELLO");
    closesocket(client);
    expect_report(REPORT_DONE, 4);
    the_end_of_orders_is_its_end();
}

static void what_is_no_socket_is_rejected(void **state)
{
    static const uint8_t nothing[WORKER_PROTOCOL_INFO_SIZE];
    struct worker_order order = connection_order(5);
    struct worker_report report;
    SOCKET client, accepted;

    (void)state;
    start("upper_worker.exe");
    order.protocol_info = nothing;
    send_order(&order);
    report = take_report();
    assert_int_equal(report.kind, REPORT_REJECTED);
    assert_int_equal(report.connection, 5);
    assert_int_not_equal(report.code, 0);
    order.transfer = ORDER_BY_HANDLE;
    order.handle = 0xfff4;
    send_order(&order);
    report = take_report();
    assert_int_equal(report.kind, REPORT_REJECTED);
    assert_int_equal(report.code, WSAENOTSOCK);
    connect_pair(&client, &accepted); /* and it goes on */
    give(connection_order(6), accepted);
    expect_report(REPORT_ACCEPTED, 6);
    closesocket(client);
    expect_report(REPORT_DONE, 6);
    the_end_of_orders_is_its_end();
}

/* Whoever waits in recv is woken, and others are not. */
static void a_cancel_wakes_its_connection(void **state)
{
    SOCKET clients[2], accepted;

    (void)state;
    start("..\\tests\\worker_probe.exe 2");
    for (uint64_t i = 0; i < 2; i++) {
        connect_pair(&clients[i], &accepted);
        give(connection_order(i + 1), accepted);
        expect_report(REPORT_ACCEPTED, i + 1);
        say(clients[i], "wait\r\n");
        expect_text(clients[i], "waiting\r\n");
    }
    send_order(&(struct worker_order){.kind = ORDER_CANCEL, .connection = 77}); /* nobody */
    send_order(&(struct worker_order){.kind = (enum worker_order_kind)99});     /* nothing */
    send_order(&(struct worker_order){.kind = ORDER_CANCEL, .connection = 2});
    expect_report(REPORT_DONE, 2);
    say(clients[0], "x");
    expect_report(REPORT_DONE, 1);
    closesocket(clients[0]);
    closesocket(clients[1]);
    the_end_of_orders_is_its_end();
}

/* --- reports in memory that is shared */

enum { PAGE_REPORTS = 4, PAGE_ORDERS = 2 };
enum {
    SERVER_WAITS_AT = 64,
    ORDERS_WRITTEN_AT = 128,
    TAKES_ORDERS_AT = 196,
    WORKER_WAITS_AT = 256
};
enum { REPORTS_AT = 320, ORDERS_AT = REPORTS_AT + PAGE_REPORTS * WORKER_REPORT_SIZE };

static struct {
    uint8_t *bytes;
    HANDLE report_event, order_event;
    uint32_t taken, put;
} page;

static HANDLE push(HANDLE process, HANDLE handle)
{
    HANDLE theirs = NULL;

    assert_true(DuplicateHandle(GetCurrentProcess(), handle, process, &theirs, 0, FALSE,
                                DUPLICATE_SAME_ACCESS));
    return theirs;
}

static void share_page(void)
{
    HANDLE section = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0,
                                        ORDERS_AT + PAGE_ORDERS * WORKER_ORDER_SIZE, NULL);
    HANDLE process = OpenProcess(PROCESS_DUP_HANDLE, FALSE, pid);

    page.bytes = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    page.report_event = CreateEventW(NULL, FALSE, FALSE, NULL);
    page.order_event = CreateEventW(NULL, FALSE, FALSE, NULL);
    page.taken = page.put = 0;
    assert_non_null(page.bytes);
    assert_non_null(process);
    send_order(&(struct worker_order){
        .kind = ORDER_PAGE,
        .report_count = PAGE_REPORTS,
        .order_count = PAGE_ORDERS,
        .handle = (uint64_t)(uintptr_t)push(process, section),
        .report_event = (uint64_t)(uintptr_t)push(process, page.report_event),
        .order_event = (uint64_t)(uintptr_t)push(process, page.order_event)});
    CloseHandle(process);
    CloseHandle(section);
}

static void close_page(void)
{
    UnmapViewOfFile(page.bytes);
    CloseHandle(page.report_event);
    CloseHandle(page.order_event);
}

static volatile LONG *number_at(size_t offset)
{
    return (volatile LONG *)(page.bytes + offset);
}

/* The next one, which is there and is the last. */
static void expect_in_page(enum worker_report_kind kind, uint64_t connection)
{
    const uint8_t *entry =
        page.bytes + REPORTS_AT + (size_t)(page.taken % PAGE_REPORTS) * WORKER_REPORT_SIZE;
    struct worker_report report;
    struct error error;

    page.taken++;
    assert_int_equal(*number_at(0), page.taken);
    assert_true(worker_report_read(&report, entry, &error));
    assert_int_equal(report.kind, kind);
    assert_int_equal(report.connection, connection);
}

static void expect_event(void)
{
    assert_int_equal(WaitForSingleObject(page.report_event, 20000), WAIT_OBJECT_0);
    assert_int_equal(*number_at(SERVER_WAITS_AT), 0);
}

/* An answer shows that it was accepted. */
static SOCKET client_in_page(uint64_t number)
{
    SOCKET client, accepted;

    connect_pair(&client, &accepted);
    give(connection_order(number), accepted);
    say(client, "hello\r\n");
    expect_text(client, "HELLO\r\n");
    return client;
}

static void reports_go_through_a_page_where_there_is_one(void **state)
{
    static const struct {
        LONG waits_for;
        bool accepted_wakes;
    } cases[] = {{0, false}, {1, false}, {2, true}};

    (void)state;
    start("..\\tests\\worker_probe.exe");
    share_page();
    for (uint64_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        *number_at(SERVER_WAITS_AT) = cases[i].waits_for;
        SOCKET client = client_in_page(i + 1);

        if (cases[i].accepted_wakes)
            expect_event();
        assert_int_equal(WaitForSingleObject(page.report_event, 0), WAIT_TIMEOUT);
        expect_in_page(REPORT_ACCEPTED, i + 1);
        *number_at(SERVER_WAITS_AT) = 1;
        closesocket(client);
        expect_event();
        expect_in_page(REPORT_DONE, i + 1); /* the second time around, the oldest are replaced */
    }
    the_end_of_orders_is_its_end();
    close_page();
}

/* As a server does that has no other word for the worker. */
static void put_in_page(uint64_t number, SOCKET socket)
{
    struct worker_order order = connection_order(number);
    WSAPROTOCOL_INFOW info;

    assert_int_equal(WSADuplicateSocketW(socket, pid, &info), 0);
    order.protocol_info = &info;
    worker_order_write(&order, page.bytes + ORDERS_AT +
                                   (size_t)(page.put++ % PAGE_ORDERS) * WORKER_ORDER_SIZE);
    InterlockedExchange(number_at(ORDERS_WRITTEN_AT), (LONG)page.put);
    if (InterlockedExchange(number_at(WORKER_WAITS_AT), 0) != 0)
        SetEvent(page.order_event);
    closesocket(socket);
}

/* More than there is room for at a time. */
static void orders_come_through_it_too(void **state)
{
    SOCKET client, accepted;

    (void)state;
    start("..\\tests\\worker_probe.exe");
    share_page();
    for (uint64_t i = 1; i <= 2 * PAGE_ORDERS + 1; i++) {
        if (i == 1) /* through the pipe, behind the page */
            client = client_in_page(i);
        assert_int_equal(*number_at(TAKES_ORDERS_AT), 1);
        if (i > 1) {
            connect_pair(&client, &accepted);
            put_in_page(i, accepted);
            say(client, "hello\r\n");
            expect_text(client, "HELLO\r\n");
        }
        expect_in_page(REPORT_ACCEPTED, i);
        *number_at(SERVER_WAITS_AT) = 1;
        closesocket(client);
        expect_event();
        expect_in_page(REPORT_DONE, i);
    }
    the_end_of_orders_is_its_end();
    close_page();
}

/* Whoever stands there when the end comes through the pipe came before it, though nobody was woken.
 */
static void those_before_the_end_are_served(void **state)
{
    SOCKET clients[PAGE_ORDERS + 1], accepted;

    (void)state;
    start("..\\tests\\worker_probe.exe");
    share_page();
    clients[0] = client_in_page(1);
    for (uint64_t i = 1; i <= PAGE_ORDERS; i++) {
        connect_pair(&clients[i], &accepted);
        *number_at(WORKER_WAITS_AT) = 0;
        put_in_page(i + 1, accepted);
    }
    send_order(&(struct worker_order){.kind = ORDER_END});
    closesocket(clients[0]);
    for (uint64_t i = 1; i <= PAGE_ORDERS; i++) {
        say(clients[i], "hello\r\nbye\r\n");
        expect_text(clients[i], "HELLO\r\n");
        closesocket(clients[i]);
    }
    assert_int_equal(handler_end(worker), 0);
    assert_int_equal(*number_at(0), 2 * (PAGE_ORDERS + 1));
    close_page();
}

/* What is no page changes nothing. */
static void without_its_memory_they_go_through_the_pipe(void **state)
{
    SOCKET client, accepted;

    (void)state;
    start("upper_worker.exe");
    send_order(&(struct worker_order){.kind = ORDER_PAGE,
                                      .report_count = PAGE_REPORTS,
                                      .order_count = PAGE_ORDERS,
                                      .handle = 0xfff4});
    connect_pair(&client, &accepted);
    give(connection_order(1), accepted);
    expect_report(REPORT_ACCEPTED, 1);
    closesocket(client);
    expect_report(REPORT_DONE, 1);
    the_end_of_orders_is_its_end();
}

/* A server that is gone asks for the same as one that says so. */
static void the_end_of_input_is_the_end(void **state)
{
    SOCKET client, accepted;

    (void)state;
    start("upper_worker.exe 3");
    connect_pair(&client, &accepted);
    give(connection_order(1), accepted);
    expect_report(REPORT_ACCEPTED, 1);
    handler_close_input(worker);
    say(client, "hello");
    expect_text(client, "HELLO"); /* what it has it finishes */
    closesocket(client);
    expect_report(REPORT_DONE, 1);
    assert_int_equal(handler_end(worker), 0);
}

static int set_up(void **state)
{
    WSADATA data;

    return WSAStartup(MAKEWORD(2, 2), &data) == 0 ? site_make(state) : 1;
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
        cmocka_unit_test(reports_go_through_a_page_where_there_is_one),
        cmocka_unit_test(orders_come_through_it_too),
        cmocka_unit_test(those_before_the_end_are_served),
        cmocka_unit_test(without_its_memory_they_go_through_the_pipe),
        cmocka_unit_test(the_end_of_input_is_the_end),
    };

    return cmocka_run_group_tests(tests, set_up, site_remove);
}
