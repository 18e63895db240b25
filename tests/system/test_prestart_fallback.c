/* Programs that wait for their connections where Windows is not as it should be: the connection is
   served all the same. */
#include "harness.h"
#include "spares.h"

#include <stdlib.h>
#include <string.h>

#define UPPER "port = 0\nserver = handlers\\upper.exe\n"
#define PIPED "[service piped]\nprestart = 2\nstdio = pipe\n" UPPER

static void expect_hits(struct process *server, const char *service)
{
    for (int i = 0; i < 4; i++) {
        spares_expect("2 of 2 ready");
        client_goodbye(client_hello(server, service));
    }
    spares_expect("prestart hit 100 %, 2 of 2 ready");
}

/* AcceptEx cannot connect what another process holds, as the probe at the start finds out: they get
   the socket afterwards. */
static void without_acceptex_into_a_held_socket_it_is_put_there_later(void **state)
{
    struct process *server =
        server_start_with_faults("getpeername=0,1,10057", "[service upper]\nprestart = 2\n" UPPER);

    (void)state;
    expect_hits(server, "upper");
}

static void with_stderr_on_the_socket_too(void **state)
{
    struct process *server = server_start_with_faults(
        "getpeername=0,1,10057", "[service words]\nprestart = 2\nstderr = socket\nport = 0\n"
                                 "server = tests\\probe.exe\nserver_args = stderr words\n");

    (void)state;
    for (int i = 0; i < 3; i++) {
        spares_expect("2 of 2 ready");
        SOCKET client = client_connect(server, "words");
        client_expect(client, "words\r\n");
        client_expect_end(client);
        client_close(client);
    }
    spares_expect("prestart hit 100 %, 2 of 2 ready");
}

/* More places than programs: none of them can wait at a place, but at any. */
static void few_serve_many_places(void **state)
{
    struct process *server = server_start("[service upper]\nprestart = 2\n"
                                          "port = 0 0 0 0\nserver = handlers\\upper.exe\n");

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        spares_expect("2 of 2 ready");
        SOCKET client = client_connect_to(server_address(server, "upper", i));
        client_expect_served(client);
    }
    spares_expect("prestart hit 100 %, 2 of 2 ready");
}

/* Each family has sockets of its own. */
static void ipv4_and_ipv6_have_some_each(void **state)
{
    struct process *server = server_start("[service upper]\nprestart = 2\n"
                                          "bind = 127.0.0.1 ::1\n" UPPER);

    (void)state;
    for (size_t i = 0; i < 6; i++) {
        spares_expect("2 of 2 ready");
        SOCKET client = client_connect_to(server_address(server, "upper", i % 2));
        client_expect_served(client);
    }
    spares_expect("prestart hit 100 %, 2 of 2 ready");
}

/* What goes wrong when the connection has come. */
static void one_that_cannot_be_released_gives_way_to_an_ordinary_start(void **state)
{
    static const char *const faults[] = {
        "getpeername=0,1,10057;ResumeThread=0,1,8",
        "ResumeThread=0,1,8",
        "SetInformationJobObject=3,1,1450",
    };

    (void)state;
    for (size_t i = 0; i < ARRAYSIZE(faults); i++) {
        struct process *server =
            server_start_with_faults(faults[i], "[service upper]\nprestart = 1\n" UPPER);

        print_message("%s\n", faults[i]);
        spares_expect("1 of 1 ready");
        for (int k = 0; k < 3; k++)
            client_goodbye(client_hello(server, "upper"));
        spares_expect("since its start: 3 started, 0 refused, 0 failed");
        assert_int_equal(server_count(server, "close upper#* exit 0 "), 3);
    }
}

/* Too little of something, at each place in its turn. */
static void one_that_cannot_be_made_is_made_later(void **state)
{
    static const char *const faults[] = {"CreateProcessW=1,1,1359",   "CreateJobObjectW=1,1,1450",
                                         "DuplicateHandle=7,1,1450",  "WSASocketW=5,1,10055",
                                         "CreateNamedPipeW=1,1,1450", "calloc spare_stock.c=1,1,8",
                                         "malloc launch.c=1,1,8"};

    (void)state;
    for (size_t i = 0; i < ARRAYSIZE(faults); i++) {
        struct process *server =
            server_start_with_faults(faults[i], "[service upper]\nprestart = 2\n" UPPER);

        print_message("%s\n", faults[i]);
        spares_expect("2 of 2 ready");
        client_goodbye(client_hello(server, "upper"));
    }
}

/* The connections are served, the log says so once in a while and not for each. */
static void one_that_can_never_be_made_is_tried_ever_more_slowly(void **state)
{
    struct process *server =
        server_start_with_faults("CreateNamedPipeW=1,8,5", "[service upper]\nprestart = 3\n"
                                                           "stderr = null\n" UPPER PIPED);

    (void)state;
    server_expect(server, "fail piped prestart: CreateNamedPipe: 5: *; the next one in 0.25 s\n");
    client_goodbye(client_hello(server, "upper"));
    server_expect(server, "fail piped prestart: CreateNamedPipe: 5: *; the next one in 0.5 s\n");
    server_expect(server, "fail piped prestart: CreateNamedPipe: 5: *; the next one in 1 s\n");
    server_expect(server, "fail piped prestart: CreateNamedPipe: 5: *; the next one in 2 s\n");
    assert_int_equal(server_count(server, "fail "), 4);
    spares_expect("3 of 3 ready");
    spares_expect("2 of 2 ready");
    client_goodbye(client_hello(server, "piped"));
}

/* A packet that is lost costs a second, and no connection. */
static void lost_packets_lose_nobody(void **state)
{
    struct process *server = server_start_with_faults("GetQueuedCompletionStatus=12,6,0",
                                                      "[service upper]\nprestart = 2\n" UPPER);

    (void)state;
    for (int i = 0; i < 12; i++)
        client_goodbye(client_hello(server, "upper"));
    spares_expect("2 of 2 ready");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(without_acceptex_into_a_held_socket_it_is_put_there_later),
        SYSTEM_TEST(with_stderr_on_the_socket_too),
        SYSTEM_TEST(few_serve_many_places),
        SYSTEM_TEST(ipv4_and_ipv6_have_some_each),
        SYSTEM_TEST(one_that_cannot_be_released_gives_way_to_an_ordinary_start),
        SYSTEM_TEST(one_that_cannot_be_made_is_made_later),
        SYSTEM_TEST(one_that_can_never_be_made_is_tried_ever_more_slowly),
        SYSTEM_TEST(lost_packets_lose_nobody),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
