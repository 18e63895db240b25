#include "server/reload.h"

#include "core/config_change.h"
#include "core/memory.h"
#include "server/accepting.h"
#include "server/admission.h"
#include "server/reload_plan.h"
#include "windows/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LOADED = 0,
    FAILED = 1,
    HAS_MISTAKES = 2,
    MOST_LOGGED = 100,        /* mistakes of one file, as records */
    SPARE = 64 * 1024 * 1024, /* bytes that must be free: reading a file has no way to do without */
};

enum reload_state { RELOAD_NONE, RELOAD_LOADING, RELOAD_CLEARING };

struct reload {
    struct server *server;
    const struct config_loader *loader;
    struct spawner *thread; /* of its own, from the first reload on: a look-up may take long */
    enum reload_state state;
    void (*done)(void *context, uint32_t exit_code, const char *text);
    void *context;

    volatile LONG requests;     /* counted by other threads … */
    struct operation requested; /* … which post this */

    struct spawn_task task; /* loading: fills in the rest */
    struct config config;
    struct running_service *services;
    struct text_list mistakes;
    struct error error; /* of what is no mistake of the file */
    bool loaded;

    struct plan plan;
};

bool reload_is_under_way(const struct server *server)
{
    return server->reload->state != RELOAD_NONE;
}

/* --- its end */

static void log_reload(struct server *server, enum level level, const char *detail)
{
    struct record record = {.level = level, .verb = "reload", .detail = detail};

    server_log(server, &record);
}

/* Whatever has been loaded and is not served is freed. */
static void finish(struct reload *reload, uint32_t exit_code, const char *text)
{
    void (*done)(void *context, uint32_t exit_code, const char *text) = reload->done;

    running_services_free(reload->services);
    reload->services = NULL;
    config_free(&reload->config);
    text_list_free(&reload->mistakes);
    reload->state = RELOAD_NONE;
    reload->done = NULL;
    done(reload->context, exit_code, text);
    if (reload->server->host != NULL)
        reload->server->host->reloaded(reload->server->host, exit_code, text);
}

static void fail(struct reload *reload, const char *sentence)
{
    char *text = memory_format("%s\nnothing was changed\n", sentence);

    plan_free(&reload->plan);
    log_reload(reload->server, LEVEL_ERROR, sentence);
    finish(reload, FAILED, text);
    free(text);
}

/* The client shows them all. */
static void tell_mistakes(struct reload *reload)
{
    const struct text_list *mistakes = &reload->mistakes;
    struct text_buffer text = {0};

    for (size_t i = 0; i < mistakes->count; i++) {
        text_buffer_add_text(&text, mistakes->items[i]);
        text_buffer_add_text(&text, "\n");
        if (i < MOST_LOGGED)
            log_reload(reload->server, LEVEL_ERROR, mistakes->items[i]);
    }
    char *sum = memory_format("%zu error%s; nothing was changed", mistakes->count,
                              mistakes->count == 1 ? "" : "s");
    log_reload(reload->server, LEVEL_ERROR, sum);
    text_buffer_add_text(&text, sum);
    text_buffer_add_text(&text, "\n");
    free(sum);
    finish(reload, HAS_MISTAKES, text.text);
    free(text.text);
}

/* --- what has been loaded is served */

/* What is different in [server]; what only a start can change stays. */
static void describe_server(struct reload *reload, struct text_buffer *text)
{
    const struct config *served = &reload->server->config;
    struct text_list fixed = {0};
    struct text_list changed = {0};

    config_keep_fixed(&reload->config, served, &fixed);
    config_compare(&reload->config, served, &changed);
    text_buffer_add_list(text, "  changed  [server]: ", &changed);
    text_buffer_add_text(text, changed.count > 0 ? "\n" : "");
    for (size_t i = 0; i < fixed.count; i++) {
        text_buffer_add_text(text, "  not yet  [server]: ");
        text_buffer_add_text(text, fixed.items[i]);
        text_buffer_add_text(text, " stays as it is until the server is started again\n");
    }
    text_list_free(&changed);
    text_list_free(&fixed);
}

/* One record for each line of the text. */
static void log_lines(struct server *server, const char *text)
{
    char line[512];

    for (; *text != '\0'; text += strcspn(text, "\n"), text += *text == '\n') {
        snprintf(line, sizeof line, "%.*s", (int)strcspn(text, "\n"), text);
        log_reload(server, LEVEL_INFO, line + strspn(line, " "));
    }
}

