/* What a service is: a program, internal, or a redirect. */
#include "core/config_draft.h"
#include "core/ip.h"
#include "core/redirect_target.h"

#include <stddef.h>
#include <string.h>

static const char *const kinds[] = {"server", "internal", "redirect"};
enum { KINDS = sizeof kinds / sizeof *kinds };

static bool is_kind(const struct option *option)
{
    for (size_t i = 0; i < KINDS; i++)
        if (option->section == SECTION_SERVICE && strcmp(option->name, kinds[i]) == 0)
            return true;
    return false;
}

bool service_starts_programs(const struct service *service)
{
    return service->internal == INTERNAL_NONE && service->redirect == NULL;
}

bool service_can_have(const struct service *service, const struct option *option)
{
    return option->subject == OF_ANY || service_starts_programs(service) ||
           (option->subject == OF_PASSING_BYTES && service->redirect != NULL);
}

void config_settle_kind(struct draft *draft)
{
    struct service *service = &draft->service;
    struct service initial = {0};
    bool says_itself = false;

    for (size_t i = 0; i < KINDS; i++)
        says_itself = says_itself || section_find(draft->own, kinds[i]) != NULL;
    option_set_defaults(SECTION_SERVICE, &initial);
    for (size_t i = 0; says_itself && i < KINDS; i++)
        if (section_find(draft->own, kinds[i]) == NULL)
            option_replace(option_find(SECTION_SERVICE, kinds[i]), service, &initial);
    for (size_t i = 0; i < option_count; i++)
        if (option_table[i].section == SECTION_SERVICE &&
            !service_can_have(service, &option_table[i]))
            option_replace(&option_table[i], service, &initial);
    option_free(SECTION_SERVICE, &initial);
}

/* Which of them a section has: the first, and another beside it, or NULL. */
static void find_kinds(const struct section *section, const char **first, const char **second)
{
    *first = *second = NULL;
    for (size_t i = 0; section != NULL && i < KINDS; i++)
        if (section_find(section, kinds[i]) != NULL) {
            *second = *first == NULL ? NULL : kinds[i];
            *first = *first == NULL ? kinds[i] : *first;
        }
}

/* It is one of them: as its own section says, else as [defaults] says. */
static void check_one(const struct draft *draft, struct mistakes *mistakes)
{
    struct place place = draft->own->place;
    const char *first, *second;

    find_kinds(draft->own, &first, &second);
    if (first != NULL)
        place = draft_place(draft, first);
    else
        find_kinds(draft->defaults, &first, &second);
    if (first == NULL)
        mistakes_add(mistakes, place,
                     "service '%s' has no program; add a line 'server = PROGRAM', or 'internal = "
                     "echo' or 'redirect = HOST PORT' for one that needs none",
                     draft->service.name);
    else if (second != NULL)
        mistakes_add(mistakes, place, "service '%s' has both %s and %s; it is one or the other",
                     draft->service.name, first, second);
}

/* The address of the target, where one is written or plainly meant. */
static bool target_ip(const struct redirect_target *target, struct ip *ip)
{
    return ip_parse(strcmp(target->host, "localhost") == 0 ? "127.0.0.1" : target->host, ip);
}

/* Whoever is let in would come again, and again. */
static void check_redirect_to_itself(const struct draft *draft, struct mistakes *mistakes)
{
    const struct service *service = &draft->service;
    struct redirect_target target;
    struct error ignored;
    struct ip to, own;
    bool same_port = false;

    if (service->redirect == NULL || !redirect_target_parse(service->redirect, &target, &ignored) ||
        !target_ip(&target, &to))
        return;
    for (size_t i = 0; i < service->port.count; i++)
        same_port = same_port || service->port.items[i] == target.port;
    for (size_t i = 0; same_port && i < service->bind.count; i++) {
        const char *bind = service->bind.items[i];
        bool is_loopback = to.version == 4 && to.bytes[0] == 127;

        if ((strcmp(bind, "*") == 0 && is_loopback) ||
            (ip_parse(bind, &own) && ip_equals(&own, &to))) {
            mistakes_add(mistakes, draft_place(draft, "redirect"),
                         "redirect: service '%s' would connect to itself", service->name);
            return;
        }
    }
}

/* What can mean nothing for one that starts no program, where it says so itself: [defaults] may say
   it for others. */
void config_check_kind(const struct draft *draft, struct mistakes *mistakes)
{
    const struct service *service = &draft->service;

    check_one(draft, mistakes);
    check_redirect_to_itself(draft, mistakes);
    for (size_t i = 0; i < draft->own->count; i++) {
        const struct setting *setting = &draft->own->settings[i];

        if (is_kind(setting->option) || service_can_have(service, setting->option))
            continue;
        mistakes_add(mistakes, setting->place,
                     "%s: service '%s' is %s and starts no program; leave this out", setting->name,
                     service->name, service->redirect != NULL ? "a redirect" : "internal");
    }
}
