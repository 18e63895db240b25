#include "unit.h"

#include "core/worker_message.h"

#include <string.h>

static struct worker_address address(const char *ip, uint16_t port, uint32_t scope)
{
    struct worker_address made = {.port = port, .scope = scope};

    assert_true(ip_parse(ip, &made.ip));
    return made;
}

/* The bytes that handlers/README.md describes, one by one. */
static void a_connection_by_protocol_info(void **state)
{
    uint8_t info[WORKER_PROTOCOL_INFO_SIZE];
    uint8_t bytes[WORKER_ORDER_SIZE];
    static const uint8_t head[72] = {
        1, 0, 0,    0,    1, 0, 0, 0,                                 /* kind, how */
        8, 7, 6,    5,    4, 3, 2, 1,                                 /* number */
        0, 0, 0,    0,    0, 0, 0, 0,                                 /* no handle */
        4, 0, 0x6c, 0xca, 0, 0, 0, 0,   192,  0,    2, 1, 0, 0, 0, 0, /* peer */
        0, 0, 0,    0,    0, 0, 0, 0,                                 /* … its rest */
        6, 0, 0x58, 0x1b, 4, 0, 0, 0,   0xfe, 0x80, 0, 0, 0, 0, 0, 0, /* local */
        0, 0, 0,    0,    0, 0, 0, 0x11};
    struct worker_order order = {.kind = ORDER_CONNECTION,
                                 .connection = 0x0102030405060708,
                                 .transfer = ORDER_BY_PROTOCOL_INFO,
                                 .handle = 99, /* not written */
                                 .protocol_info = info,
                                 .peer = address("192.0.2.1", 51820, 0),
                                 .local = address("fe80::11", 7000, 4)};

    (void)state;
    for (size_t i = 0; i < sizeof info; i++)
        info[i] = (uint8_t)(i * 7 + 1);
    memset(bytes, 0xee, sizeof bytes);
    worker_order_write(&order, bytes);
    assert_memory_equal(bytes, head, sizeof head);
    assert_memory_equal(bytes + 72, info, sizeof info);
    assert_memory_equal(bytes + 700, "\0\0\0", 4);
}

static void a_page(void **state)
{
    uint8_t bytes[WORKER_ORDER_SIZE];
    uint8_t none[WORKER_ORDER_SIZE] = {0};
    struct worker_order order = {.kind = ORDER_PAGE,
                                 .report_count = 0x4000,
                                 .order_count = 0x10,
                                 .handle = 0x1234,
                                 .report_event = 0x56789,
                                 .order_event = 0xab};

    (void)state;
    memset(bytes, 0xee, sizeof bytes);
    worker_order_write(&order, bytes);
    assert_memory_equal(bytes,
                        "\4\0\0\0\0\x40\0\0\x10\0\0\0\0\0\0\0\x34\x12\0\0\0\0\0\0"
                        "\x89\x67\5\0\0\0\0\0\xab\0\0\0\0\0\0\0",
                        40);
    assert_memory_equal(bytes + 40, none, sizeof bytes - 40);
}

static void a_connection_by_handle(void **state)
{
    uint8_t bytes[WORKER_ORDER_SIZE];
    uint8_t none[WORKER_ORDER_SIZE] = {0};
    struct worker_order order = {.kind = ORDER_CONNECTION,
                                 .connection = 5,
                                 .transfer = ORDER_BY_HANDLE,
                                 .handle = 0x1234,
                                 .peer = address("127.0.0.1", 1, 0),
                                 .local = address("127.0.0.1", 2, 0),
                                 .may_shut_down = true};

    (void)state;
    memset(bytes, 0xee, sizeof bytes);
    worker_order_write(&order, bytes);
    assert_memory_equal(bytes, "\1\0\0\0\2\0\0\0\5\0\0\0\0\0\0\0\x34\x12\0\0\0\0\0\0\4\0\1\0", 28);
    assert_memory_equal(bytes + 72, none, 700 - 72);
    assert_memory_equal(bytes + 700, "\1\0\0", 4);
}

static void what_has_no_socket_is_zero_but_for_its_number(void **state)
{
    uint8_t bytes[WORKER_ORDER_SIZE];
    uint8_t none[WORKER_ORDER_SIZE] = {0};
    struct worker_order order = {.kind = ORDER_CANCEL, .connection = 300, .handle = 9};

    (void)state;
    memset(bytes, 0xee, sizeof bytes);
    worker_order_write(&order, bytes);
    assert_memory_equal(bytes, "\2\0\0\0\0\0\0\0\x2c\1\0\0\0\0\0\0", 16);
    assert_memory_equal(bytes + 16, none, sizeof bytes - 16);
    order = (struct worker_order){.kind = ORDER_END};
    worker_order_write(&order, bytes);
    assert_memory_equal(bytes, "\3\0\0\0", 4);
    assert_memory_equal(bytes + 4, none, sizeof bytes - 4);
}

static struct worker_report read_report(const char *bytes)
{
    struct worker_report report;
    struct error error;

    assert_true(worker_report_read(&report, (const uint8_t *)bytes, &error));
    return report;
}

static void reports_are_read(void **state)
{
    struct worker_report report = read_report("\1\0\0\0\7\0\0\0\xff\xff\xff\xff\0\0\0\0");

    (void)state;
    assert_int_equal(report.kind, REPORT_READY);
    assert_int_equal(report.version, 7);
    assert_int_equal(report.pid, UINT32_MAX);
    report = read_report("\2\0\0\0\7\0\0\0\1\2\3\4\5\6\7\x88");
    assert_int_equal(report.kind, REPORT_ACCEPTED);
    assert_true(report.connection == 0x8807060504030201);
    assert_int_equal(report.code, 0);
    report = read_report("\3\0\0\0\x26\x27\0\0\1\0\0\0\0\0\0\0");
    assert_int_equal(report.kind, REPORT_REJECTED);
    assert_int_equal(report.code, 10022);
    assert_int_equal(report.connection, 1);
    report = read_report("\4\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0");
    assert_int_equal(report.kind, REPORT_DONE);
    assert_int_equal(report.connection, 2);
    assert_false(report.has_shut_down);
    report = read_report("\4\0\0\0\1\0\0\0\2\0\0\0\0\0\0\0");
    assert_true(report.has_shut_down);
    report = read_report("\3\0\0\0\1\0\0\0\2\0\0\0\0\0\0\0");
    assert_false(report.has_shut_down);
}

static void expect_none(const char *bytes, const char *sentence)
{
    struct worker_report report;
    struct error error;

    assert_false(worker_report_read(&report, (const uint8_t *)bytes, &error));
    assert_string_equal(error.text, sentence);
}

static void what_is_no_report_is_said(void **state)
{
    (void)state;
    expect_none("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", "a report of kind 0, which there is not");
    expect_none("\5\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", "a report of kind 5, which there is not");
    expect_none("\4\0\0\x80\0\0\0\0\0\0\0\0\0\0\0\0",
                "a report of kind 2147483652, which there is not");
    expect_none("\1\0\0\0\1\0\0\0\0\0\0\0\1\0\0\0",
                "a process id of 4294967296, which can be none");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_connection_by_protocol_info),
        cmocka_unit_test(a_connection_by_handle),
        cmocka_unit_test(a_page),
        cmocka_unit_test(what_has_no_socket_is_zero_but_for_its_number),
        cmocka_unit_test(reports_are_read),
        cmocka_unit_test(what_is_no_report_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
