#ifndef STDINETD_HANDLERS_WEB_CONNECTION_H
#define STDINETD_HANDLERS_WEB_CONNECTION_H

#include "http_session.h"
#include "worker.h"

/* One connection of the web server: moves bytes between its socket and its session, without ever
   waiting. At most one read or one write is under way at a time. All functions belong to one
   thread, that of the loop (web_loop.h). */

#define WEB_BLOCK_SIZE 65536

struct web_settings {
    struct http_root root;
    uint64_t head_ms; /* for a request, from its first byte; of the first one from the connection */
    uint64_t idle_ms; /* between an answer and the next request */
    uint64_t send_ms; /* for a client to take WEB_BLOCK_SIZE bytes */
    unsigned requests; /* on one connection */
};

enum web_state {
    WEB_READING,
    WEB_SENDING,
    WEB_DRAINING, /* all is sent; what still comes is dropped, or the end of it would be lost */
};

struct web_connection {
    struct web_connection *next, **link; /* the loop's list */
    const struct web_settings *settings;
    SOCKET socket;
    struct worker_connection worker; /* where the socket came from the server */
    bool is_worker;
    bool is_attached; /* to the loop's port */

    OVERLAPPED overlapped; /* of what is under way */
    enum web_state state;
    uint64_t deadline_ms;      /* of what is under way, on the clock of GetTickCount64 */
    uint64_t waiting_since_ms; /* for a request, or for the rest of one; 0: not waiting */
    bool was_idle;             /* … for the former */
    bool is_late;              /* the deadline is over: what is under way has been cancelled */
    bool is_cancelled;         /* the same for want of need */

    struct http_session session;
    size_t block_length, block_sent;
    char block[WEB_BLOCK_SIZE];
};

/* A connection without a socket yet. NULL where there is no memory; free it with free. */
struct web_connection *web_connection_new(const struct web_settings *settings);

/* From here on the socket, which has to be overlapped, is the connection's. Both return false when
   the connection has ended: it can be removed and freed, nothing is under way. */
bool web_connection_begin(struct web_connection *connection);
bool web_connection_continue(struct web_connection *connection, size_t count, bool failed);

/* Cancels what is under way once its time is over. */
void web_connection_look(struct web_connection *connection, uint64_t now_ms);

/* The server wants to end: no more requests than the one that has begun. */
void web_connection_finish(struct web_connection *connection);

#endif
