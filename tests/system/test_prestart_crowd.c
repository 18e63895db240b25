/* Bursts of more clients than programs wait, with refusals and reloads in between: nobody is lost,
   and no handle and no process is left. "system_prestart_crowd 10000" is the long one. */
#include "harness.h"
#include "spares.h"
#include "usage.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    PRESTART = 4,
    BURST = 3 * PRESTART,
    SERVICES = 2,
    WARM_UP = 10, /* bursts */
    REFUSED_PER_BURST = 2,
    BURSTS_PER_RELOAD = 8,
    HANDLES = 24 /* what may come and go; one per connection would be hundreds */
};

static long wanted = 900;
static const char *const names[SERVICES] = {"socket", "pipe"};

struct crowd {
    struct process *server;
    char addresses[SERVICES][100];
    long served, refused;
    unsigned bursts, value;
};

static const char *ini_text(unsigned value)
{
    static char text[800];

    snprintf(text, sizeof text,
             "[defaults]\nport = 0\nprestart = %d\ninstances = 200\nno_access = 127.0.0.2\n"
             "server = handlers\\upper.exe\nenv = VALUE=%u\n"
             "[service socket]\n[service pipe]\nstdio = pipe\n",
             PRESTART, value);
    return text;
}

static void reload(struct crowd *crowd)
{
    server_rewrite("%s", ini_text(++crowd->value));
    struct process *client = server_command("reload");
    if (process_wait(client) != 0)
        FAIL("the reload says: %s", output_copy(&client->err));
}

static SOCKET connect_refused(const struct crowd *crowd, const char *service)
{
    return client_connect_from(crowd->server, service, "127.0.0.2");
}

/* Those among them who have been answered; after a second none where there is none. */
static fd_set wait_for_answers(const SOCKET *clients)
{
    struct timeval second = {1, 0};
    fd_set answered;

    FD_ZERO(&answered);
    for (int i = 0; i < BURST; i++)
        if (clients[i] != INVALID_SOCKET)
            FD_SET(clients[i], &answered);
    assert_true(select(0, &answered, NULL, NULL, &second) >= 0);
    return answered;
}

/* A CreateProcess of Wine 8 whose process dies at its start (one in thousands; it is tried again)
   returns only when those have ended that were started in the same instant, which have inherited
   its end. They may be programs that wait: so these get their connections. */
static void serve_a_few_more(struct crowd *crowd)
{
    for (size_t which = 0; which < SERVICES; which++)
        for (int i = 0; i < PRESTART; i++, crowd->served++)
            client_expect_served(client_connect_to(crowd->addresses[which]));
}

/* Each as soon as he is answered: nobody waits for another one's end. */
static void finish_clients(struct crowd *crowd, SOCKET *clients)
{
    DWORD began = GetTickCount();
    char text[32];

    for (int left = BURST; left > 0;) {
        fd_set answered = wait_for_answers(clients);

        if (GetTickCount() - began > PATIENCE_MS)
            FAIL("%d clients of a burst have no answer", left);
        if (answered.fd_count == 0)
            serve_a_few_more(crowd);
        for (int i = 0; i < BURST; i++) {
            if (clients[i] == INVALID_SOCKET || !FD_ISSET(clients[i], &answered))
                continue;
            snprintf(text, sizeof text, "CLIENT %d\r\n", i);
            client_expect(clients[i], text);
            client_goodbye(clients[i]);
            clients[i] = INVALID_SOCKET;
            left--;
        }
    }
    crowd->served += BURST;
}

/* All of them are there before the first is answered. */
static void burst(struct crowd *crowd)
{
    size_t which = crowd->bursts++ % SERVICES;
    SOCKET clients[BURST], refused[REFUSED_PER_BURST];
    char text[32];

    for (int i = 0; i < BURST; i++) {
        clients[i] = client_connect_to(crowd->addresses[which]);
        snprintf(text, sizeof text, "client %d\n", i);
        client_say(clients[i], text);
        if (i < REFUSED_PER_BURST)
            refused[i] = connect_refused(crowd, names[which]);
    }
    if (crowd->bursts % BURSTS_PER_RELOAD == 0)
        reload(crowd);
    finish_clients(crowd, clients);
    for (int i = 0; i < REFUSED_PER_BURST; i++) {
        client_expect_end(refused[i]);
        client_close(refused[i]);
    }
    crowd->refused += REFUSED_PER_BURST;
}

/* Every connection has come to its very end, and as many programs wait as should. */
static void settle(const struct crowd *crowd)
{
    char pattern[100];

    if (!output_wait_lines(&crowd->server->err, "close * exit 0 ", (size_t)crowd->served,
                           PATIENCE_MS))
        FAIL("not every connection has closed");
    snprintf(pattern, sizeof pattern, "since its start: %ld started, %ld refused, 0 failed",
             crowd->served, crowd->refused);
    spares_expect(pattern);
    spares_expect("socket * prestart 0 of 200 *\n*, 4 of 4 ready\n");
    spares_expect("pipe * prestart 0 of 200 *\n*\n*, 4 of 4 ready\n");
}

static void nobody_is_lost_and_nothing_is_left(void **state)
{
    struct crowd crowd = {.server = server_start("%s", ini_text(0))};

    (void)state;
    for (size_t i = 0; i < SERVICES; i++)
        snprintf(crowd.addresses[i], sizeof crowd.addresses[i], "%s",
                 server_address(crowd.server, names[i], 0));
    for (int i = 0; i < WARM_UP; i++)
        burst(&crowd);
    settle(&crowd);
    struct usage before = usage_of(crowd.server);
    while (crowd.served < wanted)
        burst(&crowd);
    settle(&crowd);
    struct usage after = usage_of(crowd.server);
    struct spares spares = spares_counted(crowd.server, SERVICES * PRESTART);
    print_message("%ld served, %ld refused, %u reloads; handles %lu, then %lu; threads %lu, then "
                  "%lu; processes that wait %u\n",
                  crowd.served, crowd.refused, crowd.value, before.handles, after.handles,
                  before.threads, after.threads, (unsigned)spares.count);
    assert_true(after.handles <= before.handles + HANDLES);
    assert_true(after.threads <= before.threads + POOL_THREADS);
    assert_int_equal(server_count(crowd.server, "fail "), 0);
    server_console(crowd.server, PRESS_CTRL_C);
    assert_int_equal(process_wait(crowd.server), 0);
    spares_expect_gone(&spares);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {SYSTEM_TEST(nobody_is_lost_and_nothing_is_left)};

    if (argc > 1)
        wanted = strtol(argv[1], NULL, 10);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
