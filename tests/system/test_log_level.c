/* What each log_level shows, and what it keeps out: the same run, four times. */
#include "harness.h"

#include "core/record.h"

#include <stdio.h>
#include <stdlib.h>

/* All that the run below has to say. */
static const struct {
    enum level level;
    const char *pattern;
} records[] = {
    {LEVEL_ERROR, "fail upper#2 127.0.0.1:* CreateProcess *upper.exe: 2: "},
    {LEVEL_WARNING, "fail 1 listener had stopped accepting for want of resources"},
    {LEVEL_INFO, "listen upper 127.0.0.1:"},
    {LEVEL_INFO, "open upper#1 127.0.0.1:* pid "},
    {LEVEL_INFO, "close upper#1 127.0.0.1:* pid * exit 0 after "},
    {LEVEL_INFO, "close upper#2 127.0.0.1:* launch failed after "},
    {LEVEL_INFO, "stop no connection open\n"},
    {LEVEL_DEBUG, "fail upper#1 127.0.0.1:* CreateProcess *: 1359: * Trying again in 10 ms.\n"},
    {LEVEL_DEBUG, "close upper#1 127.0.0.1:* pid * lingered for * s: the client closed\n"},
    {LEVEL_DEBUG, "close upper#2 127.0.0.1:* lingered for * s: the client closed\n"},
    {LEVEL_DEBUG, "stop upper 127.0.0.1:* listens no more\n"},
};

/* The first client that gets through; INVALID_SOCKET where the server has ended instead. */
static SOCKET wait_for_server(const struct process *server, const char *address)
{
    uint64_t deadline = GetTickCount64() + PATIENCE_MS;
    SOCKET client;

    while ((client = client_try(address)) == INVALID_SOCKET && !process_has_ended(server)) {
        if (GetTickCount64() > deadline)
            FAIL("the server does not listen");
        Sleep(50);
    }
    return client;
}

/* Its first launch fails, and the request for its first connection. */
static struct process *start(const char *level, char address[32], SOCKET *client)
{
    SetEnvironmentVariableA("STDINETD_FAULTS", "CreateProcessW=0,1,1359;WSASocketW=1,2,10055");
    for (int tried = 0; tried < 5; tried++) {
        char ini[1024];
        /* port 0 would not do: not every level says what became of it */
        unsigned port = client_free_port();

        snprintf(ini, sizeof ini,
                 "[server]\nlog_level = %s\n[service upper]\nport = %u\nserver = upper.exe\n",
                 level, port);
        folder_write("test.ini", ini);
        snprintf(address, 32, "127.0.0.1:%u", port);
        struct process *server =
            process_start("tests\\stdinetd_with_faults.exe", "run -c test.ini");
        *client = wait_for_server(server, address);
        if (*client != INVALID_SOCKET)
            return server;
    }
    FAIL("every port is somebody else's");
    return NULL;
}

/* The first connection is accepted when the server has noticed that it does not, and launched at
   the second try; for the second one the program is not there any more. */
static char *log_of_a_run(const char *level)
{
    char address[32];
    SOCKET client;

    folder_copy("handlers\\upper.exe", "upper.exe");
    struct process *server = start(level, address, &client);
    client_say(client, "hello\n");
    client_expect(client, "HELLO\r\n");
    client_end_sending(client);
    client_expect_end(client);
    client_close(client);
    folder_delete("upper.exe");
    client = client_connect_to(address);
    client_expect_end(client);
    client_close(client);
    server_console(server, PRESS_CTRL_C);
    assert_int_equal(process_wait(server), 0);
    return output_copy(&server->err);
}

static void expect_up_to(enum level level, const char *name)
{
    char *log = log_of_a_run(name);
    size_t lines = 0;

    for (size_t i = 0; i < ARRAYSIZE(records); i++) {
        size_t wanted = records[i].level <= level;

        if (text_count(log, records[i].pattern) != wanted)
            fail_msg("log_level = %s: '%s' is there %zu times, not %zu, in\n%s", name,
                     records[i].pattern, text_count(log, records[i].pattern), wanted, log);
        lines += wanted;
    }
    if (text_count(log, "") != lines)
        fail_msg("log_level = %s: %zu lines and no more are wanted, not\n%s", name, lines, log);
    free(log);
}

static void error_shows_what_has_failed(void **state)
{
    (void)state;
    expect_up_to(LEVEL_ERROR, "error");
}

static void warning_shows_what_should_not_happen_too(void **state)
{
    (void)state;
    expect_up_to(LEVEL_WARNING, "warning");
}

static void info_shows_what_happens_too(void **state)
{
    (void)state;
    expect_up_to(LEVEL_INFO, "info");
}

static void debug_shows_how_it_happens_too(void **state)
{
    (void)state;
    expect_up_to(LEVEL_DEBUG, "debug");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(error_shows_what_has_failed),
        SYSTEM_TEST(warning_shows_what_should_not_happen_too),
        SYSTEM_TEST(info_shows_what_happens_too),
        SYSTEM_TEST(debug_shows_how_it_happens_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
