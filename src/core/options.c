#include "core/options.h"

#include "core/config.h"
#include "core/memory.h"
#include "core/option_checks.h"
#include "core/suggest.h"

#include <stdlib.h>
#include <string.h>

#define SERVER  SECTION_SERVER, OF_ANY
#define SERVICE SECTION_SERVICE, OF_ANY
#define PROGRAM SECTION_SERVICE, OF_PROGRAMS
#define PASSING SECTION_SERVICE, OF_PASSING_BYTES

#define IN_SERVER(field)  offsetof(struct config, field)
#define IN_SERVICE(field) offsetof(struct service, field)

#define SECOND ((uint64_t)1000)
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define KILO   ((uint64_t)1024)
#define MEGA   (1024 * KILO)

static const char whole_server[] = "The whole server";
static const char where[] = "Where a service listens";
static const char what[] = "What it starts";
static const char how[] = "How it starts and ends";
static const char workers[] = "Workers: running programs that are handed the sockets";
static const char who[] = "Who may come";
static const char how_many[] = "How many, and how often";
static const char how_much[] = "How much each connection may use";
static const char rights[] = "With which rights it runs";

/* clang-format off */
const struct option option_table[] = {
    {"base", SERVER, OPTION_TEXT, IN_SERVER(base), 0, 0, ".", {0}, RELOAD_LIVE,
     "The folder that relative paths start at, itself relative to the folder of the file.",
     whole_server, check_path},
    {"include", SERVER, OPTION_LIST, IN_SERVER(include), 0, 0, "", {0}, RELOAD_LIVE,
     "Files with further services, relative to the folder of this file: names, or patterns such as"
     " services\\*.ini, whose files are read in the order of their names. They hold [ports] and"
     " [service NAME] only; [defaults] of this file holds for them too.",
     whole_server, check_include},
    {"instances", SERVER, OPTION_COUNT, IN_SERVER(instances), 1, 0, "1000", {"unlimited"}, RELOAD_LIVE,
     "Connections served at a time by all services together; further ones wait or are refused, as each"
     " service's overload says.",
     whole_server, NULL},
    {"spawn_threads", SERVER, OPTION_COUNT, IN_SERVER(spawn_threads), 1, 64, "4", {0}, RELOAD_NEVER,
     "Threads that start programs; each can be busy with one start at a time.",
     whole_server, NULL},
    {"drain", SERVER, OPTION_TIME, IN_SERVER(drain), 0, 24 * HOUR, "30s", {0}, RELOAD_LIVE,
     "How long open connections may go on when the server is told to stop; then their programs are ended.",
     whole_server, NULL},
    {"log_level", SERVER, OPTION_CHOICE, IN_SERVER(log_level), 0, 0, "info",
     {"error", "warning", "info", "debug"}, RELOAD_LIVE,
     "The least important kind of message that is still shown.",
     whole_server, NULL},
    {"log_file", SERVER, OPTION_TEXT, IN_SERVER(log_file), 0, 0, "", {0}, RELOAD_NEVER,
     "A file, by a path from base, that the log goes to instead of stderr; it is appended to.",
     whole_server, check_log_file},
    {"log_format", SERVER, OPTION_CHOICE, IN_SERVER(log_format), 0, 0, "text", {"text", "json"},
     RELOAD_NEVER,
     "Lines for people, or one JSON object a line, in the file as on stderr.",
     whole_server, NULL},
    {"log_size", SERVER, OPTION_SIZE, IN_SERVER(log_size), 4 * KILO, 0, "10M", {0}, RELOAD_LIVE,
     "How large the file gets before it is renamed to NAME.1 and a new one begun.",
     whole_server, NULL},
    {"log_keep", SERVER, OPTION_COUNT, IN_SERVER(log_keep), 0, 1000, "5", {0}, RELOAD_LIVE,
     "How many old files are kept, NAME.1 being the newest; with 0 the file is begun anew.",
     whole_server, NULL},
    {"control", SERVER, OPTION_TEXT, IN_SERVER(control), 0, 0, "stdinetd", {"a name"}, RELOAD_NEVER,
     "The name under which status, reload and stop reach this server (--name); two servers that run at the same"
     " time need two.",
     whole_server, check_control},
    {"accept_with", SERVER, OPTION_CHOICE, IN_SERVER(accept_with), 0, 0, "acceptex",
     {"acceptex", "accept"}, RELOAD_NEVER,
     "The Windows call that takes connections: accept is for machines where a security product breaks"
     " AcceptEx.",
     whole_server, NULL},

    {"port", SERVICE, OPTION_PORTS, IN_SERVICE(port), 0, 65535, "", {0}, RELOAD_LIVE,
     "The TCP ports to listen on; 0 takes any free one and the log says which.",
     where, NULL},
    {"bind", SERVICE, OPTION_LIST, IN_SERVICE(bind), 0, 0, "127.0.0.1", {0}, RELOAD_LIVE,
     "The addresses or host names of this machine to listen on; * is every address, IPv4 and IPv6, and"
     " so serves the network.",
     where, check_bind},
    {"protocol", SERVICE, OPTION_CHOICE, IN_SERVICE(protocol), 0, 0, "tcp", {"tcp"}, RELOAD_LIVE,
     "The transport.",
     where, NULL},
    {"backlog", SERVICE, OPTION_COUNT, IN_SERVICE(backlog), 1, 65535, "200", {0}, RELOAD_LIVE,
     "Connections that Windows keeps waiting until the server takes them.",
     where, NULL},
    {"nodelay", SERVICE, OPTION_BOOLEAN, IN_SERVICE(nodelay), 0, 0, "yes", {0}, RELOAD_LIVE,
     "Send small pieces at once instead of collecting them (TCP_NODELAY).",
     where, NULL},
    {"keepalive", SERVICE, OPTION_TIME, IN_SERVICE(keepalive), SECOND, 24 * HOUR, "60s", {"no"},
     RELOAD_LIVE,
     "How long a connection is silent before Windows asks whether the client is still there.",
     where, NULL},
    {"disable", SERVICE, OPTION_BOOLEAN, IN_SERVICE(disable), 0, 0, "no", {0}, RELOAD_LIVE,
     "Leave the service out; what is written is checked all the same, but not what it needs on the disk.",
     where, NULL},

    {"server", PROGRAM, OPTION_TEXT, IN_SERVICE(server), 0, 0, "", {0}, RELOAD_LIVE,
     "The program to start for each connection: a path from base, or a bare name that is looked for in"
     " base and then in PATH; .cmd and .bat files are run by cmd.exe.",
     what, check_path},
    {"internal", SERVICE, OPTION_CHOICE, IN_SERVICE(internal), 0, 0, "",
     {"echo", "discard", "daytime", "time", "chargen"}, RELOAD_LIVE,
     "Instead of a program, one of the services that need none, which the server is itself: RFC 862, 863,"
     " 867, 868, 864.",
     what, NULL},
    {"redirect", SERVICE, OPTION_TEXT, IN_SERVICE(redirect), 0, 0, "", {0}, RELOAD_LIVE,
     "Instead of a program, another server: HOST PORT. The bytes of each connection are copied to one"
     " of its own there, and back.",
     what, check_redirect},
    {"server_args", PROGRAM, OPTION_LIST, IN_SERVICE(server_args), 0, 0, "", {0}, RELOAD_LIVE,
     "Its arguments.",
     what, NULL},
    {"working_directory", PROGRAM, OPTION_TEXT, IN_SERVICE(working_directory), 0, 0, "", {0},
     RELOAD_LIVE,
     "The folder it starts in, relative to base; base itself where this is not given.",
     what, check_path},
    {"env", PROGRAM, OPTION_LIST, IN_SERVICE(env), 0, 0, "", {0}, RELOAD_LIVE,
     "Environment variables for it, each as NAME=value.",
     what, check_env},
    {"passenv", PROGRAM, OPTION_LIST, IN_SERVICE(passenv), 0, 0, "*", {0}, RELOAD_LIVE,
     "The server's own environment variables that it gets too: names, or beginnings of names with a *"
     " behind; what every Windows program needs (PATH, SystemRoot, TEMP and the like) always passes.",
     what, check_passenv},

    {"stdio", PROGRAM, OPTION_CHOICE, IN_SERVICE(stdio), 0, 0, "auto", {"auto", "socket", "pipe"},
     RELOAD_LIVE,
     "What its standard input and output are: the client's socket itself, or pipes that the server copies"
     " to and from it. auto is pipe for programs that are known to take no socket (node, bun, deno, dart, java),"
     " also where a .cmd or .bat file starts them, else socket.",
     how, NULL},
    {"stderr", PROGRAM, OPTION_CHOICE, IN_SERVICE(error_output), 0, 0, "log",
     {"log", "null", "socket"}, RELOAD_LIVE,
     "Where its error output goes: line by line to the log, nowhere, or to the client, which few protocols"
     " bear.",
     how, NULL},
    {"console", PROGRAM, OPTION_CHOICE, IN_SERVICE(console), 0, 0, "auto",
     {"auto", "shared", "none", "own"}, RELOAD_LIVE,
     "The console that its programs get: the server's, none, or a new hidden one for each, which makes"
     " starting slower. auto is none for programs with fewer rights than a server that runs as a Windows"
     " service has, else shared.",
     how, NULL},
    {"end", PROGRAM, OPTION_CHOICE, IN_SERVICE(end), 0, 0, "handler", {"handler", "job"}, RELOAD_LIVE,
     "When a connection is over: when the program exits (what it left running is ended), or when"
     " everything that it started has exited too.",
     how, NULL},
    {"linger", SERVICE, OPTION_TIME, IN_SERVICE(linger), 0, 30 * SECOND, "5s", {0}, RELOAD_LIVE,
     "How long the end of the output is looked after when the program has exited while its client still"
     " sends; with 0 the client may lose output.",
     how, NULL},

    {"banner", SERVICE, OPTION_TEXT, IN_SERVICE(banner), 0, 0, "", {0}, RELOAD_LIVE,
     "A file whose bytes, at most 64K, the client gets before the program's first; it is read at the"
     " start and at a reload.",
     how, check_path},
    {"banner_fail", SERVICE, OPTION_TEXT, IN_SERVICE(banner_fail), 0, 0, "", {0}, RELOAD_LIVE,
     "The same for whoever is refused, and all that he gets.",
     how, check_path},
    {"prestart", PROGRAM, OPTION_COUNT, IN_SERVICE(prestart), 0, 10000, "0", {0}, RELOAD_LIVE,
     "How many of its programs are started before their connections come, and wait for them; connections"
     " beyond that are served as ever. Such a program has no variable that speaks of the connection, but"
     " STDINETD_PRESTART=1.",
     how, NULL},
    {"prestart_state", PROGRAM, OPTION_CHOICE, IN_SERVICE(prestart_state), 0, 0, "auto",
     {"auto", "suspended", "running"}, RELOAD_LIVE,
     "What they do meanwhile: not even begin, or run until they wait in their first read, which needs"
     " stdio = pipe. auto is running with a pipe, suspended with a socket.",
     how, NULL},

    {"workers", PROGRAM, OPTION_COUNT, IN_SERVICE(workers), 0, 1000, "0", {0}, RELOAD_LIVE,
     "Instead of a program for each connection, so many processes of it that run all the time and take"
     " connections as handlers/README.md says (worker.h); 0 is none.",
     workers, NULL},
    {"workers_max", PROGRAM, OPTION_COUNT, IN_SERVICE(workers_max), 1, 1000, "workers", {"workers"},
     RELOAD_LIVE,
     "How many of them there may be while connections wait; those beyond workers end when they have had"
     " nothing to do for 10 seconds.",
     workers, NULL},
    {"worker_connections", PROGRAM, OPTION_COUNT, IN_SERVICE(worker_connections), 1, 65535, "1", {0},
     RELOAD_LIVE,
     "Connections that each of them has at a time, at most. When all have as many, overload decides.",
     workers, NULL},
    {"worker_requests", PROGRAM, OPTION_COUNT, IN_SERVICE(worker_requests), 1, 0, "unlimited",
     {"unlimited"}, RELOAD_LIVE,
     "Connections that each of them gets in all; then another is started in its place, and it ends when"
     " it has served them.",
     workers, NULL},
    {"transfer", PROGRAM, OPTION_CHOICE, IN_SERVICE(transfer), 0, 0, "wsaduplicatesocket",
     {"wsaduplicatesocket", "duplicatehandle"}, RELOAD_LIVE,
     "How they get a socket: by a WSAPROTOCOL_INFOW made for that process, which every provider knows, or as"
     " a handle that the server puts into the process.",
     workers, NULL},

    {"only_from", SERVICE, OPTION_LIST, IN_SERVICE(only_from), 0, 0, "", {0}, RELOAD_LIVE,
     "Who may come: addresses, networks such as 192.0.2.0/24 or 2001:db8::/32, and host names, which are"
     " looked up at the start and at a reload; without it everybody may. Of all entries of only_from and no_access"
     " that hold an address the most specific decides.",
     who, check_network},
    {"no_access", SERVICE, OPTION_LIST, IN_SERVICE(no_access), 0, 0, "", {0}, RELOAD_LIVE,
     "Who may not come, written in the same way; it decides where both name the same network.",
     who, check_network},
    {"access_times", SERVICE, OPTION_LIST, IN_SERVICE(access_times), 0, 0, "", {0}, RELOAD_LIVE,
     "When anybody may come, in local time: parts of the day as hh:mm-hh:mm, which may go past midnight;"
     " without it at any time. Who is there already may stay.",
     who, check_day_time},

    {"instances", SERVICE, OPTION_COUNT, IN_SERVICE(instances), 1, 0, "100", {"unlimited"},
     RELOAD_LIVE,
     "Connections of this service served at a time.",
     how_many, NULL},
    {"per_source", SERVICE, OPTION_COUNT, IN_SERVICE(per_source), 1, UINT32_MAX, "unlimited",
     {"unlimited"}, RELOAD_LIVE,
     "Connections of this service that one client address (of IPv6, one /64) may have at a time; further"
     " ones are refused.",
     how_many, NULL},
    {"per_source_rate", SERVICE, OPTION_RATE, IN_SERVICE(per_source_rate), 1, RATE_MOST, "unlimited",
     {"unlimited"}, RELOAD_LIVE,
     "How often one client address (of IPv6, one /64) may come: 10 is ten times a second, 30/m a minute,"
     " 500/h an hour; a second number is how many of them may come at once, where it is not the same."
     " Further ones are refused.",
     how_many, NULL},
    {"rate", SERVICE, OPTION_RATE, IN_SERVICE(rate), 1, RATE_MOST, "unlimited", {"unlimited"},
     RELOAD_LIVE,
     "How many connections are begun in a time, from all clients together, written in the same way;"
     " further ones wait in the backlog, whatever overload says.",
     how_many, NULL},
    {"overload", SERVICE, OPTION_CHOICE, IN_SERVICE(overload), 0, 0, "queue", {"queue", "refuse"},
     RELOAD_LIVE,
     "What becomes of a connection beyond instances: it waits in the backlog, or is closed at once.",
     how_many, NULL},

    {"max_time", SERVICE, OPTION_TIME, IN_SERVICE(max_time), 1, 8760 * HOUR, "unlimited", {"unlimited"},
     RELOAD_LIVE,
     "How long a connection may last; then its program is ended.",
     how_much, NULL},
    {"idle_time", PASSING, OPTION_TIME, IN_SERVICE(idle_time), 1, 8760 * HOUR, "unlimited", {"unlimited"},
     RELOAD_LIVE,
     "How long nothing may pass either way before the program is ended; only with stdio = pipe, because"
     " what passes through a socket is not seen.",
     how_much, NULL},
    {"stop_time", PROGRAM, OPTION_TIME, IN_SERVICE(stop_time), 0, HOUR, "2s", {0}, RELOAD_LIVE,
     "How long a program that must end has from being asked (CTRL_BREAK, where it shares the console) to"
     " being ended by force.",
     how_much, NULL},
    {"memory_max", PROGRAM, OPTION_SIZE, IN_SERVICE(memory_max), MEGA, 0, "unlimited", {"unlimited"},
     RELOAD_LIVE,
     "Memory that the program and everything it starts may have together; what goes beyond fails.",
     how_much, NULL},
    {"process_max", PROGRAM, OPTION_COUNT, IN_SERVICE(process_max), 1, UINT32_MAX, "unlimited",
     {"unlimited"}, RELOAD_LIVE,
     "Processes that it may be at a time, itself included; starting more fails.",
     how_much, NULL},
    {"cpu_time_max", PROGRAM, OPTION_TIME, IN_SERVICE(cpu_time_max), 1, 8760 * HOUR, "unlimited",
     {"unlimited"}, RELOAD_LIVE,
     "Processor time that it and everything it starts may use together; then they are ended.",
     how_much, NULL},
    {"priority", PROGRAM, OPTION_CHOICE, IN_SERVICE(priority), 0, 0, "normal",
     {"normal", "idle", "below_normal", "above_normal", "high"}, RELOAD_LIVE,
     "Its priority class, against the other programs of the machine.",
     how_much, NULL},

    {"user", PROGRAM, OPTION_TEXT, IN_SERVICE(user), 0, 0, "", {"the name of an account"}, RELOAD_LIVE,
     "The account that it runs as, where the server runs as LocalSystem: LocalService (what it is then"
     " without this option), NetworkService, LocalSystem itself, or NAME, DOMAIN\\NAME or NAME@DOMAIN,"
     " whose password is stored by: stdinetd password NAME.",
     rights, check_user},
    {"privileges", PROGRAM, OPTION_CHOICE, IN_SERVICE(privileges), 0, 0, "auto", {"auto", "drop", "keep"},
     RELOAD_LIVE,
     "drop takes from it all privileges but SeChangeNotifyPrivilege, and what the group Administrators"
     " and the server's SID as a service may do; auto is drop where the server is an administrator, else"
     " keep.",
     rights, NULL},
    {"integrity", PROGRAM, OPTION_CHOICE, IN_SERVICE(integrity), 0, 0, "keep", {"keep", "medium", "low"},
     RELOAD_LIVE,
     "Its integrity level: the server's, or one that is at most so high; low may write almost nowhere.",
     rights, NULL},
    {"breakaway", PROGRAM, OPTION_BOOLEAN, IN_SERVICE(breakaway), 0, 0, "no", {0}, RELOAD_LIVE,
     "Whether it may start programs that do not belong to the connection and outlive it and the server"
     " (CREATE_BREAKAWAY_FROM_JOB).",
     rights, NULL},
};
/* clang-format on */

