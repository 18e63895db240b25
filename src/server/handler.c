#include "server/handler.h"

#include "windows/text.h"

#include <stdio.h>
#include <stdlib.h>

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
    return limits;
}

void handler_init(struct handler *handler, const struct service *service,
                  const char *environment_block)
{
    handler->program = wide_from_utf8(service->program);
    handler->command_line = wide_from_utf8(service->command_line);
    handler->folder = wide_from_utf8(service->folder);
    handler->console = (enum console)service->console;
    handler->limits = limits_of(service);
    environment_pass(&handler->environment, environment_block, &service->passenv);
    for (size_t i = 0; i < service->env.count; i++)
        environment_put(&handler->environment, service->env.items[i]);
}

void handler_free(struct handler *handler)
{
    free(handler->program);
    free(handler->command_line);
    free(handler->folder);
    environment_free(&handler->environment);
}

wchar_t *handler_environment(const struct handler *handler, const struct visit *visit)
{
    char peer_port[8];
    char local_port[8];
    struct environment environment = {0};
    size_t size;

    snprintf(peer_port, sizeof peer_port, "%u", visit->peer->port);
    snprintf(local_port, sizeof local_port, "%u", visit->local->port);
    environment_copy(&environment, &handler->environment);
    environment_set(&environment, "PROTO", "TCP");
    environment_set(&environment, "TCPREMOTEIP", visit->peer->ip);
    environment_set(&environment, "TCPREMOTEPORT", peer_port);
    environment_set(&environment, "TCPLOCALIP", visit->local->ip);
    environment_set(&environment, "TCPLOCALPORT", local_port);
    environment_set(&environment, "REMOTE_ADDR", visit->peer->ip);
    environment_set(&environment, "REMOTE_PORT", peer_port);
    environment_set(&environment, "REMOTE_HOST", visit->peer->ip);
    environment_set(&environment, "STDINETD_SERVICE", visit->service);
    environment_set(&environment, "STDINETD_CONNECTION", visit->connection);

    char *block = environment_block(&environment, &size);
    wchar_t *wide = wide_block_from_utf8(block, size);
    free(block);
    environment_free(&environment);
    return wide;
}
