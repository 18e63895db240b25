#include "server/server.h"

#include "core/memory.h"
#include "server/accepting.h"
#include "server/admission.h"
#include "server/connection_mend.h"
#include "server/connection_serving.h"
#include "server/connection_table.h"
#include "server/control.h"
#include "server/reload.h"
#include "server/stop.h"
#include "server/sweep.h"
#include "server/worker_pools.h"
#include "windows/console.h"
#include "windows/file.h"
#include "windows/text.h"

#include <stdio.h>
#include <stdlib.h>

enum { LOG_WAIT_MS = 500 };

void server_log(struct server *server, const struct record *record)
{
    if (server->host != NULL && server->host->record != NULL)
        server->host->record(server->host, record);
    else
        log_write(server->log, record);
}

/* --- start */

static bool open_listeners(struct running_service *service, struct error *error)
{
    for (size_t i = 0; i < service->place_count; i++)
        if (!accepting_open(service, i, error))
            return false;
    return true;
}

static bool add_services(struct server *server, struct error *error)
{
    if (!running_services_new(server, &server->config, &server->services, error))
        return false;
    for (struct running_service *service = server->services; service != NULL;
         service = service->next) {
        running_service_begin(service);
        if (!open_listeners(service, error))
            return false;
        if (server->host != NULL)
            server->host->progress(server->host);
    }
    return true;
}

static HANDLE open_null_output(void)
{
    SECURITY_ATTRIBUTES inheritable = {.nLength = sizeof inheritable, .bInheritHandle = TRUE};
    HANDLE output = CreateFileW(L"NUL", GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE,
                                &inheritable, OPEN_EXISTING, 0, NULL);

    return output != INVALID_HANDLE_VALUE ? output : NULL;
}

static void begin_accepting(struct listener *listener, void *context)
{
    (void)context;
    accepting_begin(listener);
}

static void start_accepting(struct server *server)
{
    accepting_for_each(server, NULL, begin_accepting);
    admission_ask(server);
    spares_look(server);
}

static void on_job_message(struct loop *loop, uint64_t number, DWORD message, DWORD pid)
{
    struct server *server = CONTAINER(loop, struct server, loop);
    struct connection *connection;

    if ((number & WORKER_KEY) != 0) {
        worker_pools_job_message(server, number, message, pid);
        return;
    }
    connection = connection_table_find(server->connections, number);
    if (connection != NULL && message == CONNECTION_LOOK)
        connection_mend(connection, pid);
    else if (connection != NULL)
        connection_job_message(connection, message, pid);
}

/* --- the whole */

struct log_settings server_log_settings(const struct config *config)
{
    return (struct log_settings){.level = (enum level)config->log_level,
                                 .json = config->log_format == LOG_FORMAT_JSON,
                                 .file = config->log_file,
                                 .size = config->log_size,
                                 .keep = config->log_keep};
}

/* Such a system is rare, and its user has not chosen pipes. */
static void tell_no_handles(struct server *server)
{
    struct record record = {.level = LEVEL_WARNING,
                            .verb = "fail",
                            .detail = "stdio = auto is pipe for every service: no TCP provider of "
                                      "this system has sockets that are real file handles "
                                      "(XP1_IFS_HANDLES; 'netsh winsock show catalog')"};

    if (!sockets_are_handles())
        server_log(server, &record);
}

static bool server_open(struct server *server, struct error *error)
{
    struct log_settings log_settings = server_log_settings(&server->config);

    server->loop.job_message = on_job_message;
    server->connections = connection_table_new();
    /* A crash of a handler shows no dialog: children inherit this mode. */
    SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX | SEM_NOOPENFILEERRORBOX);
    server->log = log_open(&log_settings, error);
    if (server->log == NULL || !console_ensure(error) || !loop_open(&server->loop, error) ||
        !admission_open(server, error))
        return false;
    server->null_output = open_null_output();
    if (server->null_output == NULL)
        return error_windows(error, "CreateFile NUL");
    if (!spare_slots_open(&server->slots, error))
        return false;
    server->spawner = spawner_start(&server->loop, (size_t)server->config.spawn_threads, error);
    server->closer = closer_start(&server->loop, error);
    if (server->spawner == NULL || server->closer == NULL)
        return false;
    tell_no_handles(server);
    return add_services(server, error);
}

/* After the loop has ended, or where it could not begin. What is still open then ends with the
 * process. */
static void server_close(struct server *server)
{
    reload_close(server->reload);
    if (server->spawner != NULL)
        spawner_stop(server->spawner);
    if (server->closer != NULL)
        closer_stop(server->closer);
    if (server->look_ups != NULL)
        spawner_stop(server->look_ups);
    control_close(server->control);
    connection_table_free(server->connections);
    if (server->null_output != NULL)
        CloseHandle(server->null_output);
    spare_slots_close(&server->slots);
    running_services_free(server->services);
    running_services_free(server->retired);
    admission_close(server);
    loop_close(&server->loop);
    if (server->log != NULL)
        log_close(server->log, LOG_WAIT_MS);
    config_free(&server->config);
}

/* What keeps the server from serving is said on stderr by whoever called; whoever looks into a log
   file finds it there. */
static void log_failure(struct server *server, const struct error *error)
{
    struct record record = {.level = LEVEL_ERROR, .verb = "fail", .detail = error->text};

    if (server->log != NULL && server->config.log_file != NULL)
        server_log(server, &record);
}

int server_run(struct config *config, const struct config_loader *loader, struct server_host *host,
               struct error *error)
{
    struct server *server = memory_zeroed(1, sizeof *server);
    int exit_code = 1;

    if (!sockets_start(error)) {
        free(server);
        return exit_code;
    }
    server->host = host;
    server->config = *config;
    *config = (struct config){0};
    server->reload = reload_new(server, loader);
    if (server_open(server, error) && stop_prepare(server, error)) {
        server->control = control_start(server); /* before anybody reads that it listens */
        start_accepting(server);
        sweep_start(server);
        if (host != NULL)
            host->started(host, server);
        loop_run(&server->loop);
        admission_report(server, UINT64_MAX);
        exit_code = server->cut_short ? 1 : 0;
    } else {
        log_failure(server, error);
    }
    server_close(server);
    sockets_stop();
    stop_finish(server);
    free(server);
    return exit_code;
}
