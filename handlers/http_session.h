#ifndef STDINETD_HANDLERS_HTTP_SESSION_H
#define STDINETD_HANDLERS_HTTP_SESSION_H

#include "http_answer.h"

/* What happens on one connection: requests in, answers out, in order, until one side wants no more.
   No reading and writing in here; whoever has the connection, or the pipes, or a test, does
   this in turn:

     while (!http_session_has_ended(session)) {
         count = http_session_send(session, block, sizeof block);
         if (count > 0)
             send block, all of it
         else if (!http_session_has_ended(session))
             read into session->received, and http_session_receive, or http_session_stop_reading
     }

   While an answer is being sent nothing is read, so that a client that asks faster than it reads
   has to wait: it costs no memory. */

struct http_session {
    const struct http_root *root;
    char received[HTTP_HEAD_MAX]; /* of requests that are not answered yet */
    size_t received_count;
    unsigned requests_left;
    unsigned requests; /* seen until now */
    struct http_answer answer;
    bool is_answering;
    bool no_more_input;
    bool is_late;
    bool is_finishing;
    bool is_last;   /* no request is taken any more */
    bool is_broken; /* an answer could not be sent whole */
};

/* requests: after so many the connection is closed; at least 1. root has to outlive the session. */
void http_session_begin(struct http_session *session, const struct http_root *root,
                        unsigned requests);

/* Where the next bytes are to be read to; there is room whenever http_session_send has returned 0.
 */
char *http_session_room(struct http_session *session, size_t *room);
void http_session_receive(struct http_session *session, size_t count);

/* Nothing more will be read: because the client has closed its side, or because its time is over.
   What is there of a request is refused; where nothing is, the connection simply ends. */
enum http_no_more { HTTP_CLOSED_BY_CLIENT, HTTP_TOO_SLOW };
void http_session_stop_reading(struct http_session *session, enum http_no_more reason);

/* Ends the connection with the next answer; at once where there has been one and no further request
   has begun. */
void http_session_finish(struct http_session *session);

/* The next bytes for the client; 0 when something has to be read first, or the connection ends. */
size_t http_session_send(struct http_session *session, char *block, size_t size);

/* Everything is sent: the connection can be closed. */
bool http_session_has_ended(const struct http_session *session);

/* Nothing of a request has come: the client may have no more of them, ever. */
bool http_session_is_idle(const struct http_session *session);

/* Whatever state it is in, and also after its end. */
void http_session_end(struct http_session *session);

#endif