const size_t option_count = sizeof option_table / sizeof *option_table;

const struct option *option_find(enum option_section section, const char *name)
{
    for (size_t i = 0; i < option_count; i++)
        if (option_table[i].section == section && strcmp(option_table[i].name, name) == 0)
            return &option_table[i];
    return NULL;
}

const char *option_suggest(enum option_section section, const char *name)
{
    const char *names[sizeof option_table / sizeof *option_table];
    size_t count = 0;
    for (size_t i = 0; i < option_count; i++)
        if (option_table[i].section == section)
            names[count++] = option_table[i].name;
    return suggest(name, names, count);
}

static void free_field(enum option_type type, void *field)
{
    switch (type) {
    case OPTION_TEXT:
        free(*(char **)field);
        *(char **)field = NULL;
        break;
    case OPTION_LIST:
        text_list_free(field);
        break;
    case OPTION_PORTS:
        free(((struct port_list *)field)->items);
        *(struct port_list *)field = (struct port_list){0};
        break;
    case OPTION_BOOLEAN:
    case OPTION_COUNT:
    case OPTION_TIME:
    case OPTION_SIZE:
    case OPTION_RATE:
    case OPTION_CHOICE:
        break;
    }
}

void port_list_append_all(struct port_list *list, const struct port_list *from)
{
    if (from->count == 0)
        return;
    list->items = memory_grow(list->items, list->count + from->count, sizeof *list->items);
    memcpy(list->items + list->count, from->items, from->count * sizeof *list->items);
    list->count += from->count;
}

