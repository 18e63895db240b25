#include "server/connection_log.h"

#include "core/exit_code.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static struct record record_of(const struct connection *connection, enum level level,
                               const char *verb, const char *detail)
{
    return (struct record){.level = level,
                           .verb = verb,
                           .service = connection->service->settings->name,
                           .connection = connection->number,
                           .peer = connection->peer_text,
                           .pid = connection->child.pid,
                           .detail = detail};
}

void connection_log(const struct connection *connection, enum level level, const char *verb,
                    const char *detail)
{
    struct record record = record_of(connection, level, verb, detail);

    server_log(connection_server(connection), &record);
}

void connection_log_debug(const struct connection *connection, const char *verb, const char *format,
                          ...)
{
    char detail[700];
    va_list values;

    if (connection_server(connection)->config.log_level < LEVEL_DEBUG)
        return;
    va_start(values, format);
    vsnprintf(detail, sizeof detail, format, values);
    va_end(values);
    connection_log(connection, LEVEL_DEBUG, verb, detail);
}

void connection_log_refusal(const struct connection *connection, enum refusal reason,
                            const char *detail)
{
    struct record record = record_of(connection, LEVEL_INFO, "refuse", detail);

    record.reason = refusal_name(reason);
    server_log(connection_server(connection), &record);
}

/* "exit 0 after 0.034 s", of a worker or without a program "end after 0.034 s"; a number that
 * Windows chose is shown as Windows writes it. */
static void describe_exit(const struct connection *connection, char *text, size_t size)
{
    double seconds = (double)connection->served_ms / 1000.0;
    const char *hint = exit_code_hint(connection->exit_code);
    bool was_served = connection->handler_exited;

    if (connection->launched && (!service_starts_programs(connection->service->settings) ||
                                 connection->service->pool != NULL)) {
        snprintf(text, size, "end after %.3f s", seconds);
        was_served = true;
    } else if (!connection->handler_exited)
        snprintf(text, size, "%s after %.3f s", connection->reason, seconds);
    else if (connection->exit_code >= 0x80000000)
        snprintf(text, size, "exit 0x%08lX%s after %.3f s", connection->exit_code, hint, seconds);
    else
        snprintf(text, size, "exit %lu after %.3f s", connection->exit_code, seconds);
    if (was_served && connection->reason != NULL) {
        size_t used = strlen(text);
        snprintf(text + used, size - used, ", %s", connection->reason);
    }
}

void connection_log_close(const struct connection *connection)
{
    char detail[200];

    describe_exit(connection, detail, sizeof detail);
    struct record record = record_of(connection, LEVEL_INFO, "close", detail);
    record.reason = connection->reason;
    record.has_exit_code = connection->handler_exited;
    record.exit_code = connection->exit_code;
    record.has_duration = true;
    record.duration_ms = connection->served_ms;
    server_log(connection_server(connection), &record);
}
