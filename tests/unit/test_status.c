#include "unit.h"

#include "core/options.h"
#include "core/status.h"

#include <stdlib.h>
#include <string.h>

static struct status make(void)
{
    static struct status_service services[2] = {
        {.name = "web",
         .launch = "spawn",
         .live = 2,
         .instances = 100,
         .waiting = 1,
         .started = 1204,
         .failed = 3,
         .refused = {[REFUSED_PER_SOURCE] = 7, [REFUSED_INSTANCES] = 1},
         .launch_median_us = 4100,
         .launch_p99_us = 9800},
        {.name = "caf\xC3\xA9", .launch = "internal", .instances = UNLIMITED}};
    static struct status_connection connections[2] = {{.number = 17,
                                                       .service = "web",
                                                       .peer = "192.0.2.1:51820",
                                                       .state = "serving",
                                                       .pid = 4312,
                                                       .age_ms = 3723000},
                                                      {.number = 18,
                                                       .service = "web",
                                                       .peer = "[2001:db8::1]:5",
                                                       .state = "launching",
                                                       .age_ms = 12}};

    for (size_t i = 0; i < 2; i++) {
        text_list_free(&services[i].addresses);
        text_list_free(&services[i].busy);
    }
    text_list_append(&services[0].addresses, "127.0.0.1:7080");
    text_list_append(&services[0].addresses, "[::1]:7080");
    text_list_append(&services[1].addresses, "*:7");
    text_list_append(&services[1].busy, "127.0.0.1:8");
    return (struct status){.version = "9.8.7",
                           .pid = 99,
                           .up_ms = 90061000,
                           .phase = "running",
                           .live = 2,
                           .instances = 1000,
                           .started = 1204,
                           .refused = 9,
                           .failed = 3,
                           .services = services,
                           .service_count = 2,
                           .connections = connections,
                           .connection_count = 2};
}

static void free_addresses(struct status *status)
{
    for (size_t i = 0; i < status->service_count; i++) {
        text_list_free(&status->services[i].addresses);
        text_list_free(&status->services[i].busy);
    }
}

static void people_get_tables(void **state)
{
    struct status status = make();

    (void)state;
    assert_owned_string_equal(
        status_text(&status),
        "stdinetd 9.8.7, pid 99, running for 1 d 01 h, 2 of 1000 connections\n"
        "since its start: 1204 started, 9 refused, 3 failed\n"
        "\n"
        "SERVICE  ADDRESS         LAUNCH    LIVE         WAITING   STARTED  REFUSED  FAILED  "
        "MEDIAN ms    99 %\n"
        "web      127.0.0.1:7080  spawn     2 of 100           1      1204        8       3        "
        "4.1     "
        "9.8\n"
        "         [::1]:7080\n"
        "         refused: per_source 7 instances 1\n"
        "caf\xC3\xA9     *:7             internal  0                  0         0        0       "
        "0\n"
        "         127.0.0.1:8 is busy; tried every second\n"
        "\n"
        "CONNECTION  PEER             STATE           PID  AGE\n"
        "web#17      192.0.2.1:51820  serving        4312  1 h 02 min\n"
        "web#18      [2001:db8::1]:5  launching         -  0 s\n");
    free_addresses(&status);
}