static void copy_field(enum option_type type, void *to, const void *from)
{
    switch (type) {
    case OPTION_BOOLEAN:
        *(bool *)to = *(const bool *)from;
        break;
    case OPTION_COUNT:
    case OPTION_TIME:
    case OPTION_SIZE:
        *(uint64_t *)to = *(const uint64_t *)from;
        break;
    case OPTION_RATE:
        *(struct rate *)to = *(const struct rate *)from;
        break;
    case OPTION_CHOICE:
        *(int *)to = *(const int *)from;
        break;
    case OPTION_TEXT: {
        const char *text = *(char *const *)from;
        *(char **)to = text == NULL ? NULL : memory_copy(text);
        break;
    }
    case OPTION_LIST:
        text_list_append_all(to, from);
        break;
    case OPTION_PORTS:
        port_list_append_all(to, from);
        break;
    }
}

static bool ports_are_equal(const struct port_list *a, const struct port_list *b)
{
    return a->count == b->count &&
           (a->count == 0 || memcmp(a->items, b->items, a->count * sizeof *a->items) == 0);
}

static bool fields_are_equal(enum option_type type, const void *a, const void *b)
{
    switch (type) {
    case OPTION_BOOLEAN:
        return *(const bool *)a == *(const bool *)b;
    case OPTION_COUNT:
    case OPTION_TIME:
    case OPTION_SIZE:
        return *(const uint64_t *)a == *(const uint64_t *)b;
    case OPTION_RATE:
        return rate_equals(a, b);
    case OPTION_CHOICE:
        return *(const int *)a == *(const int *)b;
    case OPTION_TEXT:
        return texts_are_equal(*(char *const *)a, *(char *const *)b);
    case OPTION_LIST:
        return text_list_equals(a, b);
    case OPTION_PORTS:
        return ports_are_equal(a, b);
    }
    return false;
}

