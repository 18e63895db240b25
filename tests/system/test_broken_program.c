/* A program that was there when the server started, and cannot be started now. Its connection
   fails; the server goes on. */
#include "harness.h"

#include <stdio.h>

static struct process *start(const char *program)
{
    return server_start("[service broken]\n"
                        "port = 0\n"
                        "server = %s\\%s\n"
                        "[service upper]\n"
                        "port = 0\n"
                        "server = handlers\\upper.exe\n",
                        folder_own(), program);
}

static void expect_service(struct process *server, const char *service)
{
    SOCKET client = client_connect(server, service);

    client_say(client, "well?\n");
    client_expect(client, "WELL?\r\n");
    client_end_sending(client);
    client_expect_end(client);
    client_close(client);
}

/* The client has an orderly end, even one who has sent something; the log says what failed, for
   which file and why. */
static void expect_failure(struct process *server, const char *program, int number, int code)
{
    SOCKET client = client_connect(server, "broken");

    client_say(client, "well?\n");
    client_expect_end(client);
    client_close(client);
    server_expect(server, "fail broken#%d 127.0.0.1:* CreateProcess %s\\%s: %d: *\n", number,
                  folder_own(), program, code);
    server_expect(server, "close broken#%d 127.0.0.1:* launch failed after ", number);
    expect_service(server, "upper");
}

static void a_file_that_is_no_program(void **state)
{
    (void)state;
    folder_write("broken.exe", "This is no program.");
    expect_failure(start("broken.exe"), "broken.exe", 1, ERROR_BAD_EXE_FORMAT);
}

static void a_file_that_is_empty(void **state)
{
    (void)state;
    folder_write("empty.exe", "");
    expect_failure(start("empty.exe"), "empty.exe", 1, ERROR_BAD_EXE_FORMAT);
}

static HANDLE lock(const char *name)
{
    char path[1024];
    wchar_t wide[1024];

    snprintf(path, sizeof path, "%s\\%s", folder_own(), name);
    MultiByteToWideChar(CP_UTF8, 0, path, -1, wide, 1024);
    HANDLE file = CreateFileW(wide, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    if (file == INVALID_HANDLE_VALUE)
        fail_msg("CreateFile %s: %lu", path, GetLastError());
    return file;
}

static void a_file_that_somebody_has_locked(void **state)
{
    (void)state;
    folder_copy("handlers\\upper.exe", "locked.exe");
    struct process *server = start("locked.exe");
    HANDLE file = lock("locked.exe");
    expect_failure(server, "locked.exe", 1, ERROR_SHARING_VIOLATION);
    CloseHandle(file);
    expect_service(server, "broken");
}

static void a_file_that_goes_and_comes_back(void **state)
{
    (void)state;
    folder_copy("handlers\\upper.exe", "gone.exe");
    struct process *server = start("gone.exe");
    expect_service(server, "broken");
    server_expect(server, "close broken#1 ");
    folder_delete("gone.exe");
    expect_failure(server, "gone.exe", 2, ERROR_FILE_NOT_FOUND);
    folder_copy("handlers\\upper.exe", "gone.exe");
    expect_service(server, "broken");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(a_file_that_is_no_program),
        SYSTEM_TEST(a_file_that_is_empty),
        SYSTEM_TEST(a_file_that_somebody_has_locked),
        SYSTEM_TEST(a_file_that_goes_and_comes_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
