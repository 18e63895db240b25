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

/* A port that was free just now. */
static unsigned free_port(void)
{
    SOCKET socket = WSASocketW(AF_INET, SOCK_STREAM, IPPROTO_TCP, NULL, 0, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int length = sizeof address;

    assert_int_equal(bind(socket, (struct sockaddr *)&address, length), 0);
    assert_int_equal(getsockname(socket, (struct sockaddr *)&address, &length), 0);
    closesocket(socket);
    return ntohs(address.sin_port);
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

/* etc\stdinetd.ini as it is, but for its ports, which somebody may have on the machine that runs
 * this test. */
static void copy_with_free_ports(void)
{
    static const char *const ports[] = {"7007", "7013", "7020", "7021"};
    char path[1024];

    snprintf(path, sizeof path, "%s\\etc\\stdinetd.ini", folder_build());
    char *text = read_file(path);
    for (size_t i = 0; i < sizeof ports / sizeof ports[0]; i++) {
        char *port = strstr(text, ports[i]);
        char digits[8];

        assert_non_null(port);
        snprintf(digits, sizeof digits, "%04u", free_port());
        if (strlen(digits) == 5) {
            memmove(port + 1, port, strlen(port) + 1);
            memcpy(port, digits, 5);
        } else {
            memcpy(port, digits, 4);
        }
    }
    folder_write("etc\\stdinetd.ini", text);
}

static void what_run_serves_out_of_the_box(void **state)
{
    (void)state;
    copy_with_free_ports();
    folder_copy("bin\\stdinetd.exe", "bin\\stdinetd.exe");
    folder_copy("handlers\\echo.exe", "handlers\\echo.exe");
    folder_copy("handlers\\daytime.exe", "handlers\\daytime.exe");
    folder_copy("handlers\\upper.exe", "handlers\\upper.exe");
    folder_copy("handlers\\env.exe", "handlers\\env.exe");
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(every_example_passes_check),
        SYSTEM_TEST(what_run_serves_out_of_the_box),
        SYSTEM_TEST(the_example_script_answers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
