#ifndef STDINETD_HANDLERS_WEB_LOOP_H
#define STDINETD_HANDLERS_WEB_LOOP_H

#include "web_connection.h"

/* The one thread that serves all connections of a process, with a completion port. */
struct web_loop {
    const struct web_settings *settings;
    HANDLE port;
    HANDLE thread;
    HANDLE room; /* a semaphore: how many connections there may be more */
    struct web_connection *connections;
    bool is_finishing;
    uint64_t looked_ms; /* when the deadlines were looked at */
};

/* connections: at most so many at a time, for web_loop_wait_for_room. False with GetLastError().
   settings have to outlive the loop. */
bool web_loop_start(struct web_loop *loop, const struct web_settings *settings, long connections);

/* Waits until there is room for one more, and takes it. From other threads. */
void web_loop_wait_for_room(struct web_loop *loop);

/* Hands over a connection that has its socket; the loop serves it to its end and frees it. From
   other threads. */
void web_loop_add(struct web_loop *loop, struct web_connection *connection);

/* Lets every connection finish its request, waits for the last one to end, and frees the loop. */
void web_loop_finish(struct web_loop *loop);

#endif
