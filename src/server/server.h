#ifndef STDINETD_SERVER_SERVER_H
#define STDINETD_SERVER_SERVER_H

#include "core/config.h"
#include "core/error.h"
#include "core/source_table.h"
#include "server/loop.h"
#include "server/running_service.h"
#include "server/spare_slots.h"
#include "server/closer.h"
#include "server/spawner.h"
#include "windows/log.h"

struct connection;
struct control;
struct reload;

/* How far the server is on its way out. */
enum phase {
    PHASE_RUNNING,
    PHASE_DRAINING, /* nobody new comes in; who is in may finish */
    PHASE_ENDING,   /* handlers have been asked to end (CTRL_BREAK) */
    PHASE_KILLING   /* their jobs have been ended */
};

/* Whoever runs the server where that is no console: the service manager, or a trial. Called on the
   loop's thread, or before the loop begins on the one of server_run. */
struct server_host {
    /* Has what the log would write, whatever its level. NULL: the log writes it. */
    void (*record)(struct server_host *host, const struct record *record);
    void (*progress)(struct server_host *host); /* it is getting on with its start or stop */
    void (*started)(struct server_host *host, struct server *server); /* every listener is up */
    /* A reload has ended, whoever asked for it; as what reload_begin calls. */
    void (*reloaded)(struct server_host *host, uint32_t exit_code, const char *text);
    void (*stopping)(struct server_host *host); /* a stop has begun */
    void (*finished)(struct server_host *host); /* the server is no more */
};

struct server {
    struct loop loop;         /* first: a job's message leads back to its server */
    struct config config;     /* its services have become running ones */
    struct server_host *host; /* NULL: a console */
    struct log *log;
    struct spawner *spawner;
    struct closer *closer;
    struct spawner *look_ups; /* of names that redirects lead to; NULL before the first */
    HANDLE null_output;       /* NUL, inheritable: the handlers' stderr where stderr = null */
    struct spare_slots slots;
    enum { PROBE_NOT_MADE, PROBE_GOOD, PROBE_BAD } spare_probe; /* spare_probe's */
    size_t spares;                                              /* open ones of all services */

    struct running_service *services; /* in the order of the configuration */
    struct running_service *retired;  /* that a reload has removed or replaced, not gone yet */
    struct tally *tallies;
    uint32_t next_number; /* of a tally */
    uint64_t last_worker; /* its number */
    struct {
        uint64_t started, failed, refused;
    } total; /* since the server began, services that are gone included */
    struct connection_table *connections;
    uint64_t live, waiting; /* the sums over all services */
    uint64_t refused;       /* connections that are told so and linger */
    struct connection *first_waiting, **end_of_waiting;
    uint64_t seed[2];             /* that nobody can guess */
    struct source_table *sources; /* who is there, by address; NULL where no service asks */
    struct refusals *refusals;

    struct listener *idle_listeners; /* those that have not asked for a connection */
    bool hinted_local, hinted_network;

    enum phase phase;
    bool cut_short; /* some handler was ended before it was done */
    size_t listeners_open;
    struct control *control;
    struct reload *reload;
    struct timer sweep, stop_timer;
    struct operation console_event;
    volatile LONG interrupts, breaks; /* counted by the console's thread */
    HANDLE finished;                  /* set when everything is closed */
};

/* Where a reload gets a new configuration from. */
struct config_loader {
    /* As config_parse; errors are whole sentences too where there is no file. Any thread. */
    bool (*load)(void *context, struct config *config, struct text_list *errors);
    void *context;
};

/* Serves until it is told to stop, what is in config, and takes all that out of it. loader is NULL
   where there is nothing to reload from. With a host, which may be NULL, the events of the console
   mean nothing: handlers that share it could send them. Returns the exit code: 0 after a complete
   drain, 1 where it could not begin (*error says why, nothing is left open) or where handlers had
   to be cut short.
 */
int server_run(struct config *config, const struct config_loader *loader, struct server_host *host,
               struct error *error);

/* For the parts of the server: one record to the log, and a look whether a stop is complete. */
void server_log(struct server *server, const struct record *record);
void server_check_stopped(struct server *server);

/* What of its config the log is told. */
struct log_settings server_log_settings(const struct config *config);

#endif
