/* What a client gets before its program's first byte, or instead of it. */
#include "harness.h"

#define LARGE 60000

static void it_comes_before_the_programs_first_byte(void **state)
{
    folder_write("banner.txt", "welcome\n");
    struct process *server = server_start("[service upper]\n"
                                          "port = 0\n"
                                          "server = handlers\\upper.exe\n"
                                          "banner = %s\\banner.txt\n",
                                          folder_own());
    SOCKET client = client_connect(server, "upper");

    (void)state;
    assert_string_equal(client_line(client), "welcome");
    client_say(client, "hello\n");
    client_end_sending(client);
    client_expect(client, "HELLO\r\n");
    client_expect_end(client);
    client_close(client);
    server_expect(server, "close upper#1 * exit 0 ");
}

static void fill(char *banner)
{
    for (size_t i = 0; i < LARGE; i++)
        banner[i] = (char)('a' + i % 23);
}

/* It is sent as it is taken, and the program begins when all of it is sent. */
static void a_large_one_comes_whole(void **state)
{
    static char banner[LARGE + 1], got[LARGE + 100];
    size_t count;

    (void)state;
    fill(banner);
    folder_write("banner.txt", banner);
    struct process *server = server_start("[service daytime]\n"
                                          "port = 0\n"
                                          "server = handlers\\daytime.exe\n"
                                          "banner = %s\\banner.txt\n",
                                          folder_own());
    SOCKET client = client_connect(server, "daytime");
    assert_int_equal(client_take(client, got, sizeof got, &count), END_ORDERLY);
    assert_true(count > LARGE);
    assert_memory_equal(got, banner, LARGE);
    assert_int_equal(got[count - 1], '\n');
    client_close(client);
}

/* Although he has sent what nobody reads: a reset would take the banner from him. */
static void who_is_refused_gets_the_other_whole(void **state)
{
    static char banner[LARGE + 1], got[LARGE + 100];
    size_t count;

    (void)state;
    fill(banner);
    folder_write("fail.txt", banner);
    struct process *server = server_start("[service upper]\n"
                                          "port = 0\n"
                                          "server = handlers\\upper.exe\n"
                                          "no_access = 127.0.0.1\n"
                                          "banner_fail = %s\\fail.txt\n",
                                          folder_own());
    SOCKET client = client_connect(server, "upper");
    client_say(client, "let me in\n");
    assert_int_equal(client_take(client, got, sizeof got, &count), END_ORDERLY);
    assert_int_equal(count, LARGE);
    assert_memory_equal(got, banner, LARGE);
    client_close(client);
    server_expect(server, "refuse upper#1 * no_access: 127.0.0.1\n");
    server_console(server, PRESS_CTRL_C);
    assert_int_equal(process_wait(server), 0);
    assert_int_equal(server_count(server, "close upper#"), 0);
    assert_int_equal(server_count(server, "open upper#"), 0);
}

/* Who is told so is not waited for longer than anybody who lingers. */
static void a_refused_client_that_stays_is_left(void **state)
{
    folder_write("fail.txt", "no\n");
    struct process *server = server_start("[service upper]\n"
                                          "port = 0\n"
                                          "server = handlers\\upper.exe\n"
                                          "no_access = 127.0.0.1\n"
                                          "linger = 500ms\n"
                                          "banner_fail = %s\\fail.txt\n",
                                          folder_own());
    SOCKET client = client_connect(server, "upper");

    (void)state;
    client_expect(client, "no\n");
    client_expect_end(client);
    server_console(server, PRESS_CTRL_C);
    assert_int_equal(process_wait(server), 0);
    client_close(client);
}

static void a_file_that_is_missing_is_a_mistake(void **state)
{
    (void)state;
    folder_write("test.ini", "[service upper]\nport = 0\nserver = cmd.exe\nbanner = nothing.txt\n");
    struct process *check = process_run("bin\\stdinetd.exe", "check -c test.ini");
    assert_int_equal(process_wait(check), 2);
    assert_int_equal(
        server_count(check, "test.ini:4: banner: there is no file 'nothing.txt' (looked for *"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(it_comes_before_the_programs_first_byte),
        SYSTEM_TEST(a_large_one_comes_whole),
        SYSTEM_TEST(who_is_refused_gets_the_other_whole),
        SYSTEM_TEST(a_refused_client_that_stays_is_left),
        SYSTEM_TEST(a_file_that_is_missing_is_a_mistake),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
