#include "http_session.h"

#include <string.h>

void http_session_begin(struct http_session *session, const struct http_root *root,
                        unsigned requests)
{
    session->root = root;
    session->received_count = 0;
    session->requests_left = requests;
    session->requests = 0;
    session->is_answering = false;
    session->no_more_input = false;
    session->is_late = false;
    session->is_finishing = false;
    session->is_last = false;
    session->is_broken = false;
}

char *http_session_room(struct http_session *session, size_t *room)
{
    *room = sizeof session->received - session->received_count;
    return session->received + session->received_count;
}

void http_session_receive(struct http_session *session, size_t count)
{
    session->received_count += count;
}

void http_session_stop_reading(struct http_session *session, enum http_no_more reason)
{
    session->no_more_input = true;
    session->is_late = reason == HTTP_TOO_SLOW;
}

void http_session_finish(struct http_session *session)
{
    session->is_finishing = true;
}

bool http_session_is_idle(const struct http_session *session)
{
    return !session->is_answering && !http_head_begins(session->received, session->received_count);
}

bool http_session_has_ended(const struct http_session *session)
{
    return session->is_last && !session->is_answering;
}

/* The request whose head is complete. */
static void answer_request(struct http_session *session, size_t length)
{
    struct http_request request;
    enum http_status status = http_request_parse(session->received, length, &request);

    session->requests++;
    if (session->requests_left <= 1 || session->is_finishing)
        request.keep_alive = false;
    else
        session->requests_left--;
    if (status == HTTP_OK)
        http_answer_begin(&session->answer, session->root, &request);
    else
        http_answer_refuse(&session->answer, status, &request);
    session->is_answering = true;
    session->is_last = !request.keep_alive;

    session->received_count -= length;
    memmove(session->received, session->received + length, session->received_count);
}

/* What will never become a request. */
static void refuse_rest(struct http_session *session)
{
    struct http_request request = {.path = "/", .query = ""};
    enum http_status status = session->is_late
                                  ? HTTP_REQUEST_TIMEOUT
                                  : http_head_refuse(session->received, session->received_count);

    http_answer_refuse(&session->answer, status, &request);
    session->is_answering = true;
    session->is_last = true;
}

/* Begins the next answer. False where there is none to begin, now or ever. */
static bool next_answer(struct http_session *session)
{
    size_t length = http_head_length(session->received, session->received_count);

    if (session->is_last)
        return false;
    if (length > 0) {
        answer_request(session, length);
    } else if (session->received_count == sizeof session->received ||
               (session->no_more_input && !http_session_is_idle(session))) {
        refuse_rest(session);
    } else {
        session->is_last =
            session->no_more_input ||
            (session->is_finishing && session->requests > 0 && http_session_is_idle(session));
        return false;
    }
    return true;
}

size_t http_session_send(struct http_session *session, char *block, size_t size)
{
    size_t used = 0;

    /* Short answers to requests that came together leave together. */
    while (used < size && (session->is_answering || next_answer(session))) {
        size_t count = 0;

        if (!http_answer_take(&session->answer, block + used, size - used, &count)) {
            session->is_broken = true;
            session->is_last = true;
        }
        used += count;
        if (count == 0 || session->is_broken) {
            http_answer_end(&session->answer);
            session->is_answering = false;
        }
    }
    return used;
}

void http_session_end(struct http_session *session)
{
    if (session->is_answering)
        http_answer_end(&session->answer);
    session->is_answering = false;
    session->is_last = true;
}
