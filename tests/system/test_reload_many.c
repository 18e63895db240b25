/* A reload of a thousand services of which one has changed leaves the others' listeners alone. */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SERVICES = 1000, WATCHED = 10, INI_SIZE = 100 * 1000 };

/* The services are in a file of their own, because all of them are the same but for one option of
   the last. */
static void write_services(unsigned backlog)
{
    char *text = calloc(1, INI_SIZE);
    size_t used = 0;

    assert_non_null(text);
    for (int i = 0; i < SERVICES; i++)
        used += (size_t)snprintf(text + used, INI_SIZE - used, "[service s%d]\nport = 0\n", i);
    snprintf(text + used, INI_SIZE - used, "backlog = %u\n", backlog);
    folder_write("many.ini", text);
    free(text);
}

static void only_the_one_that_changed_is_touched(void **state)
{
    char name[20];
    SOCKET served[WATCHED], waiting[WATCHED];

    (void)state;
    write_services(7);
    struct process *server = server_start("include = many.ini\n"
                                          "[defaults]\n"
                                          "instances = 1\n"
                                          "server = handlers\\upper.exe\n");
    if (!output_wait_lines(&server->err, "listen s", SERVICES, PATIENCE_MS))
        FAIL("not all services listen");
    for (int i = 0; i < WATCHED; i++) { /* one is served, one waits in the backlog */
        snprintf(name, sizeof name, "s%d", i * 99);
        served[i] = client_hello(server, name);
        waiting[i] = client_connect(server, name);
        client_say(waiting[i], "hello\n");
    }
    write_services(8);
    ULONGLONG began = GetTickCount64();
    struct process *client = server_command("reload");
    assert_int_equal(process_wait(client), 0);
    print_message("the reload took %llu ms, the start of its program included\n",
                  GetTickCount64() - began);
    assert_true(output_wait(&client->out,
                            "added 0, changed 1, removed 0, kept 999\n changed s999: "
                            "backlog\n",
                            PATIENCE_MS));
    for (int i = 0; i < WATCHED; i++) {
        client_goodbye(served[i]);
        client_expect(waiting[i], "HELLO\r\n");
        client_goodbye(waiting[i]);
    }
    if (!output_wait_lines(&server->err, "listens no more", 1, PATIENCE_MS))
        FAIL("the changed one does not listen anew");
    assert_int_equal(server_count(server, "listens no more"), 1);
    assert_int_equal(server_count(server, "listen s"), SERVICES + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {SYSTEM_TEST(only_the_one_that_changed_is_touched)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
