/* Workers that speak the protocol wrongly are ended with a record that says what was wrong, and
   replaced. */
#include "harness.h"
#include "workers.h"

#include <stdio.h>
#include <stdlib.h>

#define FAULT "tests\\worker_fault.exe"
#define PROBE "tests\\worker_probe.exe"

/* At once, without a client. */
static void expect_fault(const char *mode, const char *reason)
{
    char program[100];

    snprintf(program, sizeof program, FAULT " %s", mode);
    struct process *server = workers_start(program, "workers = 1\n");
    server_expect(server, "fail w pid * worker: %s", reason);
    server_expect(server, "with 0 connections; another is started at once\n");
    server_expect(server, "another is started in 0.25 s\n");
    process_end_all();
}

static void what_is_no_report_is_a_fault(void **state)
{
    (void)state;
    expect_fault("rubbish", "wrote a report of kind 542393671, which there is not (what a worker "
                            "writes to standard output must be the protocol); ended after ");
    expect_fault("unknown", "wrote a report of kind 5, which there is not");
    expect_fault("long", "wrote a report of kind ");
}

static void so_is_half_a_report(void **state)
{
    (void)state;
    expect_fault("short", "exit 0 after ");
}

static void and_another_version_of_the_protocol(void **state)
{
    (void)state;
    expect_fault("version", "speaks version 2 of the protocol, and this server version 1");
}

static void and_to_be_ready_twice(void **state)
{
    (void)state;
    expect_fault("twice", "said twice that it is ready");
}

static void and_to_accept_what_it_was_not_given(void **state)
{
    (void)state;
    expect_fault("early", "said that it has accepted connection 1, which");
    expect_fault("stranger", "said that it has done with connection 999, which");
}

/* The test's own process is not one of the server's jobs. */
static void and_to_name_a_process_that_is_not_its_own(void **state)
{
    char mode[60];
    char reason[120];

    (void)state;
    snprintf(mode, sizeof mode, "foreign %lu", GetCurrentProcessId());
    snprintf(reason, sizeof reason,
             "says that process %lu is to get the sockets, which is none of its own",
             GetCurrentProcessId());
    expect_fault(mode, reason);
    expect_fault("foreign 0", "says that process 0 is to get the sockets");
}

/* With a client that gets nothing but the end. */
static void expect_fault_with(const char *mode, const char *reason)
{
    char program[100];

    snprintf(program, sizeof program, FAULT " %s", mode);
    struct process *server = workers_start(program, "workers = 1\n");
    SOCKET client = workers_client(server);
    server_expect(server, "fail w pid * worker: %s", reason);
    client_expect_end(client);
    client_close(client);
    process_end_all();
}

static void a_connection_is_accepted_and_done_once(void **state)
{
    (void)state;
    expect_fault_with("done-first", "said that it has done with connection 1, which");
    expect_fault_with("accept-twice", "said that it has accepted connection 1, which");
    expect_fault_with("done-twice", "said that it has done with connection 1, which");
}

/* What stands in the shared page is believed no more than what comes through the pipe. */
static void the_page_may_hold_anything(void **state)
{
    (void)state;
    expect_fault_with("page-unknown", "wrote a report of kind 5, which there is not");
    expect_fault_with("page-stranger", "said that it has done with connection 999, which");
    expect_fault_with("page-count", "wrote a report of kind 0, which there is not");
}

/* A report for which nobody was woken is found within a second. */
static void what_stands_in_the_page_is_found_by_looking(void **state)
{
    struct process *server = workers_start(FAULT " page-quiet", "workers = 1\n");

    (void)state;
    for (int i = 1; i <= 3; i++) {
        SOCKET client = workers_client(server);

        client_expect_end(client);
        client_close(client);
        server_expect(server, "close w#%d 127.0.0.1:* end after ", i);
    }
}

/* … and also after the worker's end: that connection was accepted, and nobody gets it again. */
static void what_stood_there_at_its_end_holds(void **state)
{
    struct process *server = workers_start(FAULT " page-last-words", "workers = 1\n");
    SOCKET client = workers_client(server);

    (void)state;
    client_expect_end(client);
    client_close(client);
    server_expect(server, "fail w pid * worker: exit 7 after * with 1 connection; another is");
    server_expect(server, "close w#1 127.0.0.1:* worker ended");
}

