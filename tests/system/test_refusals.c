/* Many clients of many addresses, half of them refused for five reasons: the log counts what they
   counted, although most refusals have no record of their own. */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CLIENTS = 50, VISITS = 20 };

/* The services, each called by the reason for which it refuses; the first refuses nobody. */
static const char *const services[] = {"welcome",      "only_from",       "no_access",
                                       "access_times", "per_source_rate", "instances"};

struct visitor {
    struct process *server;
    char addresses[ARRAYSIZE(services)][64];
    char own[20];
    unsigned number;
    unsigned served, refused[ARRAYSIZE(services)], lost;
};

/* cmocka's checks belong to the thread of the test: what goes wrong here is counted. */
static SOCKET visit(const struct visitor *visitor, size_t service)
{
    struct sockaddr_in from = {.sin_family = AF_INET};
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    DWORD patience = PATIENCE_MS;
    SOCKET client = WSASocketW(AF_INET, SOCK_STREAM, IPPROTO_TCP, NULL, 0,
                               WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);

    inet_pton(AF_INET, visitor->own, &from.sin_addr);
    to.sin_port = htons((u_short)strtoul(strrchr(visitor->addresses[service], ':') + 1, NULL, 10));
    setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, (const char *)&patience, sizeof patience);
    if (bind(client, (const struct sockaddr *)&from, sizeof from) == 0 &&
        connect(client, (const struct sockaddr *)&to, sizeof to) == 0)
        return client;
    closesocket(client);
    return INVALID_SOCKET;
}

static bool is_answered(SOCKET client)
{
    static const char answer[] = "HELLO\r\n";
    char text[16];
    int length = 0;
    int count;

    send(client, "hello\n", 6, 0);
    shutdown(client, SD_SEND);
    while ((count = recv(client, text + length, (int)sizeof text - length, 0)) > 0)
        length += count;
    return length == (int)sizeof answer - 1 && memcmp(text, answer, sizeof answer - 1) == 0;
}

static DWORD WINAPI pay_visits(void *parameter)
{
    struct visitor *visitor = parameter;

    for (unsigned i = 0; i < VISITS; i++) {
        size_t service = i % 2 == 0 ? 0 : 1 + (visitor->number + i / 2) % (ARRAYSIZE(services) - 1);
        SOCKET client = visit(visitor, service);

        if (client == INVALID_SOCKET) {
            visitor->lost++;
            continue;
        }
        bool answered = is_answered(client);
        if (answered != (service == 0))
            visitor->lost++;
        else if (answered)
            visitor->served++;
        else
            visitor->refused[service]++;
        closesocket(client);
    }
    return 0;
}

/* "…  no_access: 127.0.1.0/24" is one, "…  no_access: 413 more refused" are 413. */
static unsigned long logged(struct process *server, const char *reason)
{
    char *log = output_copy(&server->err);
    char *next = log;
    char mark[40];
    unsigned long count = 0;

    snprintf(mark, sizeof mark, "%s: ", reason);
    while (*next != '\0') {
        char *end = next + strcspn(next, "\n");
        bool last = *end == '\0';

        *end = '\0';
        const char *found = strncmp(next, "refuse ", 7) == 0 ? strstr(next, mark) : NULL;
        if (found != NULL && strstr(found, " more refused") != NULL)
            count += strtoul(found + strlen(mark), NULL, 10);
        else if (found != NULL)
            count++;
        next = last ? end : end + 1;
    }
    free(log);
    return count;
}

/* The hour that begins in three hours. */
static void write_other_time(char text[12])
{
    SYSTEMTIME now;

    GetLocalTime(&now);
    snprintf(text, 12, "%02d:00-%02d:00", (now.wHour + 3) % 24, (now.wHour + 4) % 24);
}

static struct process *start(void)
{
    char times[12];

