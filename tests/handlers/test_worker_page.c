/* The memory that a worker shares with its server, as handlers/README.md describes it. This test is
   the server. */
#include "driver.h"
#include "site.h"

enum { PAGE_REPORTS = 4, PAGE_ORDERS = 2 };
enum {
    SERVER_WAITS_AT = 64,
    ORDERS_WRITTEN_AT = 128,
    ORDERS_PIPED_AT = 132,
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
    HANDLE process = OpenProcess(PROCESS_DUP_HANDLE, FALSE, driver.pid);

    page.bytes = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    page.report_event = CreateEventW(NULL, FALSE, FALSE, NULL);
    page.order_event = CreateEventW(NULL, FALSE, FALSE, NULL);
    page.taken = page.put = 0;
    assert_non_null(page.bytes);
    assert_non_null(process);
    driver_send_order(&(struct worker_order){
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

    driver_connect_pair(&client, &accepted);
    driver_give(driver_connection_order(number), accepted);
    driver_say(client, "hello\r\n");
    driver_expect_text(client, "HELLO\r\n");
    return client;
}

static void reports_go_through_a_page_where_there_is_one(void **state)
{
    static const struct {
        LONG waits_for;
        bool accepted_wakes;
    } cases[] = {{0, false}, {1, false}, {2, true}};

    (void)state;
    driver_start("..\\tests\\worker_probe.exe");
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
    driver_end();
    close_page();
}

/* As a server does that has no other word for the worker. */
static void put_in_page(uint64_t number, SOCKET socket)
{
    struct worker_order order = driver_connection_order(number);
    WSAPROTOCOL_INFOW info;

    assert_int_equal(WSADuplicateSocketW(socket, driver.pid, &info), 0);
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
    driver_start("..\\tests\\worker_probe.exe");
    share_page();
    for (uint64_t i = 1; i <= 2 * PAGE_ORDERS + 1; i++) {
        if (i == 1) /* through the pipe, behind the page */
            client = client_in_page(i);
        assert_int_equal(*number_at(TAKES_ORDERS_AT), 1);
        if (i > 1) {
            driver_connect_pair(&client, &accepted);
            put_in_page(i, accepted);
            driver_say(client, "hello\r\n");
            driver_expect_text(client, "HELLO\r\n");
        }
        expect_in_page(REPORT_ACCEPTED, i);
        *number_at(SERVER_WAITS_AT) = 1;
        closesocket(client);
        expect_event();
        expect_in_page(REPORT_DONE, i);
    }
    driver_end();
    close_page();
}

/* Whoever stands there when the end comes through the pipe came before it, though nobody was woken.
 */
static void those_before_the_end_are_served(void **state)
{
    SOCKET clients[PAGE_ORDERS + 1], accepted;

    (void)state;
    driver_start("..\\tests\\worker_probe.exe");
    share_page();
    clients[0] = client_in_page(1);
    for (uint64_t i = 1; i <= PAGE_ORDERS; i++) {
        driver_connect_pair(&clients[i], &accepted);
        *number_at(WORKER_WAITS_AT) = 0;
        put_in_page(i + 1, accepted);
    }
    driver_send_order(&(struct worker_order){.kind = ORDER_END});
    closesocket(clients[0]);
    for (uint64_t i = 1; i <= PAGE_ORDERS; i++) {
        driver_say(clients[i], "hello\r\nbye\r\n");
        driver_expect_text(clients[i], "HELLO\r\n");
        closesocket(clients[i]);
    }
    assert_int_equal(handler_end(driver.worker), 0);
    assert_int_equal(*number_at(0), 2 * (PAGE_ORDERS + 1));
    close_page();
}

/* Until it waits again, or has said something. */
static void let_it_look(void)
{
    for (int i = 0; *number_at(WORKER_WAITS_AT) == 0 && (uint32_t)*number_at(0) == page.taken;
         i++) {
        assert_true(i < 2000);
        Sleep(10);
    }
}

static void what_is_still_in_the_pipe_comes_first(void **state)
{
    SOCKET first, second, third, accepted;

    (void)state;
    driver_start("..\\tests\\worker_probe.exe");
    share_page();
    first = client_in_page(1);
    expect_in_page(REPORT_ACCEPTED, 1);
    *number_at(SERVER_WAITS_AT) = 1;
    closesocket(first);
    expect_event();
    expect_in_page(REPORT_DONE, 1);
    let_it_look();
    *number_at(ORDERS_PIPED_AT) = 2; /* the second is under way there */
    driver_connect_pair(&third, &accepted);
    put_in_page(3, accepted);
    let_it_look();
    assert_int_equal(*number_at(0), page.taken); /* the third has to wait */
    driver_connect_pair(&second, &accepted);
    driver_give(driver_connection_order(2), accepted);
    driver_say(second, "hello\r\n");
    driver_expect_text(second, "HELLO\r\n");
    closesocket(second);
    driver_say(third, "hello\r\n");
    driver_expect_text(third, "HELLO\r\n");
    closesocket(third);
    driver_end();
    close_page();
}

/* One event is enough for all who wait. */
static void several_threads_have_one_each(void **state)
{
    SOCKET clients[PAGE_ORDERS], accepted;

    (void)state;
    driver_start("upper_worker.exe 3");
    share_page();
    driver_connect_pair(&clients[0], &accepted); /* behind it, all three wait again */
    driver_give(driver_connection_order(99), accepted);
    driver_say(clients[0], "first");
    driver_expect_text(clients[0], "FIRST");
    closesocket(clients[0]);
    for (uint64_t i = 0; i < PAGE_ORDERS; i++) {
        driver_connect_pair(&clients[i], &accepted);
        put_in_page(i + 1, accepted);
    }
    for (uint64_t i = 0; i < PAGE_ORDERS; i++) {
        driver_say(clients[i], "hello");
        driver_expect_text(clients[i], "HELLO");
    }
    for (uint64_t i = 0; i < PAGE_ORDERS; i++)
        closesocket(clients[i]);
    driver_end();
    close_page();
}

/* What is no page changes nothing. */
static void without_its_memory_they_go_through_the_pipe(void **state)
{
    SOCKET client, accepted;

    (void)state;
    driver_start("upper_worker.exe");
    driver_send_order(&(struct worker_order){.kind = ORDER_PAGE,
                                             .report_count = PAGE_REPORTS,
                                             .order_count = PAGE_ORDERS,
                                             .handle = 0xfff4});
    driver_connect_pair(&client, &accepted);
    driver_give(driver_connection_order(1), accepted);
    driver_expect_report(REPORT_ACCEPTED, 1);
    closesocket(client);
    driver_expect_report(REPORT_DONE, 1);
    driver_end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reports_go_through_a_page_where_there_is_one),
        cmocka_unit_test(orders_come_through_it_too),
        cmocka_unit_test(those_before_the_end_are_served),
        cmocka_unit_test(what_is_still_in_the_pipe_comes_first),
        cmocka_unit_test(several_threads_have_one_each),
        cmocka_unit_test(without_its_memory_they_go_through_the_pipe),
    };

    return cmocka_run_group_tests(tests, driver_set_up, site_remove);
}
