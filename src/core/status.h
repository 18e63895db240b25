#ifndef STDINETD_CORE_STATUS_H
#define STDINETD_CORE_STATUS_H

#include "core/refusals.h"
#include "core/text_list.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a running server tells of itself. Everything is borrowed for the call. */

/* What has come from clients and gone to them, where a relay copies it. */
struct status_bytes {
    bool known;
    uint64_t in, out;
};

/* A process of a service with workers. */
struct status_worker {
    uint32_t pid;         /* 0: it is being started */
    uint64_t connections; /* that it has now */
    uint64_t requests;    /* that it has been given */
    uint64_t age_ms;
};

struct status_workers {
    bool known;
    uint64_t most;     /* there may be */
    uint64_t requests; /* that were accepted, since the settings hold */
    struct status_worker *items;
    size_t count;
};

struct status_service {
    const char *name;
    const char *launch;         /* "spawn": a program each; "worker"; "internal": none; 8 bytes */
    struct text_list addresses; /* "127.0.0.1:7000" */
    struct text_list busy;      /* where it should listen too, and cannot yet */
    uint64_t live, instances;   /* instances may be UNLIMITED */
    uint64_t waiting;
    uint64_t started, failed;
    uint64_t refused[REFUSALS];
    uint64_t launch_median_us, launch_p99_us;
    struct status_bytes bytes; /* since the server began */
    struct status_workers workers;
};

struct status_connection {
    uint64_t number;
    const char *service;
    const char *peer;
    const char *state; /* "waiting", "launching", "serving", "lingering" … */
    uint32_t pid;      /* 0: none */
    uint64_t age_ms;
    struct status_bytes bytes;
};

struct status {
    const char *version;
    uint32_t pid;
    uint64_t up_ms;
    const char *phase; /* "running", "draining", "ending" */
    uint64_t live, instances;
    uint64_t started, refused, failed; /* services that are gone included */
    struct status_service *services;
    size_t service_count;
    struct status_connection *connections;
    size_t connection_count;
};

/* For people: a table of services and one of connections. The caller frees it. */
char *status_text(const struct status *status);

/* For programs: one JSON object and a line feed, its members as README.md names them. The caller
   frees it. */
char *status_json(const struct status *status);

#endif
