/* A reload changes what differs in the file, and nothing else. */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The reload is done, and each of the lines is in what it says. */
static void reload(const char *first, const char *second)
{
    struct process *client = server_command("reload");

    if (process_wait(client) != 0)
        FAIL("the reload says: %s", output_copy(&client->err));
    if (!output_wait(&client->out, first, PATIENCE_MS) ||
        !output_wait(&client->out, second, PATIENCE_MS))
        FAIL("no '%s' or no '%s' in:\n%s", first, second, output_copy(&client->out));
}

static void expect_refused_reload(DWORD exit_code, const char *first, const char *second)
{
    struct process *client = server_command("reload");

    assert_int_equal(process_wait(client), exit_code);
    if (!output_wait(&client->err, first, PATIENCE_MS) ||
        !output_wait(&client->err, second, PATIENCE_MS))
        FAIL("no '%s' or no '%s' in:\n%s", first, second, output_copy(&client->err));
}

/* Another program listens at 127.0.0.OWN:port. */
static SOCKET listen_at(unsigned own, unsigned port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((u_short)port)};
    SOCKET other = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(0x7F000000 + own);
    assert_int_equal(bind(other, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(other, 5), 0);
    return other;
}

static void expect_nobody_at(unsigned port)
{
    char address[40];

    snprintf(address, sizeof address, "127.0.0.1:%u", port);
    assert_int_equal(client_try(address), INVALID_SOCKET);
}

static void dialogue_at(const char *address)
{
    client_expect_served(client_connect_to(address));
}

static char *copy_of(const char *text)
{
    char *copy = _strdup(text);

    assert_non_null(copy);
    return copy;
}

#define UPPER "server = handlers\\upper.exe\n"

static void only_what_differs_changes(void **state)
{
    struct process *server =
        server_start("[service same]\nport = 0\n" UPPER "[service gone]\nport = 0\n" UPPER
                     "[service other]\nport = 0\n" UPPER);
    char *same = copy_of(server_address(server, "same", 0));
    char *other = copy_of(server_address(server, "other", 0));
    char *gone = copy_of(server_address(server, "gone", 0));
    SOCKET before = client_hello(server, "same");

    (void)state;
    server_rewrite("[service new]\nport = 0\n" UPPER "[service same]\nport = 0\n" UPPER
                   "[service other]\nport = 0\ninstances = 7\nenv = A=b\n" UPPER);
    reload("added 1, changed 1, removed 1, kept 1\n", "changed other: env, instances\n");
    client_goodbye(before);
    dialogue_at(same);
    dialogue_at(other);
    dialogue_at(server_address(server, "new", 0));
    server_expect(server, "stop gone * listens no more\n");
    assert_int_equal(client_try(gone), INVALID_SOCKET);
    assert_int_equal(server_count(server, "listen same "), 1);
    assert_int_equal(server_count(server, "listen other "), 1);
    server_expect_answer("status", "other * 0 of 7 ");
    free(same);
    free(other);
    free(gone);
}

static void nothing_changes_where_nothing_differs(void **state)
{
    struct process *server = server_start("[ports]\n0 = handlers\\upper.exe\n");

    (void)state;
    server_rewrite("; a comment\n\n[service upper]\nport = 0\n" UPPER
                   "[defaults]\nlinger = 5000ms\n");
    reload("added 0, changed 0, removed 0, kept 1\n", "");
    assert_int_equal(server_count(server, "listen upper "), 1);
}

