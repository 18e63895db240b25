/* What goes with workers, and what does not. */
#include "core/config_draft.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

/* Options that a worker cannot have, at a value other than the initial one. */
static const struct {
    const char *option;
    const char *reason;
} conflicts[] = {
    {"stdio", "a worker's standard input and output are the protocol's"},
    {"stderr", "a worker's stderr belongs to no connection"},
    {"end", "a worker itself says when a connection is over"},
    {"idle_time", "what passes through a worker's socket is not seen"},
    {"cpu_time_max", "it is for one connection, and a worker serves many (worker_requests has it "
                     "replaced after so many)"},
};

static const char *const for_workers[] = {"workers_max", "worker_connections", "worker_requests",
                                          "transfer"};

static bool is_initial(const struct service *service, const struct option *option)
{
    struct service initial = {0};

    option_set_defaults(SECTION_SERVICE, &initial);
    bool same = option_equals(option, service, &initial);
    option_free(SECTION_SERVICE, &initial);
    return same;
}

/* Nowhere, or null as well as log. */
static bool is_possible(const struct service *service, const struct option *option)
{
    if (strcmp(option->name, "stderr") == 0)
        return service->error_output != ERROR_OUTPUT_SOCKET;
    return is_initial(service, option);
}

/* Unless the service says it itself. */
static void set_back(struct draft *draft, const struct option *option)
{
    struct service initial = {0};

    if (section_find(draft->own, option->name) != NULL)
        return;
    option_set_defaults(SECTION_SERVICE, &initial);
    option_replace(option, &draft->service, &initial);
    option_free(SECTION_SERVICE, &initial);
}

/* Where the service says that it has workers, [defaults] may say what they cannot have; where both
   stands in [defaults], that is a mistake. */
void config_settle_workers(struct draft *draft)
{
    struct service *service = &draft->service;

    for (size_t i = 0; service->workers == 0 && i < sizeof for_workers / sizeof *for_workers; i++)
        set_back(draft, option_find(SECTION_SERVICE, for_workers[i]));
    if (service->workers == 0 || section_find(draft->own, "workers") == NULL)
        return;
    for (size_t i = 0; i < sizeof conflicts / sizeof *conflicts; i++) {
        const struct option *option = option_find(SECTION_SERVICE, conflicts[i].option);

        if (!is_possible(service, option))
            set_back(draft, option);
    }
}

static void check_with(const struct draft *draft, struct mistakes *mistakes)
{
    const struct service *service = &draft->service;

    for (size_t i = 0; i < sizeof conflicts / sizeof *conflicts; i++)
        if (!is_possible(service, option_find(SECTION_SERVICE, conflicts[i].option)))
            mistakes_add(mistakes, draft_place(draft, conflicts[i].option),
                         "%s: service '%s' has workers; %s", conflicts[i].option, service->name,
                         conflicts[i].reason);
    if (service->workers_max != 0 && service->workers_max < service->workers)
        mistakes_add(mistakes, draft_place(draft, "workers_max"),
                     "workers_max: %" PRIu64 " is less than workers, which is %" PRIu64,
                     service->workers_max, service->workers);
}

static void check_without(const struct draft *draft, struct mistakes *mistakes)
{
    for (size_t i = 0; i < sizeof for_workers / sizeof *for_workers; i++) {
        const struct setting *setting = section_find(draft->own, for_workers[i]);

        if (setting != NULL && !is_initial(&draft->service, setting->option))
            mistakes_add(mistakes, setting->place,
                         "%s: service '%s' has no workers; add a line 'workers = N'",
                         for_workers[i], draft->service.name);
    }
}

void config_check_workers(const struct draft *draft, struct mistakes *mistakes)
{
    if (draft->service.internal != INTERNAL_NONE)
        return;
    if (draft->service.workers > 0)
        check_with(draft, mistakes);
    else
        check_without(draft, mistakes);
}