bool option_equals(const struct option *option, const void *a, const void *b)
{
    return fields_are_equal(option->type, (const char *)a + option->offset,
                            (const char *)b + option->offset);
}

void option_replace(const struct option *option, void *to, const void *from)
{
    void *field = (char *)to + option->offset;

    free_field(option->type, field);
    copy_field(option->type, field, (const char *)from + option->offset);
}

static void set_default(const struct option *option, void *target)
{
    struct error ignored; /* a test has parsed every initial value */

    if (*option->initial != '\0')
        option_parse(option, option->initial, false, target, &ignored);
    else if (option->type == OPTION_CHOICE)
        *(int *)(void *)((char *)target + option->offset) = NO_CHOICE;
}

void option_set_defaults(enum option_section section, void *target)
{
    for (size_t i = 0; i < option_count; i++)
        if (option_table[i].section == section)
            set_default(&option_table[i], target);
}

void option_copy(enum option_section section, void *to, const void *from)
{
    for (size_t i = 0; i < option_count; i++) {
        const struct option *option = &option_table[i];
        if (option->section == section)
            copy_field(option->type, (char *)to + option->offset,
                       (const char *)from + option->offset);
    }
}

void option_free(enum option_section section, void *target)
{
    for (size_t i = 0; i < option_count; i++)
        if (option_table[i].section == section)
            free_field(option_table[i].type, (char *)target + option_table[i].offset);
}
