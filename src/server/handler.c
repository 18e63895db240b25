#include "server/handler.h"

#include "core/environment.h"
#include "core/memory.h"
#include "core/worker_message.h"
#include "windows/text.h"
#include "windows/token.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct job_limits limits_of(const struct service *service)
{
    static const DWORD classes[] = {[PRIORITY_NORMAL] = NORMAL_PRIORITY_CLASS,
                                    [PRIORITY_IDLE] = IDLE_PRIORITY_CLASS,
                                    [PRIORITY_BELOW_NORMAL] = BELOW_NORMAL_PRIORITY_CLASS,
                                    [PRIORITY_ABOVE_NORMAL] = ABOVE_NORMAL_PRIORITY_CLASS,
                                    [PRIORITY_HIGH] = HIGH_PRIORITY_CLASS};
    struct job_limits limits = {.priority_class = classes[service->priority]};

    if (service->memory_max != UNLIMITED)
        limits.memory_bytes = service->memory_max;
    if (service->process_max != UNLIMITED)
        limits.processes = (DWORD)service->process_max;
    if (service->cpu_time_max != UNLIMITED)
        limits.cpu_time_ms = service->cpu_time_max;
    limits.breakaway = service->breakaway;
    return limits;
}

static const struct {
    const char *name;
    enum visit_value value;
} visit_variables[VISIT_SLOTS] = {
    {"TCPREMOTEIP", VISIT_PEER_IP}, {"TCPREMOTEPORT", VISIT_PEER_PORT},
    {"TCPLOCALIP", VISIT_LOCAL_IP}, {"TCPLOCALPORT", VISIT_LOCAL_PORT},
    {"REMOTE_ADDR", VISIT_PEER_IP}, {"REMOTE_PORT", VISIT_PEER_PORT},
    {"REMOTE_HOST", VISIT_PEER_IP}, {"STDINETD_CONNECTION", VISIT_NUMBER},
};

/* Finds the place behind a variable's value, which is where its visit's value goes on. */
static size_t place_of(const wchar_t *block, const char *name)
{
    size_t length = strlen(name);
    size_t place = 0;

    for (; block[place] != L'\0'; place += wcslen(block + place) + 1) {
        size_t i = 0;

        while (i < length && block[place + i] == (wchar_t)name[i])
            i++;
        if (i == length && block[place + i] == L'=')
            return place + wcslen(block + place);
    }
    return place;
}

static int compare_slots(const void *a, const void *b)
{
    size_t first = ((const struct visit_slot *)a)->place;
    size_t second = ((const struct visit_slot *)b)->place;

    return (first > second) - (first < second);
}

static void set_visit_variables(struct environment *environment, const char *service)
{
    for (size_t i = 0; i < VISIT_SLOTS; i++)
        environment_set(environment, visit_variables[i].name, "");
    char *connection = memory_format("%s#", service);
    environment_set(environment, "STDINETD_CONNECTION", connection);
    free(connection);
}

/* A worker is told by the protocol who it serves. */
static void set_worker_variables(struct environment *environment)
{
    char *version = memory_format("%d", WORKER_PROTOCOL);

    environment_set(environment, "STDINETD_WORKER", version);
    free(version);
}

static void init_environment(struct handler *handler, const struct service *service,
                             const char *own_block)
{
    struct environment environment = {0};
    size_t size;

    environment_pass(&environment, own_block, &service->passenv);
    for (size_t i = 0; i < service->env.count; i++)
        environment_put(&environment, service->env.items[i]);
    if (service->workers > 0)
        set_worker_variables(&environment);
    else
        set_visit_variables(&environment, service->name);
    environment_set(&environment, "STDINETD_SERVICE", service->name);
    environment_set(&environment, "PROTO", "TCP");

    char *block = environment_block(&environment, &size);
    handler->environment = wide_block_from_utf8(block, size, &handler->environment_length);
    for (size_t i = 0; i < VISIT_SLOTS; i++)
        handler->slots[i] = (struct visit_slot){
            place_of(handler->environment, visit_variables[i].name), visit_variables[i].value};
    qsort(handler->slots, VISIT_SLOTS, sizeof *handler->slots, compare_slots);
    free(block);
    environment_free(&environment);
}

/* A program without a console has its own console programs make one each, and lose what they would
   write to their client. So in a console, where .cmd files have to work, it stays with sharing. */
static enum console console_of(const struct handler *handler, const struct service *service)
{
    if (service->console != CONSOLE_AUTO)
        return (enum console)service->console;
    return handler->rights.token != NULL && token_is_service() ? CONSOLE_NONE : CONSOLE_SHARED;
}

bool handler_init(struct handler *handler, const struct service *service, const char *own_block,
                  struct error *error)
{
    if (!rights_open(&handler->rights, service, error))
        return false;
    handler->program = wide_from_utf8(service->program);
    handler->command_line = wide_from_utf8(service->command_line);
    handler->folder = wide_from_utf8(service->folder);
    handler->console = console_of(handler, service);
    handler->limits = limits_of(service);
    const char *user_block = handler->rights.logon.environment;
    init_environment(handler, service, user_block != NULL ? user_block : own_block);
    return true;
}

void handler_free(struct handler *handler)
{
    free(handler->program);
    free(handler->command_line);
    free(handler->folder);
    free(handler->environment);
    rights_close(&handler->rights);
}

wchar_t *handler_environment(const struct handler *handler, const struct address *peer,
                             const struct address *local, uint64_t number)
{
    char texts[3][24];
    const char *values[] = {[VISIT_PEER_IP] = peer->ip,
                            [VISIT_PEER_PORT] = texts[0],
                            [VISIT_LOCAL_IP] = local->ip,
                            [VISIT_LOCAL_PORT] = texts[1],
                            [VISIT_NUMBER] = texts[2]};
    size_t length = handler->environment_length;
    size_t from = 0;
    size_t to = 0;

    snprintf(texts[0], sizeof texts[0], "%u", peer->port);
    snprintf(texts[1], sizeof texts[1], "%u", local->port);
    snprintf(texts[2], sizeof texts[2], "%llu", (unsigned long long)number);
    for (size_t i = 0; i < VISIT_SLOTS; i++)
        length += strlen(values[handler->slots[i].value]);
    wchar_t *block = malloc(length * sizeof *block);
    if (block == NULL)
        return NULL;
    for (size_t i = 0; i < VISIT_SLOTS; i++) {
        for (; from < handler->slots[i].place; from++)
            block[to++] = handler->environment[from];
        for (const char *value = values[handler->slots[i].value]; *value != '\0'; value++)
            block[to++] = (wchar_t)*value; /* addresses and numbers are ASCII */
    }
    memcpy(block + to, handler->environment + from,
           (handler->environment_length - from) * sizeof *block);
    return block;
}
