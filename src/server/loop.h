#ifndef STDINETD_SERVER_LOOP_H
#define STDINETD_SERVER_LOOP_H

#include "core/error.h"
#include "windows/clock.h"

#include <winsock2.h>
#include <windows.h>

#include <stdint.h>

/* The loop: one thread, one completion port, timers. Every piece of the server's state belongs to
   the thread that runs it; other threads only post operations to it. */

/* Something that ends with a packet at the port: overlapped I/O, or a post from another thread. It
   must live until complete has been called for each packet under way. Starts as {0} but for
   complete. */
struct operation {
    OVERLAPPED overlapped; /* first: a packet leads back to its operation */
    void (*complete)(struct operation *operation, DWORD bytes);
};

/* Calls fire once, delay_ms after timer_set. Starts as {0} but for fire; its owner cancels it
   before it goes away. The rest is the loop's. */
struct timer {
    void (*fire)(struct timer *timer);
    uint64_t due_ms;
    struct timer *child, *next, *previous;
    bool is_set;
};

struct loop {
    HANDLE port;
    struct timer *timers; /* a pairing heap: the root is due first */
    uint64_t now_ms;      /* since loop_open; taken once per turn, never goes back */
    struct steady_clock clock;
    bool ended;
    /* A job's message (JOB_OBJECT_MSG_…); key is the number that job_report_to was given, never 0.
     */
    void (*job_message)(struct loop *loop, uint64_t key, DWORD message, DWORD pid);
};

bool loop_open(struct loop *loop, struct error *error);
void loop_close(struct loop *loop);

/* Has packets of this handle's overlapped I/O come to the loop. */
bool loop_associate(struct loop *loop, HANDLE handle, struct error *error);

/* From any thread: has complete(operation, 0) called by the loop. The packet can be lost where
   Windows is out of resources, so whoever posts also has a way to notice later. */
bool loop_post(struct loop *loop, struct operation *operation);

/* From any thread: has job_message called with these, as if a job had said it. A number can be
   spoken of that is gone by then. */
bool loop_post_message(struct loop *loop, uint64_t key, DWORD message, DWORD pid);

/* Runs until loop_end. */
void loop_run(struct loop *loop);
void loop_end(struct loop *loop);

/* Setting a timer that is set moves it. */
void timer_set(struct loop *loop, struct timer *timer, uint64_t delay_ms);
void timer_cancel(struct loop *loop, struct timer *timer);

/* The object of which member is a part. */
#define CONTAINER(pointer, type, member)                                                           \
    ((type *)(void *)((char *)(pointer)-offsetof(type, member)))

#endif
