#ifndef STDINETD_SERVER_SPAWNER_H
#define STDINETD_SERVER_SPAWNER_H

#include "server/loop.h"

/* A few threads that start processes, because CreateProcess takes milliseconds and the loop must
   not wait. They carry requests and results and touch nothing else. */

/* One start. run is called on a spawn thread, then done on the loop; between spawner_submit and
   done the task belongs to the spawner. */
struct spawn_task {
    void (*run)(struct spawn_task *task);
    void (*done)(struct spawn_task *task);
    struct spawn_task *next;
    bool can_wait;
};

struct spawner;

/* NULL with *error set on failure. */
struct spawner *spawner_start(struct loop *loop, size_t threads, struct error *error);
void spawner_submit(struct spawner *spawner, struct spawn_task *task);

/* The same for one that nobody waits for yet: it is run when no other waits, and never keeps the
   last thread busy where there are several. */
void spawner_submit_later(struct spawner *spawner, struct spawn_task *task);

/* Calls done for every task that has run; the wake-up does this by itself, and the sweep in case a
   wake-up was lost. */
void spawner_collect(struct spawner *spawner);

/* Waits for the threads. Tasks still queued are not run. */
void spawner_stop(struct spawner *spawner);

#endif