static void without_a_page_reports_go_through_the_pipe(void **state)
{
    static const char *const faults[] = {"CreateFileMappingW=0,1,1455",
                                         "CreateEventW worker_page.c=0,1,8",
                                         "DuplicateHandle=2,1,1450", "DuplicateHandle=4,1,1450"};

    (void)state;
    for (size_t i = 0; i < ARRAYSIZE(faults); i++) {
        struct process *server = workers_start_with_faults(faults[i], PROBE, "workers = 1\n");

        workers_visit(server);
        workers_visit(server);
        assert_int_equal(server_count(server, "fail "), 0);
        process_end_all();
    }
}

static void an_output_that_is_closed_is_the_end(void **state)
{
    struct process *server = workers_start(FAULT " close", "workers = 1\n");
    SOCKET client = workers_client(server);

    (void)state;
    server_expect(server, "fail w pid * worker: exit * after ");
    client_close(client);
}

/* Each of them kills itself as soon as it is given a connection: nobody gets it, and in the end
   that is said. */
static void a_connection_is_not_given_away_for_ever(void **state)
{
    struct process *server = workers_start(FAULT " drop", "workers = 2\n");
    SOCKET client = workers_client(server);

    (void)state;
    server_expect(server, "fail w pid * worker: exit 9 after * s, with 1 connection;");
    client_expect_end(client);
    client_close(client);
    server_expect(server,
                  "fail w#1 127.0.0.1:* there is no worker to take it: each ends as soon as "
                  "it has started\n");
    server_expect(server, "close w#1 127.0.0.1:* launch failed after ");
    assert_int_equal(server_count(server, "open w#"), 0);
}

static void nor_to_those_that_cannot_take_it(void **state)
{
    struct process *server = workers_start(FAULT " reject", "workers = 2\n");
    SOCKET client = workers_client(server);

    (void)state;
    client_expect_end(client);
    client_close(client);
    server_expect(server, "fail w#1 127.0.0.1:* the worker with pid * could not take the socket: "
                          "10022: ");
    server_expect(server, "close w#1 127.0.0.1:* launch failed after ");
    assert_int_equal(server_count(server, "fail w pid"), 0); /* it has done nothing wrong */
}

static void expect_later(struct process *server, const char *pattern)
{
    if (!output_wait(&server->err, pattern, 60000))
        FAIL("the log has no '%s'", pattern);
}

static void one_that_does_not_accept_is_ended(void **state)
{
    struct process *server = workers_start(FAULT " deaf", "workers = 1\n");
    SOCKET client = workers_client(server);

    (void)state;
    expect_later(server,
                 "fail w pid * worker: did not accept connection 1 within 10 s (can it have "
                 "as many at a time as worker_connections says?); ended after ");
    client_close(client);
}

/* More orders than its pipe holds: whoever waits for it waits alone, and a stop need not wait. */
static void one_that_reads_no_orders_holds_up_nobody(void **state)
{
    SOCKET clients[40];
    struct process *server = workers_start(FAULT " blind", "workers = 1\nworker_connections = 100\n"
                                                           "[service other]\nport = 0\n"
                                                           "internal = echo\n");

    (void)state;
    for (size_t i = 0; i < ARRAYSIZE(clients); i++)
        clients[i] = workers_client(server);
    SOCKET other = client_connect(server, "other");
    client_say(other, "still here\n");
    client_expect(other, "still here\n");
    client_close(other);
    expect_later(server, "fail w pid * worker: did not accept connection 1 within 10 s (can it "
                         "have as many at a time as worker_connections says?); ended after * s, "
                         "with 40 connections");
    for (size_t i = 0; i < ARRAYSIZE(clients); i++)
        client_close(clients[i]);
    server_console(server, PRESS_CTRL_BREAK);
    assert_true(process_wait(server) <= 1); /* it has not crashed */
}

/* Who is in when it cannot be handed over is told, and nobody else. */
static void a_socket_that_cannot_be_handed_over_is_said(void **state)
{
    static const struct {
        const char *fault, *transfer, *sentence;
    } cases[] = {
        {"WSADuplicateSocketW=0,1,10055", "wsaduplicatesocket",
         "fail w#1 127.0.0.1:* WSADuplicateSocket for the worker with pid *: 10055: "},
        {"DuplicateHandle=5,1,1450",
         "duplicatehandle", /* two are for its start, three for the page */
         "fail w#1 127.0.0.1:* DuplicateHandle into the worker with pid *: 1450: "},
    };

    (void)state;
    for (size_t i = 0; i < ARRAYSIZE(cases); i++) {
        struct process *server = workers_start_with_faults(
            cases[i].fault, PROBE, "workers = 1\ntransfer = %s\n", cases[i].transfer);
        SOCKET client = workers_client(server);

        client_expect_end(client);
        client_close(client);
        server_expect(server, "%s", cases[i].sentence);
        server_expect(server, "close w#1 127.0.0.1:* launch failed after ");
        workers_visit(server);
        process_end_all();
    }
}

