#ifndef STDINETD_SERVER_RELOAD_PLAN_H
#define STDINETD_SERVER_RELOAD_PLAN_H

#include "core/text_buffer.h"
#include "server/server.h"

/* What a reload is about to do with each service and each of its places. */

enum change_kind { CHANGE_KEPT, CHANGE_ADDED, CHANGE_CHANGED, CHANGE_REMOVED };

struct change {
    enum change_kind kind;
    struct running_service *before; /* NULL: it is added */
    struct running_service *after;  /* NULL: it is removed */
    struct text_list options;       /* changed: in which options */
};

enum opening_kind {
    OPENING_TAKEN_OVER, /* from a service that has changed or is removed */
    OPENING_OPENED,
    OPENING_IN_OUR_WAY, /* a listener that is wanted no more has to close first */
    OPENING_BUSY        /* Windows keeps the address for connections of ours */
};

/* One place of a service that is added or has changed. */
struct opening {
    enum opening_kind kind;
    struct running_service *service;
    size_t place;
    struct running_service *from; /* taken over: whose listener … */
    size_t from_place;            /* … at which of its places */
};

struct plan {
    struct server *server;
    struct change *changes; /* in the order of the new configuration, then what is removed */
    size_t change_count;
    struct opening *openings;
    size_t opening_count;
};

/* Compares what is served with the new services, which stay the caller's, and opens every new place
   that is free. Nothing that is served changes yet. Where a place cannot be opened for a reason of
   its own, all is closed again: false, with *error set. */
bool plan_make(struct plan *plan, struct server *server, struct running_service *services,
               struct error *error);

/* Begins to close what is in the way of new places. Returns whether anything is. */
bool plan_clear_way(struct plan *plan);
bool plan_way_is_clear(const struct plan *plan);

/* Then opens them; as plan_make on failure, and what was closed for them is opened again. */
bool plan_open_rest(struct plan *plan, struct error *error);

/* All new places are closed again, and nothing is to change. What has begun to close does. */
void plan_cancel(struct plan *plan);

/* Makes it so: the new services are the server's, and those that they do not need are freed. */
void plan_carry_out(struct plan *plan);

/* For the user: what was added, changed, removed, kept. Before it is carried out. */
void plan_describe(const struct plan *plan, struct text_buffer *text);

void plan_free(struct plan *plan);

#endif
