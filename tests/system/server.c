#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *accept_with(void)
{
    const char *value = getenv("ACCEPT_WITH");

    return value != NULL ? value : "acceptex";
}

static struct process *start(const char *program, const char *arguments)
{
    struct process *server = process_start(program, arguments);

    server_expect(server, "listen ");
    return server;
}

static unsigned names_given;

/* Several tests may run at once, and several servers in one. */
const char *server_name(void)
{
    static char name[60];

    snprintf(name, sizeof name, "stdinetd-test-%lu-%u", GetCurrentProcessId(), names_given);
    return name;
}

const char *server_new_name(void)
{
    names_given++;
    return server_name();
}

struct process *server_command(const char *command)
{
    char arguments[200];

    snprintf(arguments, sizeof arguments, "%s --name %s", command, server_name());
    return process_start("bin\\stdinetd.exe", arguments);
}

static bool has_answer(const char *command, const char *pattern, struct process **asked)
{
    *asked = server_command(command);
    return process_wait(*asked) == 0 && output_wait(&(*asked)->out, pattern, PATIENCE_MS);
}

static void fail_answer(const char *command, const char *pattern, struct process *asked)
{
    FAIL("%s: no '%s' in:\n%s%s", command, pattern, output_copy(&asked->out),
         output_copy(&asked->err));
}

void server_expect_answer(const char *command, const char *pattern)
{
    struct process *asked;

    if (!has_answer(command, pattern, &asked))
        fail_answer(command, pattern, asked);
}

void server_await_answer(const char *command, const char *pattern)
{
    uint64_t deadline = GetTickCount64() + PATIENCE_MS;
    struct process *asked;

    while (!has_answer(command, pattern, &asked))
        if (GetTickCount64() > deadline)
            fail_answer(command, pattern, asked);
}

static void write_ini(const char *ini, va_list values)
{
    char text[8192];

    size_t used = (size_t)snprintf(text, sizeof text,
                                   "[server]\n"
                                   "base = %s\n"
                                   "accept_with = %s\n"
                                   "control = %s\n",
                                   folder_build(), accept_with(), server_name());

    vsnprintf(text + used, sizeof text - used, ini, values);
    folder_write("test.ini", text);
}

struct process *server_start(const char *ini, ...)
{
    va_list values;

    server_new_name();
    va_start(values, ini);
    write_ini(ini, values);
    va_end(values);
    return start("bin\\stdinetd.exe", "run -c test.ini");
}

void server_rewrite(const char *ini, ...)
{
    va_list values;

    va_start(values, ini);
    write_ini(ini, values);
    va_end(values);
}

struct process *server_start_with_faults(const char *faults, const char *ini, ...)
{
    va_list values;

    server_new_name();
    va_start(values, ini);
    write_ini(ini, values);
    va_end(values);
    SetEnvironmentVariableA("STDINETD_FAULTS", faults);
    return start("tests\\stdinetd_with_faults.exe", "run -c test.ini");
}

struct process *server_start_with(const char *arguments, ...)
{
    char text[2048];
    va_list values;

    va_start(values, arguments);
    vsnprintf(text, sizeof text, arguments, values);
    va_end(values);
    return start("bin\\stdinetd.exe", text);
}

void server_expect(struct process *server, const char *pattern, ...)
{
    char text[1024];
    va_list values;

    va_start(values, pattern);
    vsnprintf(text, sizeof text, pattern, values);
    va_end(values);
    if (!output_wait(&server->err, text, PATIENCE_MS))
        FAIL("the log has no '%s'", text);
}

size_t server_count(struct process *server, const char *pattern)
{
    char *log = output_copy(&server->err);
    size_t count = text_count(log, pattern);

    free(log);
    return count;
}

const char *server_address(struct process *server, const char *service, size_t index)
{
    static char address[100];
    char pattern[100];
    size_t seen = 0;

    snprintf(pattern, sizeof pattern, "listen %s ", service);
    output_wait_lines(&server->err, pattern, index + 1, PATIENCE_MS);
    char *log = output_copy(&server->err);
    address[0] = '\0';
    for (char *line = strtok(log, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        char name[100];
        char found[100];

        if (sscanf(line, "listen %99s %99s", name, found) == 2 && strcmp(name, service) == 0 &&
            seen++ == index)
            snprintf(address, sizeof address, "%s", found);
    }
    free(log);
    if (address[0] == '\0')
        FAIL("service %s does not listen on %zu addresses", service, index + 1);
    return address;
}

HANDLE server_handler(struct process *server, const char *connection)
{
    char start[100];

    snprintf(start, sizeof start, "open %s ", connection);
    server_expect(server, "%s* pid *\n", start);
    char *log = output_copy(&server->err);
    char *line = log;
    while (!text_begins(line, start))
        line = strchr(line, '\n') + 1;
    DWORD id = strtoul(strstr(line, " pid ") + 5, NULL, 10);
    free(log);
    return process_open(id);
}

void server_console(struct process *server, enum console_event event)
{
    static const char *const names[] = {"ctrl-c", "ctrl-break", "close"};
    char arguments[64];

    snprintf(arguments, sizeof arguments, "%lu %s", server->id, names[event]);
    struct process *press = process_run("tests\\console_event.exe", arguments);
    if (process_wait(press) != 0)
        FAIL("console_event %s has failed", names[event]);
}
