/* What only the services together can tell. */
#include "core/ascii.h"
#include "core/config_draft.h"
#include "core/ip.h"
#include "core/memory.h"

#include <stdlib.h>
#include <string.h>

bool draft_has(const struct draft *draft, const char *option)
{
    return section_find(draft->own, option) != NULL ||
           (draft->defaults != NULL && section_find(draft->defaults, option) != NULL);
}

struct place draft_place(const struct draft *draft, const char *option)
{
    const struct setting *setting = section_find(draft->own, option);
    if (setting == NULL && draft->defaults != NULL)
        setting = section_find(draft->defaults, option);
    return setting == NULL ? draft->own->place : setting->place;
}

static void report_both(const struct draft *draft, struct place place, struct mistakes *mistakes)
{
    mistakes_add(mistakes, place,
                 "service '%s' has both server and internal; it is one or the other",
                 draft->service.name);
}

/* What can mean nothing for an internal service, where it says so itself: [defaults] may say it for
   others. */
static void check_internal(const struct draft *draft, struct mistakes *mistakes)
{
    const struct setting *internal = section_find(draft->own, "internal");

    if (internal == NULL && section_find(draft->own, "server") == NULL &&
        draft_has(draft, "server") && draft_has(draft, "internal"))
        report_both(draft, draft->own->place, mistakes);
    if (internal == NULL && draft->service.internal == INTERNAL_NONE)
        return;
    for (size_t i = 0; i < draft->own->count; i++) {
        const struct setting *setting = &draft->own->settings[i];

        if (!option_needs_program(setting->option))
            continue;
        if (strcmp(setting->name, "server") == 0)
            report_both(draft, setting->place, mistakes);
        else
            mistakes_add(mistakes, setting->place,
                         "%s: service '%s' is internal and starts no program; leave this out",
                         setting->name, draft->service.name);
    }
}

static void check_needs(const struct draft *draft, struct mistakes *mistakes)
{
    const struct service *service = &draft->service;
    if (draft->own->repeated)
        return; /* the first section may have what this one lacks */
    if (!draft_has(draft, "port"))
        mistakes_add(mistakes, draft->own->place, "service '%s' has no port; add a line 'port = N'",
                     service->name);
    if (!draft_has(draft, "server") && !draft_has(draft, "internal"))
        mistakes_add(mistakes, draft->own->place,
                     "service '%s' has no program; add a line 'server = PROGRAM', or "
                     "'internal = echo' for one that needs none",
                     service->name);
    check_internal(draft, mistakes);
    config_check_workers(draft, mistakes);
    if (service->bind.count == 0)
        mistakes_add(mistakes, draft_place(draft, "bind"),
                     "bind: there is no address after '='; * stands for every address");
}

/* One port on one address of one service. */
struct endpoint {
    const struct draft *draft;
    size_t order; /* in the files */
    uint16_t port;
    const char *bind;
    struct ip ip;     /* version 0 where bind is a host name or "*" */
    const char *zone; /* "%4" of "fe80::1%4", or "" */
};

static struct endpoint make_endpoint(const struct draft *draft, uint16_t port, const char *bind)
{
    struct endpoint endpoint = {.draft = draft, .port = port, .bind = bind};
    char address[64] = "";
    size_t length = strcspn(bind, "%");
    if (length < sizeof address)
        memcpy(address, bind, length);
    if (ip_parse(address, &endpoint.ip))
        endpoint.zone = bind + length;
    else
        endpoint = (struct endpoint){.draft = draft, .port = port, .bind = bind, .zone = ""};
    return endpoint;
}

/* Whether both cannot listen at once, as SO_EXCLUSIVEADDRUSE has it. A host name that resolves to
   the other's address comes out when it is bound. */
static bool overlap(const struct endpoint *a, const struct endpoint *b)
{
    if (strcmp(a->bind, "*") == 0 || strcmp(b->bind, "*") == 0)
        return true;
    if (a->ip.version != b->ip.version)
        return false;
    if (a->ip.version == 0)
        return ascii_compare(a->bind, b->bind) == 0;
    if (ip_is_any(&a->ip) || ip_is_any(&b->ip))
        return true;
    return ip_equals(&a->ip, &b->ip) && strcmp(a->zone, b->zone) == 0;
}

/* Services that are left out, or repeated and so a mistake already, take no address from others. */
static bool is_served(const struct draft *draft)
{
    return !draft->service.disable && !draft->own->repeated;
}