static void one_mistake_and_nothing_changes(void **state)
{
    struct process *server = server_start("[service upper]\nport = 0\n" UPPER);

    (void)state;
    server_rewrite("[service new]\nport = 0\n" UPPER "instance = 5\n"
                   "[service upper]\nport = 0\nserver = nowhere.exe\n");
    expect_refused_reload(2, "test.ini:8: unknown option 'instance' (did you mean 'instances'?)\n",
                          "2 errors; nothing was changed\n");
    server_expect(server, "reload *test.ini:11: there is no program 'nowhere.exe'");
    client_goodbye(client_hello(server, "upper"));
    assert_int_equal(server_count(server, "listen new "), 0);
    server_rewrite("; nothing\n");
    expect_refused_reload(2, "the file has no service", "nothing was changed\n");
    server_rewrite("[service upper]\nport = 0\ndisable = yes\n" UPPER);
    expect_refused_reload(2, "test.ini: there is no service that is not disabled\n",
                          "1 error; nothing");
    folder_delete("test.ini");
    expect_refused_reload(2, "test.ini: 2: ", "1 error; nothing was changed\n");
    client_goodbye(client_hello(server, "upper"));
}

static void a_port_that_is_taken_and_nothing_changes(void **state)
{
    struct process *server = server_start("[service upper]\nport = 0\n" UPPER);
    unsigned taken = client_free_port();
    unsigned unused = client_free_port();
    SOCKET other = listen_at(1, taken);
    char expected[100];

    (void)state;
    server_rewrite("[service new]\nport = %u %u\n" UPPER
                   "[service upper]\nport = 0\nbacklog = 5\n" UPPER,
                   unused, taken);
    snprintf(expected, sizeof expected, "service new: bind 127.0.0.1:%u: 10048: ", taken);
    expect_refused_reload(1, expected, "nothing was changed\n");
    expect_nobody_at(unused);
    client_goodbye(client_hello(server, "upper"));
    assert_int_equal(server_count(server, "listen upper "), 1);
    closesocket(other);
    reload("added 1, changed 1, removed 0, kept 0\n", "changed upper: backlog\n");
    client_goodbye(client_hello(server, "new"));
}

static void who_is_there_goes_on_as_before(void **state)
{
    struct process *server = server_start("[service gone]\nport = 0\n" UPPER
                                          "[service upper]\nport = 0\nmax_time = 1h\n" UPPER
                                          "[service stays]\nport = 0\n" UPPER);
    SOCKET of_gone = client_hello(server, "gone");
    SOCKET of_upper = client_hello(server, "upper");

    (void)state;
    server_rewrite("[service upper]\nport = 0\nmax_time = 1ms\n" UPPER
                   "[service stays]\nport = 0\n" UPPER);
    reload("removed gone (1 connection goes on as before)\n",
           "changed upper: max_time (1 connection goes on as before)\n");
    server_expect_answer("status", "gone - spawn 1 0 1 0 0 ");
    SOCKET late = client_connect(server, "upper");
    server_expect(server, "close upper#3 * max_time\n");
    client_close(late);
    client_goodbye(of_gone);
    client_goodbye(of_upper);
    server_expect(server, "close gone#1 * exit 0 ");
    server_expect(server, "close upper#2 * exit 0 ");
    server_expect_answer("status", "since its start: 3 started, 0 refused, 0 failed\n");
}

/* One is served, one is accepted and waits or not, the rest wait in Windows. */
static void who_waits_in_the_backlog_is_served(void **state)
{
    struct process *server = server_start("[service gone]\nport = 0\ninstances = 1\n" UPPER
                                          "[service stays]\nport = 0\n" UPPER);
    SOCKET first = client_hello(server, "gone");
    SOCKET waiting[5];

    (void)state;
    for (size_t i = 0; i < 5; i++) {
        waiting[i] = client_connect(server, "gone");
        client_say(waiting[i], "hello\n");
    }
    server_rewrite("[service stays]\nport = 0\n" UPPER);
    reload("added 0, changed 0, removed 1, kept 1\n", "removed gone");
    server_expect(server, "stop gone * listens no more\n");
    client_goodbye(first);
    for (size_t i = 0; i < 5; i++) {
        client_expect(waiting[i], "HELLO\r\n");
        client_goodbye(waiting[i]);
    }
    server_expect(server, "close gone#6 ");
}

