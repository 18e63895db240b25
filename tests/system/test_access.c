/* Who may come, and when. The clients are this machine under several of its loopback addresses. */
#include "harness.h"

#include <stdio.h>

static void expect_served(struct process *server, const char *service, const char *own)
{
    client_expect_served(client_connect_from(server, service, own));
}

static void the_most_specific_entry_decides(void **state)
{
    struct process *server = server_start("[defaults]\n"
                                          "port = 0\n"
                                          "server = handlers\\upper.exe\n"
                                          "no_access = 127.0.1.0/24\n"
                                          "[service open]\n"
                                          "[service some]\n"
                                          "only_from = 127.0.0.0/16\n"
                                          "only_from += 127.0.1.7\n"
                                          "no_access += 127.0.2.2\n"
                                          "[service named]\n"
                                          "only_from = localhost\n");

    (void)state;
    expect_served(server, "open", "127.0.0.1");
    expect_served(server, "open", "127.9.9.9");
    client_expect_refused(server, "open", "127.0.1.1", "no_access: 127.0.1.0/24");
    expect_served(server, "some", "127.0.0.1");
    expect_served(server, "some", "127.0.1.7");
    client_expect_refused(server, "some", "127.0.1.8", "no_access: 127.0.1.0/24");
    client_expect_refused(server, "some", "127.0.2.2", "no_access: 127.0.2.2");
    client_expect_refused(server, "some", "127.9.9.9", "only_from: not named");
    expect_served(server, "named", "127.0.0.1");
    client_expect_refused(server, "named", "127.0.0.2", "only_from: not named");
}

/* The hour that began `hours` ago, or begins then, and `length` hours more. */
static void write_hours(char text[12], int hours, int length)
{
    SYSTEMTIME now;

    GetLocalTime(&now);
    int from = (now.wHour + hours + 24) % 24;
    snprintf(text, 12, "%02d:00-%02d:00", from, (from + length) % 24);
}

static void access_times_are_local_time(void **state)
{
    char now[12], later[12];

    (void)state;
    write_hours(now, -1, 4);
    write_hours(later, 3, 2);
    struct process *server = server_start("[defaults]\n"
                                          "port = 0\n"
                                          "server = handlers\\upper.exe\n"
                                          "[service now]\n"
                                          "access_times = %s %s\n"
                                          "[service later]\n"
                                          "access_times = %s\n",
                                          later, now, later);
    expect_served(server, "now", "127.0.0.1");
    client_expect_refused(server, "later", "127.0.0.1", "access_times: not at *");
}

/* Who is refused takes no place from anybody. */
static void who_is_refused_does_not_count(void **state)
{
    struct process *server = server_start("instances = 1\n"
                                          "[service upper]\n"
                                          "port = 0\n"
                                          "server = handlers\\upper.exe\n"
                                          "no_access = 127.0.0.2\n");

    (void)state;
    for (int i = 0; i < 20; i++)
        client_expect_refused(server, "upper", "127.0.0.2", "no_access: 127.0.0.2");
    expect_served(server, "upper", "127.0.0.1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(the_most_specific_entry_decides),
        SYSTEM_TEST(access_times_are_local_time),
        SYSTEM_TEST(who_is_refused_does_not_count),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
