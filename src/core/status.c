#include "core/status.h"

#include "core/json.h"
#include "core/memory.h"
#include "core/options.h"
#include "core/printf_like.h"
#include "core/text_buffer.h"
#include "core/utf8.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add(struct text_buffer *out, const char *format, ...) PRINTF_LIKE(2, 3);

static void add(struct text_buffer *out, const char *format, ...)
{
    va_list values;

    va_start(values, format);
    char *text = memory_vformat(format, values);
    va_end(values);
    text_buffer_add_text(out, text);
    free(text);
}

/* --- for people */

enum { GAP = 2 };

/* Characters, not bytes. */
static size_t width_of(const char *text)
{
    size_t width = 0;

    for (; *text != '\0'; text++)
        width += ((unsigned char)*text & 0xC0) != 0x80;
    return width;
}

static void widen(size_t *width, const char *text)
{
    if (width_of(text) > *width)
        *width = width_of(text);
}

static void add_column(struct text_buffer *out, const char *text, size_t width)
{
    text_buffer_add_text(out, text);
    text_buffer_repeat(out, ' ', width + GAP - width_of(text));
}

/* "12 s", "3 min 05 s", "2 h 03 min", "5 d 11 h" */
static void write_duration(uint64_t ms, char *text, size_t size)
{
    uint64_t s = ms / 1000;

    if (s < 60)
        snprintf(text, size, "%" PRIu64 " s", s);
    else if (s < 3600)
        snprintf(text, size, "%" PRIu64 " min %02" PRIu64 " s", s / 60, s % 60);
    else if (s < 86400)
        snprintf(text, size, "%" PRIu64 " h %02" PRIu64 " min", s / 3600, s / 60 % 60);
    else
        snprintf(text, size, "%" PRIu64 " d %02" PRIu64 " h", s / 86400, s / 3600 % 24);
}

/* "2 of 100" */
static void write_share(uint64_t live, uint64_t limit, char *text, size_t size)
{
    if (limit == UNLIMITED)
        snprintf(text, size, "%" PRIu64, live);
    else
        snprintf(text, size, "%" PRIu64 " of %" PRIu64, live, limit);
}

static uint64_t sum_refused(const struct status_service *service)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < REFUSALS; i++)
        sum += service->refused[i];
    return sum;
}

static size_t count_busy(const struct status_workers *workers)
{
    size_t busy = 0;

    for (size_t i = 0; i < workers->count; i++)
        busy += workers->items[i].connections > 0;
    return busy;
}

/* The first address stands in the service's own line, the others below. */
static void add_service(struct text_buffer *out, const struct status_service *service,
                        size_t name_width, size_t address_width)
{
    char share[48];

    write_share(service->live, service->instances, share, sizeof share);
    add_column(out, service->name, name_width);
    add_column(out, service->addresses.count > 0 ? service->addresses.items[0] : "-",
               address_width);
    add(out, "%-8s  %-12s %7" PRIu64 " %9" PRIu64 " %8" PRIu64 " %7" PRIu64, service->launch, share,
        service->waiting, service->started, sum_refused(service), service->failed);
    if (service->started > 0)
        add(out, "  %9.1f %7.1f", (double)service->launch_median_us / 1000.0,
            (double)service->launch_p99_us / 1000.0);
    text_buffer_add_text(out, "\n");
    for (size_t i = 1; i < service->addresses.count; i++) {
        text_buffer_repeat(out, ' ', name_width + GAP);
        add(out, "%s\n", service->addresses.items[i]);
    }
    for (size_t i = 0; i < service->busy.count; i++) {
        text_buffer_repeat(out, ' ', name_width + GAP);
        add(out, "%s is busy; tried every second\n", service->busy.items[i]);
    }
    if (service->bytes.known) {
        text_buffer_repeat(out, ' ', name_width + GAP);
        add(out, "bytes: %" PRIu64 " in, %" PRIu64 " out\n", service->bytes.in, service->bytes.out);
    }
    if (service->workers.known) {
        text_buffer_repeat(out, ' ', name_width + GAP);
        add(out, "workers: %zu of %" PRIu64 ", %zu busy, %" PRIu64 " requests\n",
            service->workers.count, service->workers.most, count_busy(&service->workers),
            service->workers.requests);
    }
    if (sum_refused(service) == 0)
        return;
    text_buffer_repeat(out, ' ', name_width + GAP);
    text_buffer_add_text(out, "refused:");
    for (size_t i = 0; i < REFUSALS; i++)
        if (service->refused[i] > 0)
            add(out, " %s %" PRIu64, refusal_name((enum refusal)i), service->refused[i]);
    text_buffer_add_text(out, "\n");
}

