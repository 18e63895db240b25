/* Windows is out of something for a moment: who comes in that moment is served later or told in the
   log, who comes after it is served, and the server lives on. */
#include "harness.h"

#include <stdio.h>

#define SERVICE "[service upper]\nport = 0\nserver = handlers\\upper.exe\n"

static void expect_service(struct process *server)
{
    client_goodbye(client_hello(server, "upper"));
}

/* Whatever the launch was short of, the same client is served by the next try. */
static void a_launch_that_could_not_be_made_is_tried_again(void **state)
{
    static const char *const faults[] = {
        "CreateProcessW=0,1,1359",   "CreateProcessW=0,3,8",
        "CreateJobObjectW=0,1,1450", "DuplicateHandle=0,1,1450",
        "DuplicateHandle=1,1,1450",  "SetInformationJobObject=0,1,1450",
        "ResumeThread=0,1,8",        "SetInformationJobObject=1,1,8",
        "CreateNamedPipeW=0,1,1450", "malloc launch.c=0,1,8",
        "malloc handler.c=0,1,8",
    };

    (void)state;
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        struct process *server = server_start_with_faults(faults[i], SERVICE);

        print_message("%s\n", faults[i]);
        expect_service(server);
        server_expect(server, "close upper#1 * exit 0 ");
        assert_int_equal(server_count(server, "fail "), 0);
    }
}

static void after_four_tries_the_connection_ends_with_the_reason(void **state)
{
    struct process *server = server_start_with_faults("CreateProcessW=0,4,1450", SERVICE);
    SOCKET client = client_connect(server, "upper");

    (void)state;
    client_expect_end(client);
    client_close(client);
    server_expect(server, "fail upper#1 * CreateProcess *upper.exe: 1450: ");
    server_expect(server, "close upper#1 * launch failed ");
    expect_service(server);
}

static void what_will_not_come_back_is_not_tried_again(void **state)
{
    struct process *server = server_start_with_faults("CreateProcessW=0,1,5", SERVICE);
    SOCKET client = client_connect(server, "upper");

    (void)state;
    client_expect_end(client);
    client_close(client);
    server_expect(server, "fail upper#1 * CreateProcess *upper.exe: 5: ");
    expect_service(server);
}

static void without_a_socket_for_the_next_one_it_asks_until_there_is_one(void **state)
{
    struct process *server = server_start_with_faults("WSASocketW=2,2,10055", SERVICE);

    (void)state;
    expect_service(server);
    server_expect(server, "fail upper * socket for the next connection *: 10055: *every second");
    expect_service(server);
    server_expect(server, "1 listener had stopped accepting for want of resources");
    expect_service(server);
}

/* Also where there was none from the first. */
static void a_service_that_could_not_ask_at_the_start_serves_later(void **state)
{
    struct process *server = server_start_with_faults("WSASocketW=1,2,10024", SERVICE);

    (void)state;
    expect_service(server);
}

static void a_connection_for_which_there_is_no_memory_ends_and_the_next_is_served(void **state)
{
    struct process *server = server_start_with_faults("calloc connection.c=0,30,8", SERVICE);
    bool served = false;

    (void)state;
    for (int i = 0; i < 60 && !served; i++) {
        SOCKET client = client_connect(server, "upper");
        char answer[16];
        size_t count;

        client_end_sending(client);
        served = client_take(client, answer, sizeof answer, &count) == END_ORDERLY &&
                 server_count(server, "open upper#") > 0;
        client_close(client);
    }
    server_expect(server, "fail upper * no memory for one more connection");
    assert_true(served);
    expect_service(server);
}

/* The system says so when it accepts, or when the next socket is to take the connection over
   (SO_UPDATE_ACCEPT_CONTEXT, the third call of setsockopt; Wine never does). */
static void a_client_that_is_gone_before_it_is_accepted_keeps_nobody_out(void **state)
{
    static const char *const faults[] = {"setsockopt=2,1,10057", "WSAGetOverlappedResult=0,1,64"};

    (void)state;
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        struct process *server = server_start_with_faults(faults[i], SERVICE);
        SOCKET gone = client_connect(server, "upper");
        char nothing[8];
        size_t count;

        client_take(gone, nothing, sizeof nothing, &count); /* until the server gives it up */
        assert_int_equal(count, 0);
        client_close(gone);
        expect_service(server);
        assert_int_equal(server_count(server, "fail "), 0);
    }
}

/* Who sends on after the handler's end is waited for by looking now and then. */
static void a_client_is_waited_for_without_an_event_too(void **state)
{
    static const char *const faults[] = {"CreateEventW linger.c=0,1,8",
                                         "RegisterWaitForSingleObject=0,1,8"};

    (void)state;
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        struct process *server = server_start_with_faults(
            faults[i], "[service daytime]\nport = 0\nserver = handlers\\daytime.exe\n");
        SOCKET client = client_connect(server, "daytime");

        client_line(client);
        client_expect_end(client);
        client_say(client, "still here\n");
        assert_int_equal(server_count(server, "close daytime#1 "), 0);
        client_close(client);
        server_expect(server, "close daytime#1 * exit 0 ");
        assert_int_equal(server_count(server, "client did not close"), 0);
    }
}

static void without_its_threads_it_does_not_start_and_says_why(void **state)
{
    static const struct {
        const char *faults, *message;
    } cases[] = {
        {"CreateThread spawner.c=1,1,1455", "CreateThread for spawn thread 2 of 4: 1455: "},
        {"CreateThread closer.c=0,1,8", "CreateThread for the thread that closes connections: 8: "},
        {"CreateEventW closer.c=0,1,8", "CreateEvent for the thread that closes connections: 8: "},
    };
    char arguments[1024];

    (void)state;
    snprintf(arguments, sizeof arguments, "serve 0 -- \"%s\\handlers\\upper.exe\"", folder_build());
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        SetEnvironmentVariableA("STDINETD_FAULTS", cases[i].faults);
        struct process *server = process_run("tests\\stdinetd_with_faults.exe", arguments);
        assert_int_equal(process_wait(server), 1);
        assert_int_equal(server_count(server, cases[i].message), 1);
        assert_int_equal(server_count(server, "listen "), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(a_launch_that_could_not_be_made_is_tried_again),
        SYSTEM_TEST(after_four_tries_the_connection_ends_with_the_reason),
        SYSTEM_TEST(what_will_not_come_back_is_not_tried_again),
        SYSTEM_TEST(without_a_socket_for_the_next_one_it_asks_until_there_is_one),
        SYSTEM_TEST(a_service_that_could_not_ask_at_the_start_serves_later),
        SYSTEM_TEST(a_connection_for_which_there_is_no_memory_ends_and_the_next_is_served),
        SYSTEM_TEST(a_client_that_is_gone_before_it_is_accepted_keeps_nobody_out),
        SYSTEM_TEST(a_client_is_waited_for_without_an_event_too),
        SYSTEM_TEST(without_its_threads_it_does_not_start_and_says_why),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
