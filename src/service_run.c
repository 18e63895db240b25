#include "core/memory.h"
#include "core/path.h"
#include "core/text_buffer.h"
#include "load.h"
#include "messages.h"
#include "server/reload.h"
#include "server/server.h"
#include "server/stop.h"
#include "service.h"
#include "windows/event_log.h"
#include "windows/service_process.h"
#include "windows/text.h"
#include "words.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    START_STEP_MS =
        60000, /* to read the file or to bind a service, with the names to be looked up */
    STOP_STEP_MS = 15000, /* the server says every second that it is still there */
    LOG_WAIT_MS = 2000
};

/* The server as a service. */
struct service_run {
    struct server_host host;
    struct service_process process;
    const char *name, *ini;
    char *source;
    struct config config;
    bool began, stopping;
    int exit_code;

    SRWLOCK lock;
    struct server *server; /* under lock; NULL before it is up and after its end */
};

static void say(const struct service_run *run, DWORD message, const char *second, const char *third)
{
    const char *const texts[] = {run->name, second, third};

    event_log_report(run->source, message, texts, ARRAYSIZE(texts));
}

/* --- what the server tells */

static void on_progress(struct server_host *host)
{
    struct service_run *run = CONTAINER(host, struct service_run, host);

    service_process_progress(&run->process, run->began ? STOP_STEP_MS : START_STEP_MS);
}

static void on_started(struct server_host *host, struct server *server)
{
    struct service_run *run = CONTAINER(host, struct service_run, host);

    AcquireSRWLockExclusive(&run->lock);
    run->server = server;
    ReleaseSRWLockExclusive(&run->lock);
    run->began = true;
    service_process_running(&run->process);
    say(run, EVENT_STARTED, run->ini, server->config.log_file);
}

static void on_reloaded(struct server_host *host, uint32_t exit_code, const char *text)
{
    const struct service_run *run = CONTAINER(host, struct service_run, host);

    say(run, exit_code == 0 ? EVENT_RELOADED : EVENT_RELOAD_REFUSED, text, "");
}

static void on_stopping(struct server_host *host)
{
    struct service_run *run = CONTAINER(host, struct service_run, host);

    service_process_stopping(&run->process, STOP_STEP_MS);
    if (!run->stopping)
        say(run, EVENT_STOPPING, "", "");
    run->stopping = true;
}

static void on_finished(struct server_host *host)
{
    struct service_run *run = CONTAINER(host, struct service_run, host);

    AcquireSRWLockExclusive(&run->lock);
    run->server = NULL;
    ReleaseSRWLockExclusive(&run->lock);
}

/* --- what the service manager asks */

static void on_stop(struct service_process *process)
{
    struct service_run *run = process->context;

    AcquireSRWLockExclusive(&run->lock);
    if (run->server != NULL)
        stop_request(run->server);
    ReleaseSRWLockExclusive(&run->lock);
}

static void on_paramchange(struct service_process *process)
{
    struct service_run *run = process->context;

    AcquireSRWLockExclusive(&run->lock);
    if (run->server != NULL)
        reload_request(run->server);
    ReleaseSRWLockExclusive(&run->lock);
}

/* --- its life */

static char *default_log(const struct service_run *run, struct error *error)
{
    char *folder = service_log_folder(error);
    char *name = memory_format("%s.log", run->name);
    char *path = folder != NULL ? path_join(folder, name) : NULL;

    free(name);
    free(folder);
    return path;
}