static void limits_hold_for_old_and_new_together(void **state)
{
    struct process *server = server_start("[service upper]\nport = 0\ninstances = 2\n"
                                          "overload = refuse\nper_source = 9\n" UPPER);
    SOCKET old = client_hello(server, "upper");
    SOCKET old_too = client_hello(server, "upper");

    (void)state;
    server_rewrite("[service upper]\nport = 0\ninstances = 3\noverload = refuse\n"
                   "per_source = 2\n" UPPER);
    reload("added 0, changed 1, removed 0, kept 0\n", "changed upper: instances, per_source (2 ");
    client_expect_refused(server, "upper", "127.0.0.1", "per_source: *");
    SOCKET other = client_connect_from(server, "upper", "127.0.0.2");
    client_say(other, "hello\n");
    client_expect(other, "HELLO\r\n");
    client_expect_refused(server, "upper", "127.0.0.3", "instances: *");
    client_goodbye(old);
    client_goodbye(old_too);
    client_goodbye(other);
}

static void more_room_lets_in_who_waits(void **state)
{
    struct process *server = server_start("instances = 1\n[service upper]\nport = 0\n" UPPER);
    SOCKET first = client_hello(server, "upper");
    SOCKET second = client_connect(server, "upper");

    (void)state;
    client_say(second, "hello\n");
    server_rewrite("instances = 2\n[service upper]\nport = 0\n" UPPER);
    reload("added 0, changed 0, removed 0, kept 1\n", "changed [server]: instances\n");
    client_expect(second, "HELLO\r\n");
    client_goodbye(first);
    client_goodbye(second);
}

/* The listener goes on, so whoever waits in its backlog does as well. */
static void a_port_moves_to_another_service_with_its_listener(void **state)
{
    unsigned port = client_free_port();
    struct process *server =
        server_start("[service upper]\nport = %u\ninstances = 1\n" UPPER, port);
    SOCKET first = client_hello(server, "upper");
    SOCKET waiting = client_connect(server, "upper");

    (void)state;
    server_rewrite("[service lines]\nport = %u\nserver = handlers\\echo.exe\n", port);
    reload("added 1, changed 0, removed 1, kept 0\n", "removed upper (");
    client_say(waiting, "hello\n");
    client_goodbye(first);
    const char *answer = client_line(waiting); /* of the one or of the other, as it was accepted */
    assert_true(strcmp(answer, "hello") == 0 || strcmp(answer, "HELLO") == 0);
    client_close(waiting);
    server_expect(server, "listen lines 127.0.0.1:%u ", port);
    assert_int_equal(server_count(server, "listens no more"), 0);
}

static void a_wider_address_takes_the_narrow_ones_place(void **state)
{
    unsigned port = client_free_port();
    struct process *server = server_start("[service upper]\nport = %u\n" UPPER, port);

    (void)state;
    server_rewrite("[service upper]\nport = %u\nbind = *\n" UPPER, port);
    reload("added 0, changed 1, removed 0, kept 0\n", "changed upper: bind\n");
    server_expect(server, "listen upper *:%u ", port);
    client_goodbye(client_hello(server, "upper"));
}

static void what_made_way_in_vain_is_restored(void **state)
{
    unsigned port = client_free_port();
    struct process *server = server_start("[service upper]\nport = %u\n" UPPER, port);
    SOCKET other = listen_at(2, port);

    (void)state;
    server_rewrite("[service new]\nport = 0\n" UPPER "[service upper]\nport = %u\nbind = *\n" UPPER,
                   port);
    expect_refused_reload(1, "service upper: bind ", "nothing was changed\n");
    client_goodbye(client_hello(server, "upper"));
    assert_int_equal(server_count(server, "listen new "), 0);
    server_expect_answer("status", "upper 127.0.0.1:");
    assert_int_equal(server_count(server, "had stopped accepting"), 0);
    closesocket(other);
}

/* Wine lets an address be bound while connections of an earlier listener are open, so here bind
   fails by order: twice as Windows would have it, then no more. */
