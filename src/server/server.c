#include "server/server.h"

#include "core/memory.h"
#include "server/admission.h"
#include "server/connection_table.h"
#include "server/control.h"
#include "server/stop.h"
#include "server/sweep.h"
#include "windows/console.h"
#include "windows/file.h"
#include "windows/text.h"

#include <stdio.h>
#include <stdlib.h>

enum { LOG_WAIT_MS = 500 };

void server_log(struct server *server, const struct record *record)
{
    log_write(server->log, record);
}

void server_for_each_listener(struct server *server, void *context,
                              void (*visit)(struct listener *listener, void *context))
{
    for (struct running_service *service = server->services; service != NULL;
         service = service->next)
        for (struct listener *listener = service->listeners; listener != NULL;
             listener = listener->next)
            visit(listener, context);
}

/* --- accepting */

static void set_idle(struct listener *listener)
{
    struct running_service *service = listener->owner;

    listener->next_idle = service->server->idle_listeners;
    service->server->idle_listeners = listener;
}

/* The sweep asks again. */
static void on_starved(struct listener *listener, const struct error *error)
{
    struct running_service *service = listener->owner;
    char detail[sizeof error->text + 40];
    struct record record = {.level = LEVEL_WARNING,
                            .verb = "fail",
                            .service = service->settings->name,
                            .peer = listener->text,
                            .detail = detail};

    snprintf(detail, sizeof detail, "%s (it will be tried every second)", error->text);
    server_log(service->server, &record);
    set_idle(listener);
}

static void on_arrival(struct listener *listener, const struct arrival *arrival)
{
    struct running_service *service = listener->owner;
    struct error error;

    if (service->server->phase >= PHASE_ENDING) {
        closesocket(arrival->socket);
        return;
    }
    connection_begin(service, arrival);
    if (service->server->phase != PHASE_RUNNING)
        return;
    if (!admission_is_open(service))
        set_idle(listener);
    else if (!listener_ask(listener, &error))
        on_starved(listener, &error);
}

static void on_listener_closed(struct listener *listener)
{
    struct running_service *service = listener->owner;
    struct record record = {.level = LEVEL_DEBUG,
                            .verb = "stop",
                            .service = service->settings->name,
                            .peer = listener->text,
                            .detail = "listens no more"};

    server_log(service->server, &record);
    service->server->listeners_open--;
    server_check_stopped(service->server);
}

/* --- start */

static void log_listening(const struct listener *listener, bool *hinted)
{
    const struct running_service *service = listener->owner;
    bool local = listener->address.is_loopback;
    const char *detail = local ? "this machine only" : "the network";

    if (local && !hinted[0])
        detail = "this machine only (bind=* serves the network)";
    else if (!local && !hinted[1])
        detail = "the network (the firewall must allow stdinetd.exe)";
    hinted[local ? 0 : 1] = true;
    struct record record = {.level = LEVEL_INFO,
                            .verb = "listen",
                            .service = service->settings->name,
                            .peer = listener->text,
                            .detail = detail};
    server_log(service->server, &record);
}

static bool open_place(struct running_service *service, const struct listener_place *place,
                       struct error *error)
{
    struct server *server = service->server;
    struct listener *listener = memory_zeroed(1, sizeof *listener);
    struct listener **end = &service->listeners;

    listener->owner = service;
    listener->arrived = on_arrival;
    listener->closed = on_listener_closed;
    listener->starved = on_starved;
    if (!listener_open(listener, &server->loop, place, service->settings,
                       (enum accept_with)server->config->accept_with, error)) {
        free(listener);
        return error_prefix(error, "service %s", service->settings->name);
    }
    while (*end != NULL)
        end = &(*end)->next;
    *end = listener;
    server->listeners_open++;
    return true;
}

static bool open_listeners(struct running_service *service, struct error *error)
{
    const struct service *settings = service->settings;

    for (size_t p = 0; p < settings->port.count; p++) {
        for (size_t b = 0; b < settings->bind.count; b++) {
            struct listener_place *places;
            size_t count;
            bool opened = listener_resolve(settings->bind.items[b], settings->port.items[p],
                                           &places, &count, error);

            for (size_t i = 0; opened && i < count; i++)
                opened = open_place(service, &places[i], error);
            free(places);
            if (!opened)
                return false;
        }
    }
    return true;
}