static void programs_get_one_object(void **state)
{
    struct status status = make();

    (void)state;
    assert_owned_string_equal(
        status_json(&status),
        "{\"version\":\"9.8.7\",\"pid\":99,\"phase\":\"running\",\"up_ms\":90061000,\"live\":2,"
        "\"instances\":1000,\"started\":1204,\"refused\":9,\"failed\":3,\"services\":["
        "{\"name\":\"web\",\"addresses\":[\"127.0.0.1:7080\",\"[::1]:7080\"],\"busy\":[],"
        "\"launch\":\"spawn\","
        "\"live\":2,\"instances\":100,\"waiting\":1,\"started\":1204,\"failed\":3,"
        "\"refused\":{\"only_from\":0,\"no_access\":0,\"access_times\":0,\"per_source\":7,"
        "\"per_source_rate\":0,\"instances\":1,\"workers\":0},\"launch_ms\":{\"median\":4.100,"
        "\"p99\":9.800}},"
        "{\"name\":\"caf\xC3\xA9\",\"addresses\":[\"*:7\"],\"busy\":[\"127.0.0.1:8\"],\"launch\":"
        "\"internal\",\"live\":0,"
        "\"instances\":null,\"waiting\":0,\"started\":0,\"failed\":0,"
        "\"refused\":{\"only_from\":0,\"no_access\":0,\"access_times\":0,\"per_source\":0,"
        "\"per_source_rate\":0,\"instances\":0,\"workers\":0},\"launch_ms\":{\"median\":0.000,"
        "\"p99\":0.000}}],"
        "\"connections\":["
        "{\"connection\":17,\"service\":\"web\",\"peer\":\"192.0.2.1:51820\",\"state\":\"serving\","
        "\"pid\":4312,\"age_ms\":3723000},"
        "{\"connection\":18,\"service\":\"web\",\"peer\":\"[2001:db8::1]:5\","
        "\"state\":\"launching\",\"age_ms\":12}]}\n");
    free_addresses(&status);
}

/* Only where a relay copies them, and then for all connections a column. */
static void bytes_are_shown_where_they_are_known(void **state)
{
    struct status status = make();

    (void)state;
    status.services[0].bytes = (struct status_bytes){.known = true, .in = 5000000000, .out = 6};
    status.connections[0].bytes = (struct status_bytes){.known = true, .in = 123, .out = 456};
    char *text = status_text(&status);
    assert_non_null(strstr(text, "\n         bytes: 5000000000 in, 6 out\n"));
    assert_non_null(strstr(text, "STATE           PID      BYTES IN          OUT  AGE\n"));
    assert_non_null(strstr(text, "serving        4312           123          456  1 h 02 min\n"));
    assert_non_null(strstr(text, "launching         -             -            -  0 s\n"));
    free(text);
    text = status_json(&status);
    assert_non_null(
        strstr(text, "\"failed\":3,\"bytes_in\":5000000000,\"bytes_out\":6,\"refused\":"));
    assert_non_null(strstr(text, "\"pid\":4312,\"bytes_in\":123,\"bytes_out\":456,\"age_ms\":"));
    free(text);
    free_addresses(&status);
    status.services[0].bytes = (struct status_bytes){0};
    status.connections[0].bytes = (struct status_bytes){0};
}

static void workers_are_shown_where_there_are_any(void **state)
{
    static struct status_worker workers[2] = {
        {.pid = 77, .connections = 2, .requests = 1203, .age_ms = 60000}, {.requests = 0}};
    struct status status = make();

    (void)state;
    status.services[0].workers = (struct status_workers){
        .known = true, .most = 8, .requests = 1300, .items = workers, .count = 2};
    char *text = status_text(&status);
    assert_non_null(strstr(text, "\n         workers: 2 of 8, 1 busy, 1300 requests\n"));
    free(text);
    text = status_json(&status);
    assert_non_null(strstr(
        text, "\"failed\":3,\"workers\":{\"live\":2,\"max\":8,\"busy\":1,\"requests\":1300,"
              "\"processes\":[{\"pid\":77,\"connections\":2,\"requests\":1203,\"age_ms\":60000},"
              "{\"pid\":0,\"connections\":0,\"requests\":0,\"age_ms\":0}]},\"refused\":"));
    free(text);
    free_addresses(&status);
    status.services[0].workers = (struct status_workers){0};
}

static void a_server_without_connections_shows_no_table_of_them(void **state)
{
    struct status status = make();
    char *text;

    (void)state;
    status.connection_count = 0;
    text = status_text(&status);
    assert_null(strstr(text, "CONNECTION"));
    free(text);
    free_addresses(&status);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(people_get_tables),
        cmocka_unit_test(programs_get_one_object),
        cmocka_unit_test(bytes_are_shown_where_they_are_known),
        cmocka_unit_test(workers_are_shown_where_there_are_any),
        cmocka_unit_test(a_server_without_connections_shows_no_table_of_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
