#include "log.h"

#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void wide_path(const char *name, wchar_t path[1024])
{
    char full[1024];

    snprintf(full, sizeof full, "%s\\%s", folder_own(), name);
    MultiByteToWideChar(CP_UTF8, 0, full, -1, path, 1024);
}

static HANDLE open_log(const char *name, DWORD access, DWORD sharing)
{
    wchar_t path[1024];

    wide_path(name, path);
    return CreateFileW(path, access, sharing, NULL, OPEN_EXISTING, 0, NULL);
}

HANDLE log_hold(const char *name, DWORD access, DWORD sharing)
{
    HANDLE file = open_log(name, access, sharing);

    if (file == INVALID_HANDLE_VALUE)
        fail_msg("cannot open %s: %lu", name, GetLastError());
    return file;
}

char *log_read(const char *name)
{
    HANDLE file =
        open_log(name, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE);
    DWORD size = file == INVALID_HANDLE_VALUE ? 0 : GetFileSize(file, NULL);
    char *text = calloc(1, size + 1);
    DWORD count = 0;

    assert_non_null(text);
    if (file != INVALID_HANDLE_VALUE) {
        ReadFile(file, text, size, &count, NULL);
        CloseHandle(file);
    }
    text[count] = '\0';
    return text;
}

bool log_exists(const char *name)
{
    wchar_t path[1024];

    wide_path(name, path);
    return GetFileAttributesW(path) != INVALID_FILE_ATTRIBUTES;
}

char *log_read_all(const char *name, unsigned oldest)
{
    char *all = calloc(1, 1);
    size_t length = 0;

    for (unsigned number = oldest + 1; number-- > 0;) {
        char old[1024];

        snprintf(old, sizeof old, number == 0 ? "%s" : "%s.%u", name, number);
        char *text = log_read(old);
        size_t more = strlen(text);
        char *longer = realloc(all, length + more + 1);
        assert_non_null(longer);
        all = longer;
        memcpy(all + length, text, more + 1);
        length += more;
        free(text);
    }
    return all;
}

size_t log_count(const char *name, const char *pattern)
{
    char *text = log_read(name);
    size_t count = text_count(text, pattern);

    free(text);
    return count;
}

void log_expect(const char *name, const char *pattern, size_t lines)
{
    uint64_t deadline = GetTickCount64() + PATIENCE_MS;

    while (log_count(name, pattern) < lines) {
        if (GetTickCount64() > deadline)
            FAIL("%s has not %zu times '%s' but\n%s", name, lines, pattern, log_read(name));
        Sleep(20);
    }
}

/* All there is of the log, the caller's to free. */
static char *whole_log(struct process *server, const char *name)
{
    char *file = log_read(name);
    char *errors = output_copy(&server->err);
    char *both = malloc(strlen(file) + strlen(errors) + 1);

    assert_non_null(both);
    snprintf(both, strlen(file) + strlen(errors) + 1, "%s%s", file, errors);
    free(file);
    free(errors);
    return both;
}

static void wait_for_listeners(struct process *server, const char *name)
{
    uint64_t deadline = GetTickCount64() + PATIENCE_MS;
    bool listens = false;

    while (!listens) {
        char *text = whole_log(server, name);

        listens = text_has(text, "listen ") || text_has(text, "\"verb\":\"listen\"");
        free(text);
        if (!listens && (process_has_ended(server) || GetTickCount64() > deadline))
            FAIL("the server does not listen");
        Sleep(10);
    }
}

struct process *log_server(const char *name, const char *faults, const char *ini, ...)
{
    char text[8192];
    va_list values;
    int used = snprintf(text, sizeof text, "[server]\nbase = %s\ncontrol = %s\nlog_file = %s\\%s\n",
                        folder_build(), server_new_name(), folder_own(), name);

    va_start(values, ini);
    vsnprintf(text + used, sizeof text - (size_t)used, ini, values);
    va_end(values);
    folder_write("test.ini", text);
    SetEnvironmentVariableA("STDINETD_FAULTS", faults);
    struct process *server =
        process_start(faults == NULL ? "bin\\stdinetd.exe" : "tests\\stdinetd_with_faults.exe",
                      "run -c test.ini");
    wait_for_listeners(server, name);
    return server;
}

/* The address of a service's listen record in either form. */
static bool find_address(const char *log, const char *service, char address[LOG_ADDRESS_SIZE])
{
    char start[2][120];
    const char *found = NULL;

    snprintf(start[0], sizeof start[0], "listen  %s ", service);
    snprintf(start[1], sizeof start[1], "\"listen\",\"service\":\"%s\",\"peer\":\"", service);
    for (int i = 0; i < 2 && found == NULL; i++) {
        found = strstr(log, start[i]);
        if (found != NULL)
            found += strlen(start[i]);
    }
    return found != NULL && sscanf(found, " %99[0-9.:]", address) == 1;
}

void log_address(struct process *server, const char *name, const char *service,
                 char address[LOG_ADDRESS_SIZE])
{
    uint64_t deadline = GetTickCount64() + PATIENCE_MS;
    bool found = false;

    while (!found) {
        char *text = whole_log(server, name);

        found = find_address(text, service, address);
        free(text);
        if (!found && GetTickCount64() > deadline)
            FAIL("service %s does not listen", service);
        Sleep(5);
    }
}

SOCKET log_connect(struct process *server, const char *name, const char *service)
{
    char address[LOG_ADDRESS_SIZE];

    log_address(server, name, service, address);
    return client_connect_to(address);
}

void log_dialogue_at(const char *address)
{
    SOCKET client = client_connect_to(address);

    client_say(client, "hello\n");
    client_expect(client, "HELLO\r\n");
    client_end_sending(client);
    client_expect_end(client);
    client_close(client);
}

void log_dialogue(struct process *server, const char *name, const char *service)
{
    char address[LOG_ADDRESS_SIZE];

    log_address(server, name, service, address);
    log_dialogue_at(address);
}

void log_stop(struct process *server)
{
    server_console(server, PRESS_CTRL_C);
    assert_int_equal(process_wait(server), 0);
}

void log_expect_whole_lines(const char *name)
{
    static const char *const level[] = {"Z  info     ", "Z  warning  ", "Z  error    ",
                                        "Z  debug   "};
    char *text = log_read(name);

    for (char *line = text; *line != '\0';) {
        char *end = strchr(line, '\n');
        bool whole = end != NULL && end - line > 35 && line[4] == '-' && line[10] == 'T';
        bool known = false;

        for (int i = 0; i < 4; i++)
            known = known || strncmp(line + 23, level[i], strlen(level[i])) == 0;
        if (!whole || !known)
            fail_msg("%s has a line that is no record: %.200s", name, line);
        /* no other record has got into this one */
        if (text_has(line + 25, "20*-*-*T*:*:*Z ") && strstr(line + 25, "Z  ") < end)
            fail_msg("%s has a line with two records: %.200s", name, line);
        line = end + 1;
    }
    free(text);
}