    write_other_time(times);
    return server_start("instances = unlimited\n"
                        "[defaults]\n"
                        "port = 0\n"
                        "server = handlers\\upper.exe\n"
                        "instances = unlimited\n"
                        "[service welcome]\n"
                        "[service only_from]\n"
                        "only_from = 127.9.0.0/16\n"
                        "[service no_access]\n"
                        "no_access = 127.0.0.0/16\n"
                        "[service access_times]\n"
                        "access_times = %s\n"
                        "[service per_source_rate]\n"
                        "per_source_rate = 1/h\n"
                        "[service instances]\n"
                        "instances = 1\n"
                        "overload = refuse\n",
                        times);
}

/* Every address has had its one connection of the hour. */
static void use_up_the_rates(struct visitor *visitors)
{
    for (size_t i = 0; i < CLIENTS; i++) {
        SOCKET client = client_connect_from(visitors[i].server, "per_source_rate", visitors[i].own);

        client_expect_served(client);
    }
}

static void what_the_log_counts_is_what_the_clients_count(void **state)
{
    struct process *server = start();
    struct visitor visitors[CLIENTS] = {{.number = 0}};
    HANDLE threads[CLIENTS];
    unsigned served = 0;
    unsigned refused[ARRAYSIZE(services)] = {0};

    (void)state;
    SOCKET holder = client_hello(server, "instances");
    for (unsigned i = 0; i < CLIENTS; i++) {
        visitors[i].server = server;
        visitors[i].number = i;
        snprintf(visitors[i].own, sizeof visitors[i].own, "127.0.%u.%u", i % 7, 2 + i);
        for (size_t s = 0; s < ARRAYSIZE(services); s++)
            snprintf(visitors[i].addresses[s], sizeof visitors[i].addresses[s], "%s",
                     server_address(server, services[s], 0));
    }
    use_up_the_rates(visitors);
    for (size_t i = 0; i < CLIENTS; i++) {
        threads[i] = CreateThread(NULL, 0, pay_visits, &visitors[i], 0, NULL);
        assert_non_null(threads[i]);
    }
    for (size_t i = 0; i < CLIENTS; i++) {
        WaitForSingleObject(threads[i], INFINITE);
        CloseHandle(threads[i]);
        assert_int_equal(visitors[i].lost, 0);
        served += visitors[i].served;
        for (size_t s = 0; s < ARRAYSIZE(services); s++)
            refused[s] += visitors[i].refused[s];
    }
    client_goodbye(holder);
    server_console(server, PRESS_CTRL_C);
    assert_int_equal(process_wait(server), 0);
    assert_int_equal(served, CLIENTS * VISITS / 2);
    assert_int_equal(server_count(server, "close welcome#* exit 0 "), served);
    for (size_t s = 1; s < ARRAYSIZE(services); s++) {
        assert_int_equal(refused[s], CLIENTS * VISITS / 2 / (ARRAYSIZE(services) - 1));
        assert_int_equal(logged(server, services[s]), refused[s]);
    }
}

/* One address that is refused without pause: a hundred records, and at the end how many more there
 * were.
 */
static void a_flood_of_refusals_is_summed_up(void **state)
{
    struct process *server = server_start("[service upper]\n"
                                          "port = 0\n"
                                          "server = handlers\\upper.exe\n"
                                          "no_access = 127.0.0.2\n");

    (void)state;
    for (int i = 0; i < 150; i++) {
        SOCKET client = client_connect_from(server, "upper", "127.0.0.2");
        char nothing[8];
        size_t count;

        client_take(client, nothing, sizeof nothing, &count);
        client_close(client);
    }
    server_console(server, PRESS_CTRL_C);
    assert_int_equal(process_wait(server), 0);
    assert_int_equal(server_count(server, "refuse upper#* 127.0.0.2:* no_access: 127.0.0.2"), 100);
    assert_int_equal(server_count(server, "refuse upper 127.0.0.2 no_access: 50 more refused"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(what_the_log_counts_is_what_the_clients_count),
        SYSTEM_TEST(a_flood_of_refusals_is_summed_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