/* What a log would say of itself on stderr, which a service has not. */
static void check_log(const struct service_run *run)
{
    wchar_t *wide = wide_from_utf8(run->config.log_file);
    HANDLE file =
        CreateFileW(wide, FILE_APPEND_DATA, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                    NULL, OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
    struct error error;

    if (file != INVALID_HANDLE_VALUE) {
        CloseHandle(file);
    } else {
        error_windows(&error, "CreateFile %s", run->config.log_file);
        say(run, EVENT_LOG_TROUBLE, error.text, "");
    }
    free(wide);
}

/* What keeps the file from being served, into the Event Log and into the log where it would be. */
static void tell_mistakes(const struct service_run *run, const struct text_list *errors)
{
    struct text_buffer text = {0};
    struct error error;
    char *file = default_log(run, &error);
    struct log_settings settings = {
        .level = LEVEL_INFO, .file = file, .size = UNLIMITED, .keep = 1};
    struct log *log = file != NULL ? log_open(&settings, &error) : NULL;

    for (size_t i = 0; i < errors->count; i++) {
        struct record record = {.level = LEVEL_ERROR, .verb = "fail", .detail = errors->items[i]};

        text_buffer_add_text(&text, errors->items[i]);
        text_buffer_add_text(&text, "\r\n");
        if (log != NULL)
            log_write(log, &record);
    }
    if (log != NULL)
        log_close(log, LOG_WAIT_MS);
    say(run, EVENT_FAILED, text.text, "");
    free(text.text);
    free(file);
}

/* The table, at the start and at a reload. */
static bool load(void *context, struct config *config, struct text_list *errors)
{
    const struct service_run *run = context;
    struct error error;

    if (!read_table(config, run->ini, errors))
        return false;
    if (!set_name(config, run->name)) {
        text_list_append(errors, "the service has no usable name");
    } else if (config->log_file == NULL) {
        config->log_file = default_log(run, &error);
        if (config->log_file == NULL)
            text_list_append(errors, error.text);
    }
    return errors->count == 0;
}

static bool prepare(struct service_run *run)
{
    struct text_list errors = {0};
    bool good = load(run, &run->config, &errors);

    if (!good)
        tell_mistakes(run, &errors);
    text_list_free(&errors);
    return good;
}

/* A stop that somebody has asked for is no failure, however it went: else the service manager would
   start the service again. */
static DWORD run_service(struct service_process *process)
{
    struct service_run *run = process->context;
    const struct config_loader loader = {.load = load, .context = run};
    struct error error = {0};

    run->exit_code = EXIT_WRONG_USE;
    service_process_progress(process, START_STEP_MS);
    if (prepare(run)) {
        check_log(run);
        run->exit_code = server_run(&run->config, &loader, &run->host, &error);
        if (!run->began) {
            say(run, EVENT_FAILED, error.text, "");
        } else {
            say(run, run->exit_code == 0 ? EVENT_STOPPED : EVENT_STOPPED_CUT_SHORT, "", "");
        }
    }
    config_free(&run->config);
    return run->began ? 0 : (DWORD)run->exit_code;
}

int service_run(const struct text_list *words)
{
    struct service_run run = {.host = {.progress = on_progress,
                                       .started = on_started,
                                       .reloaded = on_reloaded,
                                       .stopping = on_stopping,
                                       .finished = on_finished}};
    const struct switch_word switches[] = {{"--name", &run.name, needs_name, NULL},
                                           {"-c", &run.ini, needs_file, NULL}};
    struct error error;
    bool by_hand;

    if (!take_switches(words, switches, ARRAYSIZE(switches)))
        return EXIT_WRONG_USE;
    if (run.name == NULL || run.ini == NULL)
        return wrong_use("stdinetd %s", "service: --name and -c are missing");
    wchar_t *name = wide_from_utf8(run.name);
    run.source = service_event_source(run.name);
    run.process = (struct service_process){.name = name,
                                           .context = &run,
                                           .run = run_service,
                                           .stop = on_stop,
                                           .reload = on_paramchange};
    InitializeSRWLock(&run.lock);
    if (!service_process_run(&run.process, &by_hand, &error))
        run.exit_code =
            by_hand ? wrong_use("stdinetd %s", "service: only the service manager calls this; use "
                                               "'stdinetd start', or 'stdinetd run' in a console")
                    : failed(&error);
    free(run.source);
    free(name);
    return run.exit_code;
}