static void carry_out(struct reload *reload)
{
    struct server *server = reload->server;
    struct text_buffer text = {0};

    plan_describe(&reload->plan, &text);
    describe_server(reload, &text);
    log_lines(server, text.text);
    config_free(&server->config);
    server->config = reload->config;
    reload->config = (struct config){0};
    reload->services = NULL; /* the plan's */
    plan_carry_out(&reload->plan);
    plan_free(&reload->plan);
    struct log_settings log_settings = server_log_settings(&server->config);
    log_change(server->log, &log_settings);
    admission_resize(server);
    spares_look(server);
    finish(reload, LOADED, text.text);
    free(text.text);
}

/* The host and the log have been told. */
static void on_requested_done(void *context, uint32_t exit_code, const char *text)
{
    (void)context;
    (void)exit_code;
    (void)text;
}

static void on_requested(struct operation *operation, DWORD bytes)
{
    (void)bytes;
    reload_look(CONTAINER(operation, struct reload, requested)->server);
}

void reload_request(struct server *server)
{
    InterlockedIncrement(&server->reload->requests);
    loop_post(&server->loop, &server->reload->requested);
}

void reload_look(struct server *server)
{
    struct reload *reload = server->reload;

    if (reload->state == RELOAD_NONE && reload->requests > 0) {
        reload->requests = 0;
        reload_begin(server, on_requested_done, NULL);
    } else if (reload->state == RELOAD_LOADING) {
        spawner_collect(reload->thread);
    }
    if (reload->state != RELOAD_CLEARING ||
        (server->phase == PHASE_RUNNING && !plan_way_is_clear(&reload->plan)))
        return;
    reload->state = RELOAD_LOADING; /* what follows must not come here again */
    if (server->phase != PHASE_RUNNING) {
        plan_cancel(&reload->plan);
        fail(reload, "the server is about to end");
    } else if (plan_open_rest(&reload->plan, &reload->error)) {
        carry_out(reload);
    } else {
        fail(reload, reload->error.text);
    }
}

static void plan(struct reload *reload)
{
    struct server *server = reload->server;

    if (!plan_make(&reload->plan, server, reload->services, &reload->error)) {
        fail(reload, reload->error.text);
    } else if (plan_clear_way(&reload->plan)) {
        reload->state = RELOAD_CLEARING;
    } else {
        carry_out(reload);
    }
}

/* Back on the loop. */
static void on_loaded(struct spawn_task *task)
{
    struct reload *reload = CONTAINER(task, struct reload, task);

    if (reload->mistakes.count > 0)
        tell_mistakes(reload);
    else if (!reload->loaded)
        fail(reload, reload->error.text);
    else if (reload->server->phase != PHASE_RUNNING)
        fail(reload, "the server is about to end");
    else
        plan(reload);
}

/* --- loading */

/* On the thread of its own. */
static void run_load(struct spawn_task *task)
{
    struct reload *reload = CONTAINER(task, struct reload, task);
    const struct config_loader *loader = reload->loader;
    void *spare = malloc(SPARE);

    free(spare);
    if (spare == NULL)
        error_set(&reload->error, "there is too little memory to read a configuration");
    else if (loader->load(loader->context, &reload->config, &reload->mistakes))
        reload->loaded = running_services_new(reload->server, &reload->config, &reload->services,
                                              &reload->error);
}

void reload_begin(struct server *server,
                  void (*done)(void *context, uint32_t exit_code, const char *text), void *context)
{
    struct reload *reload = server->reload;
    struct error error;

    if (reload->loader == NULL) {
        done(context, FAILED, "this server has no file to reload: 'stdinetd serve' began it\n");
        return;
    }
    if (reload->state != RELOAD_NONE) {
        done(context, FAILED, "another reload is under way; try again\n");
        return;
    }
    reload->state = RELOAD_LOADING;
    reload->done = done;
    reload->context = context;
    reload->loaded = false;
    if (server->phase != PHASE_RUNNING) {
        fail(reload, "the server is about to end");
        return;
    }
    if (reload->thread == NULL)
        reload->thread = spawner_start(&server->loop, 1, &error);
    if (reload->thread == NULL) {
        fail(reload, error.text);
        return;
    }
    spawner_submit(reload->thread, &reload->task);
}

struct reload *reload_new(struct server *server, const struct config_loader *loader)
{
    struct reload *reload = memory_zeroed(1, sizeof *reload);

    reload->server = server;
    reload->loader = loader;
    reload->task.run = run_load;
    reload->task.done = on_loaded;
    reload->requested.complete = on_requested;
    return reload;
}

void reload_close(struct reload *reload)
{
    if (reload->thread != NULL)
        spawner_stop(reload->thread);
    running_services_free(reload->services);
    config_free(&reload->config);
    text_list_free(&reload->mistakes);
    plan_free(&reload->plan);
    free(reload);
}
