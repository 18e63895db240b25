/* What lies in etc/ is right as it is. */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void every_example_passes_check(void **state)
{
    wchar_t pattern[1024];
    WIN32_FIND_DATAW found;
    int count = 0;

    (void)state;
    swprintf(pattern, 1024, L"%hs\\etc\\examples\\*.ini", folder_build());
    HANDLE search = FindFirstFileW(pattern, &found);
    BOOL more = search != INVALID_HANDLE_VALUE;
    for (; more; more = FindNextFileW(search, &found), count++) {
        char arguments[1024];

        snprintf(arguments, sizeof arguments, "check -c \"%s\\etc\\examples\\%ls\"", folder_build(),
                 found.cFileName);
        struct process *check = process_run("bin\\stdinetd.exe", arguments);
        if (process_wait(check) != 0)
            fail_msg("%ls:\n%s", found.cFileName, output_copy(&check->err));
    }
    FindClose(search);
    assert_true(count >= 5);
}

static char *read_file(const char *path)
{
    static char text[16384];
    FILE *file = fopen(path, "rb");

    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

/* A table as it is, but for its ports, which somebody may have on the machine that runs
 * this test, and for base, because the handlers stay where they are. */
static void copy_with_free_ports(const char *from)
{
    char path[1024];
    static const char zeros[] = "00000000000000000000";
    const char *zero = zeros + sizeof zeros - 1;
    char copy[16384] = "";
    size_t used = 0;

    snprintf(path, sizeof path, "%s\\etc\\%s", folder_build(), from);
    for (char *line = strtok(read_file(path), "\n"); line != NULL; line = strtok(NULL, "\n")) {
        const char *rest = line + strspn(line, "0123456789");
        const char *start = "";

        if (strncmp(line, "base = ", 7) == 0) {
            start = "base = ";
            rest = folder_build();
        } else if (strncmp(line, "port = ", 7) == 0) {
            start = "port = 0";
            rest = "";
        } else if (rest != line) {
            assert_true(zero > zeros);
            start = --zero; /* no two keys of a section may be the same text */
        }
        used += (size_t)snprintf(copy + used, sizeof copy - used, "%s%s\n", start, rest);
        assert_true(used < sizeof copy);
    }
    folder_write("etc\\stdinetd.ini", copy);
}

static void what_run_serves_out_of_the_box(void **state)
{
    (void)state;
    copy_with_free_ports("stdinetd.ini");
    folder_copy("bin\\stdinetd.exe", "bin\\stdinetd.exe");
    char program[1024];
    snprintf(program, sizeof program, "%s\\bin\\stdinetd.exe", folder_own());
    struct process *server = process_start(program, "");

    SOCKET client = client_connect(server, "echo");
    client_say(client, "\r\n\x1a");
    client_expect(client, "\r\n\x1a");
    client_close(client);
    client = client_connect(server, "upper");
    client_say(client, "hello\n");
    client_expect(client, "HELLO\r\n");
    client_close(client);
    client = client_connect(server, "daytime");
    assert_true(text_has(client_rest(client), "day, * *, 20* *:*:*-UTC\r\n"));
    client_close(client);
    client = client_connect(server, "env");
    assert_true(text_has(client_rest(client), "\nGREETING=hello from etc\\stdinetd.ini\r\n"));
    client_close(client);
}

static struct process *serve_own_copy(void)
{
    char arguments[1024];

    snprintf(arguments, sizeof arguments, "run -c \"%s\\etc\\stdinetd.ini\" --name %s",
             folder_own(), server_new_name());
    return process_start("bin\\stdinetd.exe", arguments);
}

static void the_example_of_internal_services_answers(void **state)
{
    char bytes[5];
    size_t count;

    (void)state;
    copy_with_free_ports("examples\\internal.ini");
    struct process *server = serve_own_copy();
    SOCKET client = client_connect(server, "echo");

    client_say(client, "hello");
    client_expect(client, "hello");
    client_goodbye(client);
    client_goodbye(client_connect(server, "discard"));
    client = client_connect(server, "daytime");
    assert_true(text_has(client_rest(client), "day, * *, 20* *:*:*\r\n"));
    client_close(client);
    client = client_connect(server, "time");
    assert_int_equal(client_take(client, bytes, sizeof bytes, &count), END_ORDERLY);
    assert_int_equal(count, 4);
    client_close(client);
    client = client_connect(server, "chargen");
    client_expect(client, " !\"#$%&'()*+,-./0123456789");
    client_reset(client);
}

static void the_example_of_workers_answers(void **state)
{
    static const char *const services[] = {"few", "many", "handles"};

    (void)state;
    copy_with_free_ports("examples\\workers.ini");
    struct process *server = serve_own_copy();
    for (size_t i = 0; i < sizeof services / sizeof *services; i++) {
        SOCKET client = client_connect(server, services[i]);

        client_say(client, "hello\n");
        client_expect(client, "HELLO\n");
        client_goodbye(client);
    }
}

static void the_example_of_prestart_answers(void **state)
{
    (void)state;
    copy_with_free_ports("examples\\prestart.ini");
    struct process *server = serve_own_copy();
    SOCKET client = client_connect(server, "upper");

    client_say(client, "hello\n");
    client_expect(client, "HELLO\r\n");
    client_goodbye(client);
    client = client_connect(server, "lines");
    client_say(client, "hello\n");
    assert_true(text_has(client_line(client), "1*hello"));
    client_goodbye(client);
}

static void the_example_of_a_web_server_with_workers_keeps_its_connections(void **state)
{
    (void)state;
    copy_with_free_ports("examples\\web-workers.ini");
    struct process *server = serve_own_copy();
    SOCKET client = client_connect(server, "web");

    for (int i = 0; i < 2; i++) {
        client_say(client, "HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assert_string_equal(client_line(client), "HTTP/1.1 200 OK");
        while (client_line(client)[0] != '\0')
            ;
    }
    client_close(client);
}

static void the_example_script_answers(void **state)
{
    (void)state;
    folder_copy("etc\\examples\\hello.cmd", "hello.cmd");
    struct process *server = server_start_with("serve 0 -- hello.cmd world");
    SOCKET client = client_connect(server, "hello");

    client_say(client, "Ada\r\n");
    assert_string_equal(client_rest(client),
                        "Your name? Hello Ada of 127.0.0.1, says the world.\r\n");
    client_close(client);
}

static void the_example_of_included_files_serves_all_of_them(void **state)
{
    char arguments[1024];

    (void)state;
    snprintf(arguments, sizeof arguments, "check -c \"%s\\etc\\examples\\including.ini\"",
             folder_build());
    struct process *check = process_run("bin\\stdinetd.exe", arguments);
    assert_int_equal(process_wait(check), 0);
    char *out = output_copy(&check->out);
    assert_true(text_has(out, "echo 127.0.0.1:7191 *\n"
                              "shout 127.0.0.1:7193 *\n"
                              "daytime 127.0.0.1:7192 *\n"));
    free(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(every_example_passes_check),
        SYSTEM_TEST(what_run_serves_out_of_the_box),
        SYSTEM_TEST(the_example_of_included_files_serves_all_of_them),
        SYSTEM_TEST(the_example_of_internal_services_answers),
        SYSTEM_TEST(the_example_of_workers_answers),
        SYSTEM_TEST(the_example_of_prestart_answers),
        SYSTEM_TEST(the_example_of_a_web_server_with_workers_keeps_its_connections),
        SYSTEM_TEST(the_example_script_answers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
