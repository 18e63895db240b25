#include "rows.h"

#include "web.h"

#include <string.h>

#define BARE_CREATE_PROCESS                                                                        \
    {                                                                                              \
        .title = "accept and a bare CreateProcess", .floor = "floor-spawn", .handler = "line",     \
        .may_lose = true                                                                           \
    }

#define ONE_PROCESS                                                                                \
    {                                                                                              \
        .title = "one process that accepts itself", .floor = "floor-line", .handler = "line"       \
    }

/* The same answer by two processes, which have four connections each: one is served, and the next
   is there already. */
#define WORKERS(way)                                                                               \
    {                                                                                              \
        .title = "stdinetd, 2 workers, " way, .handler = "line", .workers = true,                  \
        .option = "transfer", .value = way, .option_is_needed = true                               \
    }

#define PRESTART "prestart = 8\n"
#define PIPE     "stdio = pipe\n"

#define HTTP_REQUEST "GET / HTTP/1.0\r\n\r\n"

#define ECHO(text, options)                                                                        \
    {                                                                                              \
        .title = (text), .program = "handlers\\echo.exe", .lines = (options)                       \
    }
#define HTTPD(text, options)                                                                       \
    {                                                                                              \
        .title = (text), .program = "handlers\\httpd.exe", .handler = "etc\\www",                  \
        .lines = (options)                                                                         \
    }
/* In the place of a runtime that takes its time, as Node.js. */
#define SLOW(text, options)                                                                        \
    {                                                                                              \
        .title = (text), .handler = "slow", .option = "stdio", .value = "pipe",                    \
        .option_is_needed = true, .lines = (options)                                               \
    }

/* The same program twice; keeping is what the clients do. */
#define WEB(row_name, row_goal, keeping)                                                           \
    {                                                                                              \
        .name = row_name, .kind = ROW_SPAWN, .goal = row_goal,                                     \
        .subject = {.title = "webserver, workers = 2",                                             \
                    .web = WEB_WORKERS,                                                            \
                    .keeps = keeping,                                                              \
                    .option = "transfer",                                                          \
                    .value = "wsaduplicatesocket",                                                 \
                    .option_is_needed = true},                                                     \
        .yardstick = {                                                                             \
            .title = "webserver --listen, by itself",                                              \
            .web = WEB_ITSELF,                                                                     \
            .keeps = keeping                                                                       \
        }                                                                                          \
    }

