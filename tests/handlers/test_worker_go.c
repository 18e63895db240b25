/* handlers/go/worker.go: the protocol of workers, spoken by a program that has nothing of ours. It
   lies beside this test, where go_worker.cmake has built it. */
#include "handler.h"

#include "system/harness.h"

#include <stdlib.h>
#include <string.h>

#define CROWD 20

static struct process *start(const char *transfer, unsigned workers)
{
    struct process *server = server_start("log_level = debug\n"
                                          "[service upper]\n"
                                          "port = 0\n"
                                          "server = tests\\go_worker.exe\n"
                                          "workers = %u\n"
                                          "worker_connections = 30\n"
                                          "transfer = %s\n",
                                          workers, transfer);

    if (!output_wait_lines(&server->err, "open upper pid * worker: ready", workers, PATIENCE_MS))
        FAIL("the workers are not ready");
    return server;
}

static void speak(SOCKET client, int times)
{
    for (int i = 0; i < times; i++) {
        client_say(client, "hello\n");
        client_expect(client, "HELLO\r\n");
    }
}

static void serve(const char *transfer)
{
    struct process *server = start(transfer, 1);
    SOCKET clients[CROWD];

    for (int i = 0; i < CROWD; i++)
        clients[i] = client_connect(server, "upper");
    for (int i = CROWD - 1; i >= 0; i--) /* all at a time, in one process */
        speak(clients[i], 3);
    for (int i = 0; i < CROWD; i++)
        client_goodbye(clients[i]);
    for (int i = 0; i < CROWD; i++) { /* and one after the other */
        SOCKET client = client_connect(server, "upper");

        speak(client, 1);
        client_say(client, "no line end");
        client_end_sending(client);
        assert_string_equal(client_rest(client), "NO LINE END\r\n");
        client_close(client);
    }
    server_expect(server, "close upper#%d ", 2 * CROWD);
    assert_int_equal(server_count(server, "fail "), 0);
}

static void by_wsaduplicatesocket_it_serves_many_at_a_time(void **state)
{
    (void)state;
    serve("wsaduplicatesocket");
}

static void by_duplicatehandle_it_serves_many_at_a_time(void **state)
{
    (void)state;
    serve("duplicatehandle");
}

static void a_killed_one_takes_its_connections_along_and_is_replaced(void **state)
{
    struct process *server = start("wsaduplicatesocket", 1);
    SOCKET client = client_connect(server, "upper");
    SOCKET other = client_connect(server, "upper");
    char byte;
    size_t count;

    (void)state;
    speak(client, 1);
    speak(other,
          1); /* now the first one waits for more: Wine keeps what dies in the midst of a send */
    HANDLE worker = server_handler(server, "upper#1");
    assert_true(TerminateProcess(worker, 77));
    process_expect_gone(worker);
    assert_int_not_equal(client_take(client, &byte, 1, &count), END_OPEN);
    client_close(client);
    client_close(other);
    client = client_connect(server, "upper");
    speak(client, 1);
    client_goodbye(client);
}

/* Nobody reads what it writes: the server cancels what is under way, and it says done. */
static void what_the_server_cancels_is_done(void **state)
{
    static char line[65536];
    struct process *server = server_start("log_level = debug\n"
                                          "[service upper]\n"
                                          "port = 0\n"
                                          "server = tests\\go_worker.exe\n"
                                          "workers = 1\n"
                                          "worker_connections = 2\n"
                                          "max_time = 1s\n");
    SOCKET silent = client_connect(server, "upper");
    SOCKET deaf = client_connect(server, "upper");
    u_long yes = 1;

    (void)state;
    memset(line, 'a', sizeof line);
    line[sizeof line - 1] = '\n';
    ioctlsocket(deaf, (long)FIONBIO, &yes);
    for (int i = 0; i < 1000 && send(deaf, line, sizeof line, 0) > 0; i++)
        ;
    client_expect_end(silent);
    server_expect(server, "close upper#1 * max_time");
    server_expect(server, "close upper#2 * max_time");
    client_reset(deaf);
    assert_int_equal(server_count(server, "fail "), 0); /* nobody had to be ended by force */
    client_close(silent);
}

static void when_the_server_stops_it_finishes_what_it_has(void **state)
{
    struct process *server = start("wsaduplicatesocket", 2);
    SOCKET client = client_connect(server, "upper");

    (void)state;
    speak(client, 1);
    struct process *stop = server_command("stop");
    server_expect(server, "stop 1 connection open, ");
    speak(client, 5);
    client_goodbye(client);
    assert_int_equal(process_wait(stop), 0);
    assert_int_equal(process_wait(server), 0);
    assert_int_equal(server_count(server, "fail "), 0);
}

static void without_a_server_it_says_so(void **state)
{
    struct process *worker = process_run("tests\\go_worker.exe", "");

    (void)state;
    assert_int_equal(process_wait(worker), 1);
    assert_true(output_wait(&worker->err, "worker: not started by stdinetd", PATIENCE_MS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(by_wsaduplicatesocket_it_serves_many_at_a_time),
        SYSTEM_TEST(by_duplicatehandle_it_serves_many_at_a_time),
        SYSTEM_TEST(a_killed_one_takes_its_connections_along_and_is_replaced),
        SYSTEM_TEST(what_the_server_cancels_is_done),
        SYSTEM_TEST(when_the_server_stops_it_finishes_what_it_has),
        SYSTEM_TEST(without_a_server_it_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
