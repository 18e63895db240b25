#include "server/reload_plan.h"

#include "core/config_change.h"
#include "core/memory.h"
#include "server/accepting.h"
#include "server/admission.h"
#include "server/connection.h"
#include "server/connection_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- services */

static struct running_service *find_service(struct running_service *first, const char *name)
{
    while (first != NULL && strcmp(first->settings->name, name) != 0)
        first = first->next;
    return first;
}

static bool banners_are_equal(const struct banner *a, const struct banner *b)
{
    return a->length == b->length && (a->length == 0 || memcmp(a->text, b->text, a->length) == 0);
}

static void compare(const struct running_service *before, const struct running_service *after,
                    struct text_list *options)
{
    service_compare(before->settings, after->settings, options);
    if (options->count > 0)
        return;
    if (!banners_are_equal(&before->banner, &after->banner))
        text_list_append(options, "banner");
    if (!banners_are_equal(&before->banner_fail, &after->banner_fail))
        text_list_append(options, "banner_fail");
    /* a host name of bind may have other addresses now */
    bool same = before->place_count == after->place_count;
    for (size_t i = 0; same && i < after->place_count; i++)
        same = listener_places_equal(&before->listening[i].place, &after->listening[i].place);
    if (!same)
        text_list_append(options, "bind");
}

static void add_change(struct plan *plan, const struct change *change)
{
    plan->changes = memory_grow(plan->changes, plan->change_count + 1, sizeof *plan->changes);
    plan->changes[plan->change_count++] = *change;
}

static void compare_services(struct plan *plan, struct running_service *services)
{
    struct server *server = plan->server;

    for (struct running_service *after = services; after != NULL; after = after->next) {
        struct change change = {.after = after,
                                .before = find_service(server->services, after->settings->name)};

        if (change.before == NULL)
            change.kind = CHANGE_ADDED;
        else
            compare(change.before, after, &change.options);
        if (change.options.count > 0)
            change.kind = CHANGE_CHANGED;
        add_change(plan, &change);
    }
    for (struct running_service *before = server->services; before != NULL; before = before->next)
        if (find_service(services, before->settings->name) == NULL)
            add_change(plan, &(struct change){.kind = CHANGE_REMOVED, .before = before});
}

/* --- places */

static bool gives_places_up(const struct change *change)
{
    return change->kind == CHANGE_CHANGED || change->kind == CHANGE_REMOVED;
}

/* Takes the listener of the same place over from `before`, where nobody has yet. The backlog cannot
   be changed while it listens, nor what kind of sockets it brings. */
static bool take_over(struct opening *opening, struct running_service *before)
{
    const struct running_service *after = opening->service;

    if (before->settings->backlog != after->settings->backlog ||
        before->is_overlapped != after->is_overlapped)
        return false;
    for (size_t i = 0; i < before->place_count; i++) {
        struct listening *listening = &before->listening[i];

        if (listening->listener == NULL || listening->is_taken_over ||
            !listener_places_equal(&listening->place, &after->listening[opening->place].place))
            continue;
        listening->is_taken_over = true;
        opening->kind = OPENING_TAKEN_OVER;
        opening->from = before;
        opening->from_place = i;
        return true;
    }
    return false;
}

static void add_openings(struct plan *plan, const struct change *change)
{
    for (size_t i = 0; i < change->after->place_count; i++) {
        struct opening opening = {.kind = OPENING_BUSY, .service = change->after, .place = i};

        if (change->before != NULL)
            take_over(&opening, change->before);
        plan->openings =
            memory_grow(plan->openings, plan->opening_count + 1, sizeof *plan->openings);
        plan->openings[plan->opening_count++] = opening;
    }
}

static const struct listener_place *place_of(const struct opening *opening)
{
    return &opening->service->listening[opening->place].place;
}

/* A service takes over from itself before others do; from another it takes the port that it names,
   but not just any. */
static void find_openings(struct plan *plan)
{
    for (size_t i = 0; i < plan->change_count; i++)
        if (plan->changes[i].kind == CHANGE_ADDED || plan->changes[i].kind == CHANGE_CHANGED)
            add_openings(plan, &plan->changes[i]);
    for (size_t i = 0; i < plan->opening_count; i++)
        for (size_t c = 0; c < plan->change_count; c++)
            if (plan->openings[i].kind != OPENING_TAKEN_OVER &&
                listener_place_port(place_of(&plan->openings[i])) != 0 &&
                gives_places_up(&plan->changes[c]))
                take_over(&plan->openings[i], plan->changes[c].before);
}