const struct row row_table[] = {
    {.name = "spawn",
     .kind = ROW_SPAWN,
     .goal = 1.0,
     .subject = {.title = "stdinetd", .handler = "line", .option = "stderr", .value = "null"},
     .yardstick = BARE_CREATE_PROCESS},

    {.name = "spawn-stderr-log",
     .kind = ROW_SPAWN,
     .goal = 0.92,
     .subject = {.title = "stdinetd, stderr = log",
                 .handler = "line",
                 .option = "stderr",
                 .value = "log",
                 .option_is_needed = true},
     .yardstick = BARE_CREATE_PROCESS},

    {.name = "spawn-no-window",
     .kind = ROW_SPAWN,
     .goal = 2.3,
     .goal_is_for_wine = true,
     .subject = {.title = "stdinetd", .handler = "line", .option = "stderr", .value = "null"},
     .yardstick = {.title = "CREATE_NO_WINDOW, as others do it",
                   .floor = "floor-spawn-no-window",
                   .handler = "line",
                   .may_lose = true}},

    {.name = "listeners",
     .kind = ROW_SPAWN,
     .goal = 0.95,
     .subject = {.title = "stdinetd, many listeners",
                 .handler = "line",
                 .option = "stderr",
                 .value = "null",
                 .many_listeners = true},
     .yardstick = {.title = "stdinetd, one listener",
                   .handler = "line",
                   .option = "stderr",
                   .value = "null"}},

    {.name = "guarded",
     .kind = ROW_SPAWN,
     .goal = 0.97,
     .subject = {.title = "stdinetd, 1,000 rules, limits, JSON log",
                 .handler = "line",
                 .option = "stderr",
                 .value = "null",
                 .guarded = true},
     .yardstick =
         {.title = "stdinetd without", .handler = "line", .option = "stderr", .value = "null"}},

    {.name = "service",
     .kind = ROW_SPAWN,
     .goal = 1.3,
     .subject = {.title = "stdinetd as a service", .handler = "line", .as_service = true},
     .yardstick = {.title = "the same, console = own",
                   .handler = "line",
                   .option = "console",
                   .value = "own",
                   .option_is_needed = true,
                   .as_service = true}},

    {.name = "bytes",
     .kind = ROW_BYTES,
     .goal = 0.95,
     .subject = {.title = "stdinetd, stdio = socket", .handler = "bytes"},
     .yardstick = {.title = "the same handler with its own accept",
                   .floor = "floor-bytes",
                   .handler = "bytes"}},

    {.name = "bytes-pipe",
     .kind = ROW_BYTES,
     .goal = 0.4,
     .subject = {.title = "stdinetd, stdio = pipe",
                 .handler = "bytes",
                 .option = "stdio",
                 .value = "pipe",
                 .option_is_needed = true},
     .yardstick = {.title = "stdinetd, stdio = socket", .handler = "bytes"}},

    {.name = "spawn-pipe",
     .kind = ROW_SPAWN,
     .goal = 0.8,
     .subject = {.title = "stdinetd, stdio = pipe",
                 .handler = "line",
                 .option = "stdio",
                 .value = "pipe",
                 .option_is_needed = true},
     .yardstick = {.title = "stdinetd, stdio = socket", .handler = "line"}},

    {.name = "worker",
     .kind = ROW_SPAWN,
     .goal = 0.5,
     .subject = WORKERS("wsaduplicatesocket"),
     .yardstick = ONE_PROCESS},

    {.name = "worker-handle",
     .kind = ROW_SPAWN,
     .goal = 0.5,
     .subject = WORKERS("duplicatehandle"),
     .yardstick = ONE_PROCESS},

    {.name = "worker-spawn",
     .kind = ROW_SPAWN,
     .goal = 8,
     .subject = WORKERS("wsaduplicatesocket"),
     .yardstick = {.title = "stdinetd, a process for each", .handler = "line"}},

    {.name = "worker-spawn-handle",
     .kind = ROW_SPAWN,
     .goal = 8,
     .subject = WORKERS("duplicatehandle"),
     .yardstick = {.title = "stdinetd, a process for each", .handler = "line"}},

    WEB("web", 0.5, false),     /* a connection for each request */
    WEB("web-kept", 0.9, true), /* the server has nothing to do with the second request */

    {.name = "threads",
     .kind = ROW_THREADS,
     .goal = 0,
     .subject = {.title = "stdinetd, live connections", .handler = "hold"},
     .yardstick = {.title = "no connection"}},

    {.name = "threads-pipe",
     .kind = ROW_THREADS,
     .goal = 0,
     .subject = {.title = "stdinetd, live connections, stdio = pipe",
                 .handler = "hold",
                 .option = "stdio",
                 .value = "pipe",
                 .option_is_needed = true},
     .yardstick = {.title = "no connection"}},

    {.name = "memory",
     .kind = ROW_MEMORY,
     .goal = 16,
     .subject = {.title = "stdinetd, live connections", .handler = "hold"},
     .yardstick = {.title = "no connection"}},

    /* Two blocks each way, and little else. */
    {.name = "memory-pipe",
     .kind = ROW_MEMORY,
     .goal = 208,
     .subject = {.title = "stdinetd, live connections, stdio = pipe",
                 .handler = "hold",
                 .option = "stdio",
                 .value = "pipe",
                 .option_is_needed = true},
     .yardstick = {.title = "no connection"}},

    {.name = "prestart-suspended",
     .kind = ROW_FIRST_BYTE,
     .goal = 0.5,
     .subject = ECHO("stdinetd, echo, prestart", PRESTART),
     .yardstick = ECHO("stdinetd, echo, spawn", NULL),
     .ask = "x"},

    {.name = "prestart-httpd",
     .kind = ROW_FIRST_BYTE,
     .goal = 0.5,
     .subject = HTTPD("stdinetd, httpd, prestart", PRESTART),
     .yardstick = HTTPD("stdinetd, httpd, spawn", NULL),
     .ask = HTTP_REQUEST},

    {.name = "prestart-running",
     .kind = ROW_FIRST_BYTE,
     .goal = 0.1,
     .subject = SLOW("stdinetd, slow start, prestart", PRESTART),
     .yardstick = SLOW("stdinetd, slow start, spawn", NULL),
     .ask = "x"},

    {.name = "running-echo",
     .kind = ROW_FIRST_BYTE,
     .goal = 0.1,
     .only_on_request = true,
     .subject = ECHO("stdinetd, echo, running", PRESTART PIPE),
     .yardstick = ECHO("stdinetd, echo, spawn", PIPE),
     .ask = "x"},

    {.name = "running-httpd",
     .kind = ROW_FIRST_BYTE,
     .goal = 0.1,
     .only_on_request = true,
     .subject = HTTPD("stdinetd, httpd, running", PRESTART PIPE),
     .yardstick = HTTPD("stdinetd, httpd, spawn", PIPE),
     .ask = HTTP_REQUEST},

    /* What the bench itself is worth: two of the same must come out equal. */
    {.name = "self-check",
     .kind = ROW_SPAWN,
     .goal = 1.0,
     .only_on_request = true,
     .subject = BARE_CREATE_PROCESS,
     .yardstick = BARE_CREATE_PROCESS},
};

const size_t row_count = sizeof row_table / sizeof *row_table;

bool row_is_ratio(const struct row *row)
{
    return row->kind == ROW_SPAWN || row->kind == ROW_BYTES || row->kind == ROW_FIRST_BYTE;
}

bool row_goal_is_most(const struct row *row)
{
    return row->kind != ROW_SPAWN && row->kind != ROW_BYTES;
}

const char *row_unit(const struct row *row)
{
    switch (row->kind) {
    case ROW_SPAWN:
        return "/s";
    case ROW_BYTES:
        return "MB/s";
    case ROW_FIRST_BYTE:
        return "ms";
    case ROW_THREADS:
        return "threads";
    case ROW_MEMORY:
        return "KiB";
    }
    return "";
}

const struct row *row_find(const char *name)
{
    for (size_t i = 0; i < row_count; i++)
        if (strcmp(row_table[i].name, name) == 0)
            return &row_table[i];
    return NULL;
}
