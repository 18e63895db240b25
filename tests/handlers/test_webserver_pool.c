/* webserver as several processes: what becomes of its connections when one of them ends. */
#include "answer.h"
#include "handler.h"
#include "site.h"
#include "web.h"

#include <stdlib.h>
#include <string.h>

#define LARGE ((size_t)4 * 1024 * 1024)

static void expect_served(struct process *web)
{
    SOCKET client = web_connect(web);

    web_get(client, "/", "Connection: close\r\n");
    assert_string_equal(answer_content(web_answer(client)), INDEX);
    client_expect_end(client);
    client_close(client);
}

/* Two workers, both ready. */
static struct process *start_two(const char *options)
{
    struct process *web = web_start_pool(options, "workers = 2\nworker_connections = 8\n");

    if (!output_wait_lines(&web->err, "open webserver pid * worker: ready", 2, PATIENCE_MS))
        FAIL("there are no two workers");
    return web;
}

/* Until the worker waits for the client: Wine keeps a send that a killed process was about to go on
   with, and neither end learns of the other's end (README.md). */
static void wait_until_nothing_more_fits(SOCKET client)
{
    u_long before = 0;
    int same = 0;

    for (int looks = 0; looks < 1000 && same < 20; looks++) {
        u_long waiting = 0;

        Sleep(10);
        assert_int_equal(ioctlsocket(client, FIONREAD, &waiting), 0);
        same = waiting > 0 && waiting == before ? same + 1 : 0;
        before = waiting;
    }
    assert_int_equal(same, 20);
}

/* The client learns of it, and the next request is served. */
static void a_killed_worker_takes_only_its_own_connections_along(void **state)
{
    struct process *web = start_two("");
    SOCKET busy = web_connect(web);
    static char some[LARGE * 2];
    size_t count;

    (void)state;
    site_write(L"www\\large.bin", some, LARGE);
    web_get(busy, "/large.bin", "");
    web_answer_to_head(busy);
    SOCKET kept = web_connect(web); /* by the other one, who has less to do */
    web_get(kept, "/docs/", "");
    web_answer(kept);
    wait_until_nothing_more_fits(busy);
    HANDLE victim = server_handler(web, "webserver#1");
    assert_true(TerminateProcess(victim, 77));
    process_expect_gone(victim);
    assert_int_not_equal(client_take(busy, some, sizeof some, &count), END_OPEN);
    assert_true(count < LARGE);
    client_close(busy);
    server_expect(web, "close webserver#1 * worker ended\n");

    web_get(kept, "/", "");
    assert_string_equal(answer_content(web_answer(kept)), INDEX);
    client_close(kept);
    for (int i = 0; i < 4; i++)
        expect_served(web);
}

/* Idle connections are ended, and nobody waits for them. */
static void a_stop_waits_for_no_idle_connection(void **state)
{
    struct process *web = start_two("--idle 3600 --head 3600");
    SOCKET clients[6];

    (void)state;
    for (size_t i = 0; i < 6; i++) {
        clients[i] = web_connect(web);
        web_get(clients[i], "/", "");
        web_answer(clients[i]);
    }
    struct process *stop = server_command("stop");
    for (size_t i = 0; i < 6; i++) {
        client_expect_end(clients[i]);
        client_close(clients[i]);
    }
    assert_int_equal(process_wait(stop), 0);
    assert_int_equal(process_wait(web), 0);
}

/* Who has been let in is served, also by a worker that is to end. */
static void a_stop_waits_for_requests(void **state)
{
    struct process *web = web_start_pool("", "workers = 1\nworker_connections = 8\n");
    SOCKET idle = web_connect(web);
    SOCKET begun = web_connect(web);
    SOCKET fresh = web_connect(web);

    (void)state;
    web_get(idle, "/", "");
    web_answer(idle);
    client_say(begun, "GET / HTTP/1.1\r\n");
    server_expect(web, "open webserver#3 ");
    struct process *stop = server_command("stop");
    client_expect_end(idle); /* now the worker knows */
    client_close(idle);
    client_say(fresh, "GET /docs/ HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_string_equal(answer_content(web_answer(fresh)), DOCS);
    client_expect_end(fresh);
    client_say(begun, "Host: x\r\n\r\n");
    assert_string_equal(answer_content(web_answer(begun)), INDEX);
    client_expect_end(begun);
    client_close(fresh);
    client_close(begun);
    assert_int_equal(process_wait(stop), 0);
    assert_int_equal(process_wait(web), 0);
}

/* Not one connection in a row of them meets a worker that has had its share. */
static void replaced_workers_lose_no_request(void **state)
{
    struct process *web = web_start_pool("", "workers = 2\nworker_connections = 4\n"
                                             "worker_requests = 3\n");

    (void)state;
    for (int i = 0; i < 24; i++)
        expect_served(web);
    assert_true(server_count(web, "fail ") == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(a_killed_worker_takes_only_its_own_connections_along),
        SYSTEM_TEST(a_stop_waits_for_no_idle_connection),
        SYSTEM_TEST(a_stop_waits_for_requests),
        SYSTEM_TEST(replaced_workers_lose_no_request),
    };

    return cmocka_run_group_tests(tests, site_make, site_remove);
}