static void report_twice(const struct endpoint *first, const struct endpoint *second,
                         struct mistakes *mistakes)
{
    if (first->bind == second->bind)
        mistakes_add(mistakes, draft_place(second->draft, "port"), "port %u is listed twice",
                     (unsigned)second->port);
    else if (strcmp(first->bind, second->bind) == 0)
        mistakes_add(mistakes, draft_place(second->draft, "bind"), "bind: '%s' is listed twice",
                     second->bind);
    else
        mistakes_add(mistakes, draft_place(second->draft, "bind"),
                     "bind: '%s' and '%s' overlap; leave one of them out", first->bind,
                     second->bind);
}

static void report_overlap(const struct endpoint *first, const struct endpoint *second,
                           struct mistakes *mistakes)
{
    const struct service *other = &first->draft->service;
    const struct setting *own = section_find(second->draft->own, "port");
    struct place place = own == NULL ? second->draft->own->place : own->place;
    char *other_place = place_seen_from(first->draft->own->place, place);
    unsigned port = second->port;
    if (strcmp(first->bind, second->bind) == 0)
        mistakes_add(mistakes, place, "port %u on %s belongs to service '%s' already (%s)", port,
                     second->bind, other->name, other_place);
    else
        mistakes_add(mistakes, place,
                     "port %u on %s overlaps %s, where service '%s' has it already (%s)", port,
                     second->bind, first->bind, other->name, other_place);
    free(other_place);
}

static int compare_endpoints(const void *a, const void *b)
{
    const struct endpoint *x = a;
    const struct endpoint *y = b;
    if (x->port != y->port)
        return x->port < y->port ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

/* Every endpoint, those of one port together and in the order of the files. */
static struct endpoint *list_endpoints(const struct draft_list *drafts, size_t *count)
{
    struct endpoint *endpoints = NULL;
    *count = 0;
    for (size_t i = 0; i < drafts->count; i++) {
        const struct draft *draft = &drafts->items[i];
        const struct port_list *ports = &draft->service.port;
        const struct text_list *binds = &draft->service.bind;
        endpoints = memory_grow(endpoints, *count + ports->count * binds->count, sizeof *endpoints);
        for (size_t j = 0; j < ports->count * binds->count; j++) {
            endpoints[*count] = make_endpoint(draft, ports->items[j / binds->count],
                                              binds->items[j % binds->count]);
            endpoints[*count].order = *count;
            ++*count;
        }
    }
    if (*count > 0)
        qsort(endpoints, *count, sizeof *endpoints, compare_endpoints);
    return endpoints;
}

/* The first endpoint in front of this one, of the same service or of others, that has its address;
   or NULL. */
static const struct endpoint *find_taker(const struct endpoint *endpoints,
                                         const struct endpoint *endpoint, bool same_service)
{
    const struct endpoint *first = endpoint;
    while (first > endpoints && first[-1].port == endpoint->port)
        first--;
    for (; first < endpoint; first++) {
        bool same = first->draft == endpoint->draft;
        bool counts = same || (is_served(first->draft) && is_served(endpoint->draft));
        if (same == same_service && counts && overlap(first, endpoint))
            return first;
    }
    return NULL;
}

static void check_overlaps(const struct draft_list *drafts, struct mistakes *mistakes)
{
    size_t count;
    struct endpoint *endpoints = list_endpoints(drafts, &count);
    const struct endpoint *reported = NULL; /* one message for each port of a service is enough */
    for (size_t i = 0; i < count; i++) {
        const struct endpoint *endpoint = &endpoints[i];
        if (endpoint->port == 0)
            continue;
        const struct endpoint *taker = find_taker(endpoints, endpoint, true);
        if (taker != NULL)
            report_twice(taker, endpoint, mistakes);
        taker = find_taker(endpoints, endpoint, false);
        bool said = reported != NULL && reported->draft == endpoint->draft &&
                    reported->port == endpoint->port;
        if (taker != NULL && !said) {
            report_overlap(taker, endpoint, mistakes);
            reported = endpoint;
        }
    }
    free(endpoints);
}

void config_check(const struct draft_list *drafts, struct mistakes *mistakes)
{
    for (size_t i = 0; i < drafts->count; i++)
        check_needs(&drafts->items[i], mistakes);
    check_overlaps(drafts, mistakes);
}