static bool read_banners(struct running_service *service, struct error *error)
{
    const char *base = service->server->config->base;
    const struct service *settings = service->settings;

    return (banner_read(&service->banner, base, settings->banner, error) &&
            banner_read(&service->banner_fail, base, settings->banner_fail, error)) ||
           error_prefix(error, "service %s: banner", settings->name);
}

static bool add_services(struct server *server, struct error *error)
{
    struct running_service **end = &server->services;
    char *environment = environment_own_block();
    bool added = true;

    for (size_t i = 0; added && i < server->config->service_count; i++) {
        struct running_service *service = memory_zeroed(1, sizeof *service);

        service->server = server;
        service->settings = &server->config->services[i];
        service->number = (uint32_t)i;
        admission_begin(service);
        *end = service;
        end = &service->next;
        added = handler_init(&service->handler, service->settings, environment, error) &&
                read_banners(service, error) && open_listeners(service, error);
    }
    free(environment);
    return added;
}

static HANDLE open_null_output(void)
{
    SECURITY_ATTRIBUTES inheritable = {.nLength = sizeof inheritable, .bInheritHandle = TRUE};
    HANDLE output = CreateFileW(L"NUL", GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE,
                                &inheritable, OPEN_EXISTING, 0, NULL);

    return output != INVALID_HANDLE_VALUE ? output : NULL;
}

static void announce(struct listener *listener, void *context)
{
    log_listening(listener, context);
    set_idle(listener);
}

static void start_accepting(struct server *server)
{
    bool hinted[2] = {false, false};

    server_for_each_listener(server, hinted, announce);
    admission_ask(server);
}

static void on_job_message(struct loop *loop, uint64_t number, DWORD message, DWORD pid)
{
    struct server *server = CONTAINER(loop, struct server, loop);
    struct connection *connection = connection_table_find(server->connections, number);

    if (connection != NULL)
        connection_job_message(connection, message, pid);
}

/* --- the whole */

static struct log *open_log(const struct config *config, struct error *error)
{
    struct log_settings settings = {.level = (enum level)config->log_level,
                                    .json = config->log_format == LOG_FORMAT_JSON,
                                    .file = config->log_file,
                                    .size = config->log_size,
                                    .keep = config->log_keep};

    return log_open(&settings, error);
}

static bool server_open(struct server *server, struct error *error)
{
    server->loop.job_message = on_job_message;
    server->connections = connection_table_new();
    /* A crash of a handler shows no dialog: children inherit this mode. */
    SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX | SEM_NOOPENFILEERRORBOX);
    server->log = open_log(server->config, error);
    if (server->log == NULL || !console_ensure(error) || !loop_open(&server->loop, error) ||
        !admission_open(server, error))
        return false;
    server->null_output = open_null_output();
    if (server->null_output == NULL)
        return error_windows(error, "CreateFile NUL");
    server->spawner = spawner_start(&server->loop, (size_t)server->config->spawn_threads, error);
    return server->spawner != NULL && add_services(server, error);
}

static void free_services(struct server *server)
{
    while (server->services != NULL) {
        struct running_service *service = server->services;

        server->services = service->next;
        while (service->listeners != NULL) {
            struct listener *listener = service->listeners;

            service->listeners = listener->next;
            free(listener);
        }
        handler_free(&service->handler);
        banner_free(&service->banner);
        banner_free(&service->banner_fail);
        free(service);
    }
}

/* After the loop has ended, or where it could not begin. What is still open then ends with the
 * process. */
static void server_close(struct server *server)
{
    if (server->spawner != NULL)
        spawner_stop(server->spawner);
    control_close(server->control);
    connection_table_free(server->connections);
    if (server->null_output != NULL)
        CloseHandle(server->null_output);
    free_services(server);
    admission_close(server);
    loop_close(&server->loop);
    if (server->log != NULL)
        log_close(server->log, LOG_WAIT_MS);
}

/* What keeps the server from serving is said on stderr by whoever called; whoever looks into a log
   file finds it there. */
static void log_failure(struct server *server, const struct error *error)
{
    struct record record = {.level = LEVEL_ERROR, .verb = "fail", .detail = error->text};

    if (server->log != NULL && server->config->log_file != NULL)
        server_log(server, &record);
}

int server_run(const struct config *config, struct error *error)
{
    struct server *server = memory_zeroed(1, sizeof *server);
    int exit_code = 1;

    server->config = config;
    if (!sockets_start(error)) {
        free(server);
        return exit_code;
    }
    if (server_open(server, error) && stop_prepare(server, error)) {
        server->control = control_start(server); /* before anybody reads that it listens */
        start_accepting(server);
        sweep_start(server);
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