static void add_services(struct text_buffer *out, const struct status *status)
{
    size_t name_width = sizeof "SERVICE" - 1;
    size_t address_width = sizeof "ADDRESS" - 1;

    for (size_t i = 0; i < status->service_count; i++) {
        widen(&name_width, status->services[i].name);
        for (size_t k = 0; k < status->services[i].addresses.count; k++)
            widen(&address_width, status->services[i].addresses.items[k]);
    }
    add_column(out, "SERVICE", name_width);
    add_column(out, "ADDRESS", address_width);
    text_buffer_add_text(out, "LAUNCH    LIVE         WAITING   STARTED  REFUSED  FAILED  MEDIAN ms"
                              "    99 %\n");
    for (size_t i = 0; i < status->service_count; i++)
        add_service(out, &status->services[i], name_width, address_width);
}

static bool any_bytes(const struct status *status)
{
    bool any = false;

    for (size_t i = 0; i < status->connection_count; i++)
        any = any || status->connections[i].bytes.known;
    return any;
}

static void add_bytes(struct text_buffer *out, const struct status_bytes *bytes)
{
    if (bytes->known)
        add(out, "%12" PRIu64 " %12" PRIu64 "  ", bytes->in, bytes->out);
    else
        add(out, "%12s %12s  ", "-", "-");
}

static void add_connections(struct text_buffer *out, const struct status *status)
{
    size_t name_width = sizeof "CONNECTION" - 1;
    size_t peer_width = sizeof "PEER" - 1;
    bool has_bytes = any_bytes(status);
    char text[120];

    for (size_t i = 0; i < status->connection_count; i++) {
        const struct status_connection *connection = &status->connections[i];

        snprintf(text, sizeof text, "%s#%" PRIu64, connection->service, connection->number);
        widen(&name_width, text);
        widen(&peer_width, connection->peer);
    }
    text_buffer_add_text(out, "\n");
    add_column(out, "CONNECTION", name_width);
    add_column(out, "PEER", peer_width);
    text_buffer_add_text(out, "STATE           PID  ");
    if (has_bytes)
        add(out, "%12s %12s  ", "BYTES IN", "OUT");
    text_buffer_add_text(out, "AGE\n");
    for (size_t i = 0; i < status->connection_count; i++) {
        const struct status_connection *connection = &status->connections[i];

        snprintf(text, sizeof text, "%s#%" PRIu64, connection->service, connection->number);
        add_column(out, text, name_width);
        add_column(out, connection->peer, peer_width);
        write_duration(connection->age_ms, text, sizeof text);
        if (connection->pid == 0)
            add(out, "%-10s %8s  ", connection->state, "-");
        else
            add(out, "%-10s %8" PRIu32 "  ", connection->state, connection->pid);
        if (has_bytes)
            add_bytes(out, &connection->bytes);
        add(out, "%s\n", text);
    }
}

char *status_text(const struct status *status)
{
    struct text_buffer out = {0};
    char up[48];
    char share[48];

    write_duration(status->up_ms, up, sizeof up);
    write_share(status->live, status->instances, share, sizeof share);
    add(&out,
        "stdinetd %s, pid %" PRIu32 ", %s for %s, %s connections\n"
        "since its start: %" PRIu64 " started, %" PRIu64 " refused, %" PRIu64 " failed\n\n",
        status->version, status->pid, status->phase, up, share, status->started, status->refused,
        status->failed);
    add_services(&out, status);
    if (status->connection_count > 0)
        add_connections(&out, status);
    return out.text;
}

/* --- for programs */

static void add_name(struct text_buffer *out, const char *name)
{
    add(out, "\"%s\":", name);
}

static void add_text_member(struct text_buffer *out, const char *name, const char *value)
{
    add_name(out, name);
    json_add_string(out, value);
    text_buffer_add_text(out, ",");
}

static void add_number(struct text_buffer *out, const char *name, uint64_t value)
{
    add(out, "\"%s\":%" PRIu64 ",", name, value);
}

