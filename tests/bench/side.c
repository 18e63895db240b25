#include "side.h"

#include "core/memory.h"
#include "core/path.h"
#include "core/text_buffer.h"
#include "service.h"
#include "web.h"
#include "windows/file.h"
#include "windows/text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { START_MS = 60000, LOOK_MS = 10 };

/* --- what stdinetd knows */

char *side_read_options(const char *server, struct error *error)
{
    struct process process = {0};
    struct temporary_file output = {0};
    struct text_list arguments = {0};
    DWORD exit_code = 0;
    char *text = NULL;

    text_list_append(&arguments, "options");
    if (!temporary_file_open(&output, error) ||
        !process_start(&process, server, &arguments, output.handle, error))
        goto done;
    if (WaitForSingleObject(process.process, START_MS) != WAIT_OBJECT_0)
        error_set(error, "%s options does not end", server);
    else if (!GetExitCodeProcess(process.process, &exit_code) || exit_code != 0)
        error_set(error, "%s options ended with %lu", server, exit_code);
    else
        text = temporary_file_read(&output, error);
done:
    process_end(&process);
    temporary_file_close(&output);
    text_list_free(&arguments);
    return text;
}

/* An option is the first word of its line. */
bool side_knows_option(const struct side_setup *setup, const char *option)
{
    size_t length = strlen(option);

    for (const char *line = setup->options; line != NULL; line = strchr(line, '\n')) {
        line += strspn(line, "\r\n ");
        if (strncmp(line, option, length) == 0 && isspace((unsigned char)line[length]))
            return true;
    }
    return false;
}

/* --- start */

enum { GUARDS = 1000, LOG_LIMIT = 64 * 1024 * 1024 };

/* A thousand networks, and every limit that nobody reaches. */
static char *format_guards(void)
{
    struct text_buffer text = {0};

    text_buffer_add_text(&text, "only_from = 127.0.0.0/8\n");
    for (unsigned i = 1; i < GUARDS; i++) {
        char line[80];

        snprintf(line, sizeof line, "%s += 10.%u.%u.0/24\n", i % 2 == 0 ? "only_from" : "no_access",
                 i / 250, i % 250);
        text_buffer_add_text(&text, line);
    }
    text_buffer_add_text(&text, "access_times = 00:00-24:00\n"
                                "per_source = 100000\n"
                                "per_source_rate = 100000\n"
                                "rate = 100000\n");
    return text.text;
}

static char *format_log(struct side *side)
{
    const struct side_plan *plan = side->plan;

    if (!plan->guarded && !plan->as_service)
        return memory_copy("");
    side->log_path = memory_format("%s.log", side->ini.path);
    return memory_format("log_file = %s\nlog_format = %s\nlog_size = 1G\n", side->log_path,
                         plan->guarded ? "json" : "text");
}

/* The folder above the one of this program: with bin, handlers, etc. */
static char *find_base(const struct side_setup *setup)
{
    char *bin = path_folder(setup->bench);
    char *base = path_folder(bin);

    free(bin);
    return base;
}

/* What is served, and how. */
static char *format_program(const struct side_plan *plan, const struct side_setup *setup)
{
    const char *program = plan->workers ? setup->worker : setup->handler;

    if (plan->web == WEB_NO)
        return memory_format("server = %s\nserver_args = %s\n%s%s",
                             plan->program != NULL ? plan->program : program,
                             plan->handler != NULL ? plan->handler : "",
                             plan->workers ? "workers = 2\nworker_connections = 16\n" : "",
                             plan->lines != NULL ? plan->lines : "");
    char *arguments = web_arguments(setup);
    char *text = memory_format("server = %s\nserver_args = %s\n"
                               "workers = 2\nworker_connections = 64\n",
                               setup->webserver, arguments);
    free(arguments);
    return text;
}