static void one_whose_pipes_cannot_be_served_is_replaced(void **state)
{
    static const char *const faults[] = {"CreateThread worker_wire.c=0,1,8",
                                         "CreateThread worker_wire.c=1,1,8"};

    (void)state;
    for (size_t i = 0; i < ARRAYSIZE(faults); i++) {
        struct process *server = workers_start_with_faults(faults[i], PROBE, "workers = 1\n");

        server_expect(server, "fail w pid * worker: CreateThread for a worker's pipe: 8: *; "
                              "another is started at once\n");
        workers_visit(server);
        process_end_all();
    }
}

/* 30 s are for runtimes that are slow to start. */
static void one_that_never_says_that_it_is_ready_is_ended(void **state)
{
    struct process *server = workers_start(FAULT " mute", "workers = 1\n");
    SOCKET client = workers_client(server);

    (void)state;
    expect_later(server, "fail w#1 127.0.0.1:* no worker could take it in 1*.* s\n");
    client_expect_end(client);
    client_close(client);
    expect_later(server, "fail w pid * worker: did not say that it is ready within 30 s; ended ");
}

static void a_program_that_cannot_be_started_is_tried_again(void **state)
{
    struct process *server =
        workers_start_with_faults("CreateProcessW=0,2,5", PROBE, "workers = 1\n");

    (void)state;
    server_expect(server,
                  "fail w CreateProcess *worker_probe.exe: 5: *; another is started at once");
    server_expect(server,
                  "fail w CreateProcess *worker_probe.exe: 5: *; another is started in 0.25");
    workers_visit(server);
}

static void duplicatehandle_needs_sockets_that_are_handles(void **state)
{
    (void)state;
    server_new_name();
    folder_write("test.ini", "");
    server_rewrite("[service w]\nport = 0\nserver = " PROBE "\nworkers = 1\n"
                   "transfer = duplicatehandle\n");
    SetEnvironmentVariableA("STDINETD_FAULTS", "WSAEnumProtocolsW=0,1,0");
    struct process *server = process_run("tests\\stdinetd_with_faults.exe", "run -c test.ini");
    assert_int_equal(process_wait(server), 1);
    assert_true(output_wait(&server->err,
                            "transfer = duplicatehandle cannot be: no TCP provider of this system "
                            "has sockets that are real file handles",
                            PATIENCE_MS));
    server = workers_start_with_faults("WSAEnumProtocolsW=0,1,0", PROBE, "workers = 1\n");
    workers_visit(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(what_is_no_report_is_a_fault),
        SYSTEM_TEST(so_is_half_a_report),
        SYSTEM_TEST(and_another_version_of_the_protocol),
        SYSTEM_TEST(and_to_be_ready_twice),
        SYSTEM_TEST(and_to_accept_what_it_was_not_given),
        SYSTEM_TEST(and_to_name_a_process_that_is_not_its_own),
        SYSTEM_TEST(a_connection_is_accepted_and_done_once),
        SYSTEM_TEST(the_page_may_hold_anything),
        SYSTEM_TEST(what_stands_in_the_page_is_found_by_looking),
        SYSTEM_TEST(what_stood_there_at_its_end_holds),
        SYSTEM_TEST(without_a_page_reports_go_through_the_pipe),
        SYSTEM_TEST(an_output_that_is_closed_is_the_end),
        SYSTEM_TEST(a_connection_is_not_given_away_for_ever),
        SYSTEM_TEST(nor_to_those_that_cannot_take_it),
        SYSTEM_TEST(one_that_does_not_accept_is_ended),
        SYSTEM_TEST(one_that_reads_no_orders_holds_up_nobody),
        SYSTEM_TEST(a_socket_that_cannot_be_handed_over_is_said),
        SYSTEM_TEST(one_whose_pipes_cannot_be_served_is_replaced),
        SYSTEM_TEST(one_that_never_says_that_it_is_ready_is_ended),
        SYSTEM_TEST(a_program_that_cannot_be_started_is_tried_again),
        SYSTEM_TEST(duplicatehandle_needs_sockets_that_are_handles),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