static void add_limit(struct text_buffer *out, const char *name, uint64_t value)
{
    if (value == UNLIMITED)
        add(out, "\"%s\":null,", name);
    else
        add_number(out, name, value);
}

static void add_byte_members(struct text_buffer *out, const struct status_bytes *bytes)
{
    if (!bytes->known)
        return;
    add_number(out, "bytes_in", bytes->in);
    add_number(out, "bytes_out", bytes->out);
}

static void add_text_list(struct text_buffer *out, const char *name, const struct text_list *list)
{
    add_name(out, name);
    text_buffer_add_text(out, "[");
    for (size_t i = 0; i < list->count; i++) {
        text_buffer_add_text(out, i == 0 ? "" : ",");
        json_add_string(out, list->items[i]);
    }
    text_buffer_add_text(out, "],");
}

static void add_workers_object(struct text_buffer *out, const struct status_workers *workers)
{
    if (!workers->known)
        return;
    text_buffer_add_text(out, "\"workers\":{");
    add_number(out, "live", workers->count);
    add_number(out, "max", workers->most);
    add_number(out, "busy", count_busy(workers));
    add_number(out, "requests", workers->requests);
    text_buffer_add_text(out, "\"processes\":[");
    for (size_t i = 0; i < workers->count; i++) {
        text_buffer_add_text(out, i == 0 ? "{" : ",{");
        add_number(out, "pid", workers->items[i].pid);
        add_number(out, "connections", workers->items[i].connections);
        add_number(out, "requests", workers->items[i].requests);
        add(out, "\"age_ms\":%" PRIu64 "}", workers->items[i].age_ms);
    }
    text_buffer_add_text(out, "]},");
}

static void add_service_object(struct text_buffer *out, const struct status_service *service)
{
    text_buffer_add_text(out, "{");
    add_text_member(out, "name", service->name);
    add_text_list(out, "addresses", &service->addresses);
    add_text_list(out, "busy", &service->busy);
    add_text_member(out, "launch", service->launch);
    add_number(out, "live", service->live);
    add_limit(out, "instances", service->instances);
    add_number(out, "waiting", service->waiting);
    add_number(out, "started", service->started);
    add_number(out, "failed", service->failed);
    add_byte_members(out, &service->bytes);
    add_workers_object(out, &service->workers);
    text_buffer_add_text(out, "\"refused\":{");
    for (size_t i = 0; i < REFUSALS; i++)
        add(out, "%s\"%s\":%" PRIu64, i == 0 ? "" : ",", refusal_name((enum refusal)i),
            service->refused[i]);
    add(out, "},\"launch_ms\":{\"median\":%.3f,\"p99\":%.3f}}",
        (double)service->launch_median_us / 1000.0, (double)service->launch_p99_us / 1000.0);
}

static void add_connection_object(struct text_buffer *out,
                                  const struct status_connection *connection)
{
    text_buffer_add_text(out, "{");
    add_number(out, "connection", connection->number);
    add_text_member(out, "service", connection->service);
    add_text_member(out, "peer", connection->peer);
    add_text_member(out, "state", connection->state);
    if (connection->pid != 0)
        add_number(out, "pid", connection->pid);
    add_byte_members(out, &connection->bytes);
    add(out, "\"age_ms\":%" PRIu64 "}", connection->age_ms);
}

char *status_json(const struct status *status)
{
    struct text_buffer out = {0};

    text_buffer_add_text(&out, "{");
    add_text_member(&out, "version", status->version);
    add_number(&out, "pid", status->pid);
    add_text_member(&out, "phase", status->phase);
    add_number(&out, "up_ms", status->up_ms);
    add_number(&out, "live", status->live);
    add_limit(&out, "instances", status->instances);
    add_number(&out, "started", status->started);
    add_number(&out, "refused", status->refused);
    add_number(&out, "failed", status->failed);
    text_buffer_add_text(&out, "\"services\":[");
    for (size_t i = 0; i < status->service_count; i++) {
        text_buffer_add_text(&out, i == 0 ? "" : ",");
        add_service_object(&out, &status->services[i]);
    }
    text_buffer_add_text(&out, "],\"connections\":[");
    for (size_t i = 0; i < status->connection_count; i++) {
        text_buffer_add_text(&out, i == 0 ? "" : ",");
        add_connection_object(&out, &status->connections[i]);
    }
    text_buffer_add_text(&out, "]}\n");
    return out.text;
}