static void an_address_that_is_kept_is_tried_again(void **state)
{
    unsigned port = client_free_port();
    struct process *server =
        server_start_with_faults("bind=1,2,10048", "[service upper]\nport = %u\n" UPPER, port);
    SOCKET before = client_hello(server, "upper");

    (void)state;
    server_rewrite("[service upper]\nport = %u\nbacklog = 7\n" UPPER, port);
    reload("changed upper: backlog (1 connection goes on as before)\n",
           "busy upper: 127.0.0.1:* is kept by connections that are still open; it is tried every "
           "second\n");
    server_expect(server, "stop upper 127.0.0.1:* listens no more\n");
    client_goodbye(before);
    if (!output_wait_lines(&server->err, "listen upper ", 2, PATIENCE_MS))
        FAIL("it does not listen again");
    client_goodbye(client_hello(server, "upper"));
    assert_int_equal(server_count(server, "had stopped accepting"), 0);
}

static void what_only_a_start_can_change_is_named(void **state)
{
    struct process *server = server_start("[service upper]\nport = 0\n" UPPER);

    (void)state;
    server_rewrite("log_format = json\nspawn_threads = 9\nlog_level = debug\ndrain = 7s\n"
                   "[service upper]\nport = 0\n" UPPER);
    reload("changed [server]: drain, log_level\n",
           "not yet [server]: log_format stays as it is until the server is started again\n");
    client_goodbye(client_hello(server, "upper"));
    server_expect(server, "close upper#1 * lingered for "); /* the new level */
    reload("added 0, changed 0, removed 0, kept 1\n",
           "not yet [server]: spawn_threads stays as it is ");
}

/* Neither text of the main file has changed. */
static void included_files_and_banners_are_read_again(void **state)
{
    folder_write("more.ini", "[service more]\nport = 0\n" UPPER);
    folder_write("banner.txt", "one\n");
    struct process *server = server_start("include = more.ini\n[service upper]\nport = 0\n"
                                          "banner = %s\\banner.txt\n" UPPER,
                                          folder_own());
    SOCKET before = client_connect(server, "upper");

    (void)state;
    client_expect(before, "one\n");
    folder_write("banner.txt", "two\n");
    folder_write("more.ini", "[service more]\nport = 0\nend = job\n" UPPER);
    reload("changed upper: banner (1 connection goes on as before)\n", "changed more: end\n");
    SOCKET after = client_connect(server, "upper");
    client_expect(after, "two\n");
    client_expect_served(after);
    client_expect_served(before);
}

static void serve_has_nothing_to_reload(void **state)
{
    struct process *server =
        server_start_with("serve 0 -- %s\\handlers\\upper.exe", folder_build());
    char arguments[100];

    (void)state;
    snprintf(arguments, sizeof arguments, "reload --name stdinetd-%lu", server->id);
    struct process *client = process_run("bin\\stdinetd.exe", arguments);
    assert_int_equal(process_wait(client), 1);
    assert_true(output_wait(&client->err, "this server has no file to reload", PATIENCE_MS));
    client_goodbye(client_hello(server, "upper"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(only_what_differs_changes),
        SYSTEM_TEST(nothing_changes_where_nothing_differs),
        SYSTEM_TEST(one_mistake_and_nothing_changes),
        SYSTEM_TEST(a_port_that_is_taken_and_nothing_changes),
        SYSTEM_TEST(who_is_there_goes_on_as_before),
        SYSTEM_TEST(who_waits_in_the_backlog_is_served),
        SYSTEM_TEST(limits_hold_for_old_and_new_together),
        SYSTEM_TEST(more_room_lets_in_who_waits),
        SYSTEM_TEST(a_port_moves_to_another_service_with_its_listener),
        SYSTEM_TEST(a_wider_address_takes_the_narrow_ones_place),
        SYSTEM_TEST(what_made_way_in_vain_is_restored),
        SYSTEM_TEST(an_address_that_is_kept_is_tried_again),
        SYSTEM_TEST(what_only_a_start_can_change_is_named),
        SYSTEM_TEST(included_files_and_banners_are_read_again),
        SYSTEM_TEST(serve_has_nothing_to_reload),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
