#include "server/admission.h"

#include "server/connection_log.h"
#include "windows/random.h"
#include "windows/text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Sources that are known at a time; twice as many as can be there where that is more. */
enum { LEAST_SOURCES = 16384, MOST_SOURCES = 1048576 };

/* --- sources: who of them is there */

static bool counts_sources(const struct service *settings)
{
    return settings->per_source != UNLIMITED || settings->per_source_rate.count != 0;
}

static void leave_source(struct connection *connection)
{
    if (connection->source != NULL)
        source_release(connection_server(connection)->sources, connection->source, 1);
    connection->source = NULL;
}

/* --- refusing */

/* Begins with the option's name, so that a log can be searched for it. */
static void refuse(struct connection *connection, enum refusal reason, const char *format, ...)
    PRINTF_LIKE(3, 4);

static void refuse(struct connection *connection, enum refusal reason, const char *format, ...)
{
    struct server *server = connection_server(connection);
    struct tally *tally = connection->service->tally;
    char sentence[400];
    va_list values;

    leave_source(connection);
    tally->refused[reason]++;
    server->total.refused++;
    if (server->config.log_level == LEVEL_DEBUG ||
        refusals_tell(server->refusals, tally->number, &tally->refusal_totals, reason,
                      &connection->peer.number, server->loop.now_ms)) {
        int length = snprintf(sentence, sizeof sentence, "%s: ", refusal_name(reason));

        va_start(values, format);
        vsnprintf(sentence + length, sizeof sentence - (size_t)length, format, values);
        va_end(values);
        connection_log_refusal(connection, reason, sentence);
    }
    connection_refuse(connection);
}

static void refuse_for_want_of_room(struct connection *connection)
{
    const struct running_service *service = connection->service;

    if (service->live >= service->room)
        refuse(connection, REFUSED_WORKERS,
               "all of them have as many connections as they may, %" PRIu64 " together",
               service->live);
    else if (service->tally->live >= service->settings->instances)
        refuse(connection, REFUSED_INSTANCES, "%" PRIu64 " connections to this service are open",
               service->tally->live);
    else
        refuse(connection, REFUSED_INSTANCES, "%" PRIu64 " connections to this server are open",
               service->server->live);
}

/* --- rules that hold whatever room there is; each refuses whom it keeps out */

static bool has_access(struct connection *connection)
{
    const char *entry;

    if (access_allows(&connection->service->settings->access, &connection->peer.number, &entry))
        return true;
    if (entry == NULL)
        refuse(connection, REFUSED_ONLY_FROM, "not named");
    else
        refuse(connection, REFUSED_NO_ACCESS, "%s", entry);
    return false;
}

/* By this machine's local time: daylight saving included. */
static bool has_time(struct connection *connection)
{
    const struct text_list *times = &connection->service->settings->access_times;
    SYSTEMTIME now;

    if (times->count == 0)
        return true;
    GetLocalTime(&now);
    if (day_times_hold(times, now.wHour * 60U + now.wMinute))
        return true;
    refuse(connection, REFUSED_ACCESS_TIMES, "not at %02u:%02u", now.wHour, now.wMinute);
    return false;
}

static bool has_source(struct connection *connection)
{
    const struct service *settings = connection->service->settings;
    struct server *server = connection_server(connection);
    char from[SOURCE_TEXT_SIZE];

    if (!counts_sources(settings))
        return true;
    struct source *source = source_table_get(server->sources, connection->service->tally->number,
                                             &connection->peer.number);
    if (source == NULL) {
        refuse(connection, REFUSED_PER_SOURCE, "more addresses are connected than can be counted");
        return false;
    }
    source_text(source, from);
    if (source->held >= settings->per_source) {
        refuse(connection, REFUSED_PER_SOURCE, "%s has %" PRIu64 " open", from, source->held);
        return false;
    }
    uint64_t wait_ms = rate_wait_ms(&settings->per_source_rate, source->rate, server->loop.now_ms);
    if (wait_ms > 0) {
        refuse(connection, REFUSED_PER_SOURCE_RATE, "%s may come again in %.3f s", from,
               (double)wait_ms / 1000.0);
        return false;
    }
    rate_take(&settings->per_source_rate, &source->rate, server->loop.now_ms);
    source_hold(server->sources, source);
    connection->source = source;
    return true;
}