static char *format_ini(struct side *side, const struct side_setup *setup)
{
    const struct side_plan *plan = side->plan;
    char *base = find_base(setup);
    char *program = format_program(plan, setup);
    char *log = format_log(side);
    char *guards = plan->guarded ? format_guards() : memory_copy("");
    size_t listeners = plan->many_listeners ? setup->listeners : 1;
    char *ports = memory_zeroed(2 * listeners + 1, 1);
    const char *option = plan->option;

    for (size_t i = 0; i < 2 * listeners; i += 2) {
        ports[i] = ' ';
        ports[i + 1] = '0'; /* any free one */
    }
    if (option != NULL && !side_knows_option(setup, option))
        option = NULL;
    char *ini = memory_format("[server]\n"
                              "base = %s\n"
                              "instances = %zu\n"
                              "%s"
                              "[service bench]\n"
                              "port =%s\n"
                              "instances = %zu\n"
                              "%s"
                              "%s"
                              "%s%s%s\n",
                              base, setup->live, log, ports, setup->live, program, guards,
                              option != NULL ? option : "", option != NULL ? " = " : "",
                              option != NULL ? plan->value : "");
    free(program);
    free(ports);
    free(guards);
    free(log);
    free(base);
    return ini;
}

static bool start_service(struct side *side, const struct side_setup *setup, struct error *error)
{
    static unsigned number;

    side->server = setup->server;
    side->service = memory_format("stdinetd-bench-%lu-%u", GetCurrentProcessId(), ++number);
    if (service_begin(setup->server, side->service, side->ini.path, error))
        return true;
    free(side->service);
    side->service = NULL;
    return false;
}

static bool start_server(struct side *side, const struct side_setup *setup, struct error *error)
{
    struct text_list arguments = {0};
    bool started = false;

    if (!temporary_file_open(&side->ini, error))
        return false;
    char *ini = format_ini(side, setup);
    if (!temporary_file_write(&side->ini, ini, error)) {
        started = false;
    } else if (side->plan->as_service) {
        started = start_service(side, setup, error);
    } else {
        text_list_append(&arguments, "run");
        text_list_append(&arguments, "-c");
        text_list_append(&arguments, side->ini.path);
        started =
            process_start(&side->process, setup->server, &arguments, side->output.handle, error);
    }
    text_list_free(&arguments);
    free(ini);
    return started;
}

static bool start_floor(struct side *side, const struct side_setup *setup, struct error *error)
{
    struct text_list arguments = {0};

    text_list_append(&arguments, "--as");
    text_list_append(&arguments, side->plan->floor);
    text_list_append(&arguments, setup->handler);
    text_list_append(&arguments, side->plan->handler);
    bool started =
        process_start(&side->process, setup->bench, &arguments, side->output.handle, error);
    text_list_free(&arguments);
    return started;
}

/* --- what it says: the lines of its log, which a floor imitates */

/* What it has written until now; the caller frees it. NULL with *error set on failure. */
static char *read_log(const struct side *side, struct error *error)
{
    size_t length;

    if (side->log_path == NULL)
        return temporary_file_read(&side->output, error);
    if (!file_exists(side->log_path))
        return memory_copy("");
    return file_read(side->log_path, LOG_LIMIT, &length, error);
}

/* "2026-11-24T18:00:00.000Z info listen ": in a file the verb comes third. */
static const char *skip_stamp(const char *line)
{
    for (int words = 0; words < 2; words++) {
        line += strcspn(line, " \n");
        line += strspn(line, " ");
    }
    return line;
}

/* In the text of a console or of a file, or as JSON. */
static bool has_verb(const char *line, const char *verb)
{
    size_t length = strlen(verb);

    if (line[0] == '2')
        line = skip_stamp(line);
    char *member = memory_format("\"verb\":\"%s\"", verb);
    const char *found = strstr(line, member);
    bool is_json = found != NULL && found < line + strcspn(line, "\n");

    free(member);
    return is_json || (strncmp(line, verb, length) == 0 && line[length] == ' ');
}

/* The listening addresses among its complete lines. */
static void take_ports(struct side *side, const char *text)
{
    static const char host[] = "127.0.0.1:";
    const char *end;

    side->port_count = 0;
    for (; (end = strchr(text, '\n')) != NULL; text = end + 1) {
        const char *address = strstr(text, host);

        if (!has_verb(text, "listen") || address == NULL || address >= end)
            continue;
        side->ports = memory_grow(side->ports, side->port_count + 1, sizeof *side->ports);
        side->ports[side->port_count++] = (uint16_t)strtoul(address + sizeof host - 1, NULL, 10);
    }
}

