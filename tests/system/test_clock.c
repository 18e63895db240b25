/* A clock that is set back: times that were set go on, neither an hour late nor at once. */
#include "harness.h"

#include <stdio.h>

static void max_time_holds_whenever_the_clock_is_set_back(void **state)
{
    (void)state;
    for (int skip = 2; skip <= 6; skip++) {
        char faults[64];

        snprintf(faults, sizeof faults, "QueryPerformanceCounter=%d,1,0", skip);
        print_message("%s\n", faults);
        struct process *server = server_start_with_faults(
            faults, "[service echo]\nport = 0\nserver = handlers\\echo.exe\nmax_time = 2s\n"
                    "stop_time = 0\n");
        ULONGLONG began = GetTickCount64();
        SOCKET client = client_connect(server, "echo");
        client_say(client, "hello\n");
        assert_string_equal(client_line(client), "hello");
        client_expect_end(client);
        assert_true(GetTickCount64() - began >= 1500);
        client_close(client);
        server_expect(server, "close echo#1 * max_time");
    }
}

/* Before it begins, while the first looks for its end are made, and after that. */
static void lingering_ends_although_the_clock_was_set_back(void **state)
{
    (void)state;
    for (int skip = 7; skip <= 15; skip++) {
        char faults[64];

        snprintf(faults, sizeof faults, "QueryPerformanceCounter=%d,1,0", skip);
        print_message("%s\n", faults);
        struct process *server = server_start_with_faults(
            faults, "[service daytime]\nport = 0\nserver = handlers\\daytime.exe\nlinger = 1s\n");
        SOCKET client = client_connect(server, "daytime");

        client_line(client);
        client_expect_end(client);
        server_expect(server, "close daytime#1 * client did not close");
        client_close(client);
        process_end_all();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(max_time_holds_whenever_the_clock_is_set_back),
        SYSTEM_TEST(lingering_ends_although_the_clock_was_set_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