/* Whether a listener that is wanted no more overlaps the place; with close, closes each. */
static bool look_in_the_way(struct plan *plan, const struct opening *opening, bool close)
{
    bool found = false;

    for (size_t c = 0; c < plan->change_count; c++) {
        struct running_service *before = plan->changes[c].before;

        for (size_t i = 0; gives_places_up(&plan->changes[c]) && i < before->place_count; i++) {
            struct listening *listening = &before->listening[i];

            if (listening->listener == NULL || listening->is_taken_over ||
                !listener_places_overlap(&listening->place, place_of(opening)))
                continue;
            found = true;
            if (close && !listening->is_in_the_way) {
                listening->is_in_the_way = true;
                accepting_end(listening->listener, true);
            }
        }
    }
    return found;
}

/* --- addresses that Windows keeps */

struct keeping {
    const struct listener_place *place;
    bool found;
};

static void look_at_connection(struct connection *connection, void *context)
{
    struct keeping *keeping = context;

    keeping->found =
        keeping->found || connection->local.port == listener_place_port(keeping->place);
}

static void look_at_listener(struct listener *listener, void *context)
{
    struct keeping *keeping = context;

    keeping->found =
        keeping->found ||
        (listener->closing && listener->address.port == listener_place_port(keeping->place));
}

/* Whether something of ours that is on its way out may keep the address. */
static bool is_kept(const struct server *server, const struct listener_place *place)
{
    struct keeping keeping = {.place = place};

    connection_table_for_each(server->connections, &keeping, look_at_connection);
    accepting_for_each((struct server *)server, &keeping, look_at_listener);
    return keeping.found;
}

/* --- opening */

static bool open_place(struct opening *opening, struct error *error)
{
    if (accepting_open(opening->service, opening->place, error)) {
        opening->kind = OPENING_OPENED;
        return true;
    }
    int code = WSAGetLastError();
    opening->kind = OPENING_BUSY;
    return (code == WSAEADDRINUSE || code == WSAEACCES) &&
           is_kept(opening->service->server, place_of(opening));
}

static void close_opened(struct plan *plan)
{
    for (size_t i = 0; i < plan->opening_count; i++) {
        struct opening *opening = &plan->openings[i];

        if (opening->kind != OPENING_OPENED)
            continue;
        accepting_discard(opening->service, opening->place);
        opening->kind = OPENING_BUSY;
    }
}

void plan_cancel(struct plan *plan)
{
    close_opened(plan);
    for (size_t c = 0; c < plan->change_count; c++) {
        struct running_service *before = plan->changes[c].before;

        for (size_t i = 0; before != NULL && i < before->place_count; i++)
            before->listening[i].is_taken_over = before->listening[i].is_in_the_way = false;
    }
}

bool plan_make(struct plan *plan, struct server *server, struct running_service *services,
               struct error *error)
{
    *plan = (struct plan){.server = server};
    compare_services(plan, services);
    find_openings(plan);
    for (size_t i = 0; i < plan->opening_count; i++) {
        struct opening *opening = &plan->openings[i];

        if (opening->kind == OPENING_TAKEN_OVER)
            continue;
        if (look_in_the_way(plan, opening, false)) {
            opening->kind = OPENING_IN_OUR_WAY;
        } else if (!open_place(opening, error)) {
            plan_cancel(plan);
            return false;
        }
    }
    return true;
}

bool plan_clear_way(struct plan *plan)
{
    bool found = false;

    for (size_t i = 0; i < plan->opening_count; i++)
        if (plan->openings[i].kind == OPENING_IN_OUR_WAY)
            found = look_in_the_way(plan, &plan->openings[i], true) || found;
    return found;
}

bool plan_way_is_clear(const struct plan *plan)
{
    for (size_t c = 0; c < plan->change_count; c++) {
        const struct running_service *before = plan->changes[c].before;

        for (size_t i = 0; before != NULL && i < before->place_count; i++)
            if (before->listening[i].is_in_the_way && before->listening[i].listener != NULL)
                return false;
    }
    return true;
}

/* What had to close for a new place that cannot be opened. Where it cannot be opened either, it is
   a place without a listener like others, and tried every second. */
static void restore(struct plan *plan)
{
    struct error ignored;

    close_opened(plan);
    for (size_t c = 0; c < plan->change_count; c++) {
        struct running_service *before = plan->changes[c].before;

        for (size_t i = 0; before != NULL && i < before->place_count; i++)
            if (before->listening[i].is_in_the_way && accepting_open(before, i, &ignored))
                accepting_begin(before->listening[i].listener);
    }
    admission_ask(plan->server);
    plan_cancel(plan);
}