/* --- room */

static bool has_room(const struct running_service *service)
{
    return service->tally->live < service->settings->instances && service->live < service->room &&
           service->server->live < service->server->config.instances;
}

static bool leaves(uint64_t limit, uint64_t used, uint64_t count)
{
    return used <= limit && limit - used >= count;
}

/* Whether so many more may be accepted by the service, and by the whole server. */
static bool can_take(const struct running_service *service, uint64_t by_service, uint64_t by_server)
{
    const struct server *server = service->server;
    const struct tally *tally = service->tally;

    /* overload = refuse: whoever is too many must be accepted to be refused */
    return service->settings->overload == OVERLOAD_REFUSE ||
           (leaves(service->settings->instances, tally->live + tally->waiting, by_service) &&
            leaves(service->room, service->live + service->waiting, by_service) &&
            leaves(server->config.instances, server->live + server->waiting, by_server));
}

bool admission_is_open(const struct running_service *service)
{
    return service->server->phase == PHASE_RUNNING && !service->tally->rate_paused &&
           can_take(service, 1, 1);
}

/* Each arrival takes one from what is asked for and one from what is left, so it stays enough. */
bool admission_is_wide_open(const struct running_service *service)
{
    return admission_is_open(service) && service->tally->rate.count == 0 &&
           can_take(service, (uint64_t)service->place_count * LISTENER_ASKS_AT_MOST,
                    (uint64_t)service->server->listeners_open * LISTENER_ASKS_AT_MOST);
}

bool admission_needs_every_end(const struct service *settings)
{
    return settings->overload == OVERLOAD_REFUSE || settings->per_source != UNLIMITED;
}

/* The rate lets nobody in until its timer has fired. */
static void pause_for_rate(struct tally *tally)
{
    struct loop *loop = &tally->server->loop;
    uint64_t wait_ms = rate_wait_ms(&tally->rate, tally->rate_state, loop->now_ms);

    tally->rate_paused = wait_ms > 0;
    if (wait_ms > 0)
        timer_set(loop, &tally->rate_timer, wait_ms);
}

static void admit(struct connection *connection)
{
    struct tally *tally = connection->service->tally;

    tally->live++;
    connection->service->live++;
    tally->server->live++;
    rate_take(&tally->rate, &tally->rate_state, tally->server->loop.now_ms);
    pause_for_rate(tally);
    connection_launch(connection);
}

static void enqueue(struct connection *connection)
{
    struct server *server = connection_server(connection);

    connection->next_waiting = NULL;
    *server->end_of_waiting = connection;
    server->end_of_waiting = &connection->next_waiting;
    connection->service->tally->waiting++;
    connection->service->waiting++;
    server->waiting++;
}

static void dequeue(struct connection **place)
{
    struct connection *connection = *place;
    struct server *server = connection_server(connection);

    *place = connection->next_waiting;
    if (server->end_of_waiting == &connection->next_waiting)
        server->end_of_waiting = place;
    connection->service->tally->waiting--;
    connection->service->waiting--;
    server->waiting--;
}

/* What is to become of a connection now. */
enum verdict { ADMIT, REFUSE, WAIT };

static enum verdict judge(const struct running_service *service)
{
    if (service->tally->rate_paused)
        return WAIT;
    if (has_room(service))
        return ADMIT;
    return service->settings->overload == OVERLOAD_REFUSE ? REFUSE : WAIT;
}

static void carry_out(struct connection *connection, enum verdict verdict)
{
    if (verdict == ADMIT)
        admit(connection);
    else if (verdict == REFUSE)
        refuse_for_want_of_room(connection);
    else
        enqueue(connection);
}

/* Goes through those who wait, in the order in which they came; from the beginning again whenever
   one has gone on, because others may have gone with it. */
static void look_at_waiting(struct server *server)
{
    struct connection **place = &server->first_waiting;

    while (*place != NULL) {
        struct connection *next = *place;
        enum verdict verdict = judge(next->service);

        if (verdict == WAIT) {
            place = &next->next_waiting;
            continue;
        }
        dequeue(place);
        carry_out(next, verdict);
        place = &server->first_waiting;
    }
}

/* --- arriving and leaving */

void admission_look(struct server *server)
{
    look_at_waiting(server);
    admission_ask(server);
}

