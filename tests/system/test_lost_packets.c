/* A packet that never arrives, whichever it is, costs a second or two and nothing else. */
#include "harness.h"
#include "workers.h"

#include <stdio.h>

#define SERVICE "[service upper]\nport = 0\nserver = handlers\\upper.exe\n"

/* The faults that lose the packet behind so many; good until the next call. */
static const char *lose_after(int packets)
{
    static char faults[64];

    snprintf(faults, sizeof faults, "GetQueuedCompletionStatus=%d,1,0", packets);
    print_message("%s\n", faults);
    return faults;
}

static void serve_two_clients(const char *ini, int packets)
{
    for (int skip = 0; skip < packets; skip++) {
        struct process *server = server_start_with_faults(lose_after(skip), "%s", ini);

        client_goodbye(client_hello(server, "upper"));
        client_goodbye(client_hello(server, "upper"));
        server_expect(server, "close upper#2 * exit 0 ");
        process_end_all();
    }
}

/* One connection takes about six: its arrival, the job's three messages, the launch's end, and that
   of the stderr pipe. */
static void whichever_packet_is_lost_everybody_is_served(void **state)
{
    (void)state;
    serve_two_clients(SERVICE, 8);
}

/* And those of what is copied, which is a read and a write each way and the reads of both ends. */
static void nor_does_one_matter_where_pipes_are_between(void **state)
{
    (void)state;
    serve_two_clients(SERVICE "stdio = pipe\n", 14);
}

/* The worker's start and that it is ready, then of each visit the arrival, what its worker says of
   it, and its end. */
static void nor_does_one_matter_where_workers_serve(void **state)
{
    (void)state;
    for (int skip = 0; skip < 10; skip++) {
        struct process *server =
            workers_start_with_faults(lose_after(skip), "tests\\worker_probe.exe", "workers = 1\n");

        workers_visit(server);
        workers_visit(server);
        server_expect(server, "close w#2 * end after ");
        process_end_all();
    }
}

/* The first packet of AcceptEx is somebody's arrival. */
static void a_lost_arrival_is_found_and_counted_in_the_log(void **state)
{
    struct process *server = server_start_with_faults("GetQueuedCompletionStatus=0,1,0", SERVICE);

    (void)state;
    client_goodbye(client_hello(server, "upper"));
    server_expect(server, "fail 1 listener had lost a wake-up, and accept");
}

/* --- one among many, who go on: their arrivals do not hide that his never came */

enum { VISITORS = 8, FEWEST = 50 };

struct crowd {
    const char *address;
    volatile LONG visits[VISITORS];
    volatile LONG next, lost; /* the next one's number; visits without an answer */
    ULONGLONG end_ms;
};

static bool all_have_visited(struct crowd *crowd)
{
    for (size_t i = 0; i < VISITORS; i++)
        if (InterlockedCompareExchange(&crowd->visits[i], 0, 0) < FEWEST)
            return false;
    return true;
}

static void visit(struct crowd *crowd)
{
    SOCKET client = client_try(crowd->address);
    char text[100];

    if (client == INVALID_SOCKET || recv(client, text, sizeof text, 0) <= 0)
        InterlockedIncrement(&crowd->lost);
    closesocket(client);
}

/* Whoever waits for his answer keeps all the others coming. */
static DWORD WINAPI keep_visiting(void *parameter)
{
    struct crowd *crowd = parameter;
    LONG number = InterlockedIncrement(&crowd->next) - 1;

    while (!all_have_visited(crowd) && GetTickCount64() < crowd->end_ms) {
        visit(crowd);
        InterlockedIncrement(&crowd->visits[number]);
    }
    return 0;
}

static void one_among_many_is_found_while_they_go_on(void **state)
{
    (void)state;
    for (int skip = 40; skip < 48; skip++) {
        struct process *server =
            server_start_with_faults(lose_after(skip), "[service d]\nport = 0\n"
                                                       "internal = daytime\n");
        struct crowd crowd = {.address = server_address(server, "d", 0),
                              .end_ms = GetTickCount64() + PATIENCE_MS};
        HANDLE threads[VISITORS];

        for (size_t i = 0; i < VISITORS; i++)
            assert_non_null(threads[i] = CreateThread(NULL, 0, keep_visiting, &crowd, 0, NULL));
        for (size_t i = 0; i < VISITORS; i++) {
            WaitForSingleObject(threads[i], INFINITE);
            CloseHandle(threads[i]);
        }
        assert_int_equal(crowd.lost, 0);
        assert_true(GetTickCount64() < crowd.end_ms);
        process_end_all();
    }
}

/* The only packet that is posted here is that of Ctrl-C. */
static void a_lost_ctrl_c_stops_the_server_all_the_same(void **state)
{
    static const char *const faults[] = {"PostQueuedCompletionStatus=0,1,0",
                                         "PostQueuedCompletionStatus=0,1,8"};

    (void)state;
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        struct process *server = server_start_with_faults(faults[i], SERVICE);

        server_console(server, PRESS_CTRL_C);
        assert_int_equal(process_wait(server), 0);
    }
}

/* The first packet that is posted here says that the handler has been started. */
static void a_lost_end_of_a_launch_is_found(void **state)
{
    struct process *server = server_start_with_faults("PostQueuedCompletionStatus=0,1,8", SERVICE);

    (void)state;
    client_goodbye(client_hello(server, "upper"));
    server_expect(server, "close upper#1 * exit 0 ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(whichever_packet_is_lost_everybody_is_served),
        SYSTEM_TEST(nor_does_one_matter_where_pipes_are_between),
        SYSTEM_TEST(nor_does_one_matter_where_workers_serve),
        SYSTEM_TEST(a_lost_arrival_is_found_and_counted_in_the_log),
        SYSTEM_TEST(one_among_many_is_found_while_they_go_on),
        SYSTEM_TEST(a_lost_ctrl_c_stops_the_server_all_the_same),
        SYSTEM_TEST(a_lost_end_of_a_launch_is_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