bool plan_open_rest(struct plan *plan, struct error *error)
{
    for (size_t i = 0; i < plan->opening_count; i++)
        if (plan->openings[i].kind == OPENING_IN_OUR_WAY &&
            !open_place(&plan->openings[i], error)) {
            restore(plan);
            return false;
        }
    return true;
}

/* --- carrying it out */

static void move_listener(const struct opening *opening)
{
    struct listening *from = &opening->from->listening[opening->from_place];
    struct listening *to = &opening->service->listening[opening->place];

    to->listener = from->listener;
    to->listener->owner = opening->service;
    from->listener = NULL;
    listener_set_nodelay(to->listener, opening->service->settings->nodelay);
    if (listener_has_spare(to->listener)) /* of the service that it was */
        listener_ask_anew(to->listener);
    if (opening->from->tally != opening->service->tally)
        accepting_tell(to->listener);
}

void plan_carry_out(struct plan *plan)
{
    struct server *server = plan->server;
    struct running_service **end = &server->services;

    for (size_t c = 0; c < plan->change_count; c++) {
        const struct change *change = &plan->changes[c];
        struct running_service *stays =
            change->kind == CHANGE_KEPT ? change->before : change->after;

        if (stays == NULL)
            continue;
        if (stays == change->before)
            running_service_free(change->after);
        else
            running_service_begin(stays);
        *end = stays;
        end = &stays->next;
    }
    *end = NULL;
    for (size_t i = 0; i < plan->opening_count; i++)
        if (plan->openings[i].kind == OPENING_TAKEN_OVER)
            move_listener(&plan->openings[i]);
    for (size_t c = 0; c < plan->change_count; c++)
        if (gives_places_up(&plan->changes[c]))
            running_service_retire(plan->changes[c].before);
    for (size_t i = 0; i < plan->opening_count; i++) {
        struct opening *opening = &plan->openings[i];

        if (opening->kind == OPENING_OPENED)
            accepting_begin(opening->service->listening[opening->place].listener);
    }
}

/* --- for the user */

static size_t count_of(const struct plan *plan, enum change_kind kind)
{
    size_t count = 0;

    for (size_t c = 0; c < plan->change_count; c++)
        if (plan->changes[c].kind == kind)
            count++;
    return count;
}

static void add_line(struct text_buffer *text, const char *what, const char *name)
{
    char line[160];

    snprintf(line, sizeof line, "  %-8s %s", what, name);
    text_buffer_add_text(text, line);
}

static void describe_change(const struct change *change, struct text_buffer *text)
{
    static const char *const words[] = {
        [CHANGE_ADDED] = "added", [CHANGE_CHANGED] = "changed", [CHANGE_REMOVED] = "removed"};
    const struct running_service *service = change->after != NULL ? change->after : change->before;

    add_line(text, words[change->kind], service->settings->name);
    text_buffer_add_list(text, ": ", &change->options);
    if (change->kind != CHANGE_ADDED && change->before->connections > 0) {
        char line[100];

        snprintf(line, sizeof line, " (%llu connection%s on as before)",
                 (unsigned long long)change->before->connections,
                 change->before->connections == 1 ? " goes" : "s go");
        text_buffer_add_text(text, line);
    }
    text_buffer_add_text(text, "\n");
}

void plan_describe(const struct plan *plan, struct text_buffer *text)
{
    char line[160];

    snprintf(line, sizeof line, "added %zu, changed %zu, removed %zu, kept %zu\n",
             count_of(plan, CHANGE_ADDED), count_of(plan, CHANGE_CHANGED),
             count_of(plan, CHANGE_REMOVED), count_of(plan, CHANGE_KEPT));
    text_buffer_add_text(text, line);
    for (size_t c = 0; c < plan->change_count; c++)
        if (plan->changes[c].kind != CHANGE_KEPT)
            describe_change(&plan->changes[c], text);
    for (size_t i = 0; i < plan->opening_count; i++) {
        const struct opening *opening = &plan->openings[i];
        char address[ADDRESS_TEXT_SIZE];

        if (opening->kind != OPENING_BUSY)
            continue;
        listener_place_text(place_of(opening), address);
        add_line(text, "busy", opening->service->settings->name);
        text_buffer_add_text(text, ": ");
        text_buffer_add_text(text, address);
        text_buffer_add_text(text, " is kept by connections that are still open; it is tried every "
                                   "second\n");
    }
}

void plan_free(struct plan *plan)
{
    for (size_t c = 0; c < plan->change_count; c++)
        text_list_free(&plan->changes[c].options);
    free(plan->changes);
    free(plan->openings);
    *plan = (struct plan){0};
}