void admission_arrive(struct connection *connection)
{
    if (!has_access(connection) || !has_time(connection) || !has_source(connection))
        return;
    /* nobody overtakes who waits already */
    carry_out(connection,
              connection->service->tally->waiting > 0 ? WAIT : judge(connection->service));
}

void admission_forget(struct connection *connection)
{
    struct connection **place = &connection_server(connection)->first_waiting;

    leave_source(connection);
    while (*place != NULL && *place != connection)
        place = &(*place)->next_waiting;
    if (*place != NULL)
        dequeue(place);
}

void admission_leave(struct connection *connection)
{
    struct server *server = connection_server(connection);

    leave_source(connection);
    connection->service->tally->live--;
    connection->service->live--;
    server->live--;
    admission_look(server);
}

static void log_summary(const struct tally *tally, const struct refusal_summary *summary)
{
    char detail[100];
    struct record record = {.level = LEVEL_INFO,
                            .verb = "refuse",
                            .service = tally->name,
                            .peer = summary->source,
                            .reason = refusal_name(summary->reason),
                            .count = summary->count,
                            .detail = detail};

    snprintf(detail, sizeof detail, "%s: %" PRIu64 " more refused", refusal_name(summary->reason),
             summary->count);
    server_log(tally->server, &record);
}

void admission_report(struct server *server, uint64_t now_ms)
{
    struct refusal_summary summary;
    struct tally *tally;

    for (tally = server->tallies; tally != NULL; tally = tally->next)
        while (refusal_totals_next(&tally->refusal_totals, now_ms, &summary))
            log_summary(tally, &summary);
    while (refusals_next(server->refusals, now_ms, &summary)) {
        tally = server->tallies;
        while (tally != NULL && tally->number != summary.service)
            tally = tally->next;
        if (tally != NULL)
            log_summary(tally, &summary);
    }
}

/* --- beginning and end */

static void on_rate_timer(struct timer *timer)
{
    struct tally *tally = CONTAINER(timer, struct tally, rate_timer);

    pause_for_rate(tally);
    admission_look(tally->server);
}

static size_t source_capacity(uint64_t instances)
{
    if (instances >= MOST_SOURCES / 2)
        return MOST_SOURCES;
    return instances < LEAST_SOURCES / 2 ? LEAST_SOURCES : (size_t)instances * 2;
}

bool admission_open(struct server *server, struct error *error)
{
    uint64_t seed[2];

    if (!random_bytes(seed, sizeof seed))
        return error_set(error, "rand_s: there are no random numbers");
    server->end_of_waiting = &server->first_waiting;
    server->refusals = refusals_new(seed);
    memcpy(server->seed, seed, sizeof seed);
    return true;
}

void admission_begin(struct running_service *service)
{
    struct server *server = service->server;
    struct tally *tally = service->tally;

    if (counts_sources(service->settings) && server->sources == NULL)
        server->sources = source_table_new(source_capacity(server->config.instances), server->seed);
    if (!rate_equals(&tally->rate, &service->settings->rate)) { /* whose state means another rate */
        timer_cancel(&server->loop, &tally->rate_timer);
        tally->rate = service->settings->rate;
        tally->rate_state = 0;
        tally->rate_paused = false;
    }
    tally->rate_timer.fire = on_rate_timer;
}

void admission_resize(struct server *server)
{
    if (server->sources != NULL)
        source_table_grow(server->sources, source_capacity(server->config.instances));
    admission_look(server);
}

void admission_end_tally(struct tally *tally)
{
    timer_cancel(&tally->server->loop, &tally->rate_timer);
    if (tally->server->refusals != NULL)
        admission_report(tally->server, UINT64_MAX);
}

void admission_close(struct server *server)
{
    refusals_free(server->refusals);
    source_table_free(server->sources);
}

size_t admission_ask(struct server *server)
{
    struct listener **place = &server->idle_listeners;
    size_t asked = 0;
    struct error ignored;

    while (*place != NULL) {
        struct listener *listener = *place;

        if (admission_is_open(listener->owner) && listener_ask(listener, &ignored)) {
            *place = listener->next_idle;
            listener->next_idle = NULL;
            asked++;
        } else {
            place = &listener->next_idle;
        }
    }
    return asked;
}