/* Waits a little. */
static bool has_ended(const struct side *side)
{
    if (side->service == NULL)
        return WaitForSingleObject(side->process.process, LOOK_MS) == WAIT_OBJECT_0;
    Sleep(LOOK_MS);
    return false;
}

/* Looks at the output until it names every listener, because there is nothing to wait on. */
static bool wait_for_listeners(struct side *side, size_t expected, struct error *error)
{
    for (int waited = 0; waited < START_MS; waited += LOOK_MS) {
        bool ended = has_ended(side);
        char *text = read_log(side, error);

        if (text == NULL)
            return false;
        take_ports(side, text);
        if (ended)
            error_set(error, "it has ended: %s", text);
        free(text);
        if (ended)
            return false;
        if (side->port_count == expected)
            return true;
    }
    return error_set(error, "of %zu listeners only %zu listen after %d s", expected,
                     side->port_count, START_MS / 1000);
}

static bool start_any(struct side *side, const struct side_setup *setup, struct error *error)
{
    if (side->plan->web != WEB_NO && (side->page = web_page(setup, error)) == NULL)
        return false;
    if (side->plan->web == WEB_ITSELF)
        return web_start(side, setup, error);
    return side->plan->floor != NULL ? start_floor(side, setup, error)
                                     : start_server(side, setup, error);
}

bool side_start(struct side *side, const struct side_plan *plan, const struct side_setup *setup,
                struct error *error)
{
    side->plan = plan;
    if (temporary_file_open(&side->output, error) && start_any(side, setup, error) &&
        wait_for_listeners(side, plan->many_listeners ? setup->listeners : 1, error))
        return true;
    error_prefix(error, "start of %s", plan->title);
    side_stop(side);
    return false;
}

static void delete_file(const char *path)
{
    wchar_t *wide = wide_from_utf8(path);

    DeleteFileW(wide);
    free(wide);
}

void side_stop(struct side *side)
{
    if (side->service != NULL)
        service_end(side->server, side->service);
    process_end(&side->process);
    temporary_file_close(&side->ini);
    temporary_file_close(&side->output);
    if (side->log_path != NULL)
        delete_file(side->log_path);
    free(side->log_path);
    free(side->service);
    free(side->ports);
    free(side->page);
    *side = (struct side){0};
}

static bool begins_with(const char *line, const char *word)
{
    return strncmp(line, word, strlen(word)) == 0;
}

/* A handler of the bench that does not end with 0 is trouble too; a worker goes on. */
static bool is_trouble(const char *line)
{
    if (has_verb(line, "close"))
        return strstr(line, " exit 0 ") == NULL && strstr(line, " end after ") == NULL &&
               strstr(line, "\"exit_code\":0,") == NULL;
    return has_verb(line, "fail") || begins_with(line, "stdinetd-bench: ") ||
           begins_with(line, "webserver: ");
}

size_t side_count_troubles(const struct side *side, char *text, size_t size)
{
    struct error ignored;
    size_t count = 0;
    char *output = side->output.handle != NULL ? read_log(side, &ignored) : NULL;
    char *line = output;

    for (char *end; line != NULL && (end = strchr(line, '\n')) != NULL; line = end + 1) {
        *end = '\0';
        if (is_trouble(line) && count++ == 0)
            snprintf(text, size, "%.*s", (int)strcspn(line, "\r"), line);
    }
    free(output);
    return count;
}

SOCKET side_connect(const struct side *side, size_t turn)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(side->ports[turn % side->port_count]),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    SOCKET connection = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);

    if (connection != INVALID_SOCKET &&
        connect(connection, (const struct sockaddr *)&address, sizeof address) == SOCKET_ERROR) {
        int code = WSAGetLastError();

        closesocket(connection);
        WSASetLastError(code);
        return INVALID_SOCKET;
    }
    return connection;
}
