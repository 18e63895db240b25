#ifndef STDINETD_HANDLERS_HTTP_ANSWER_H
#define STDINETD_HANDLERS_HTTP_ANSWER_H

#include "http_file.h"
#include "http_request.h"

/* Where an answer goes. write sends all of size bytes, or returns false when the client is gone. */
struct http_output {
    bool (*write)(void *self, const void *bytes, size_t size);
    void *self;
};

/* All false as soon as output's write is false, or when a file ends before its length does. */

/* Answers one request with a file below root, or with a page that says why not. */
bool http_answer(const struct http_output *output, const struct http_root *root,
                 const struct http_request *request);

/* Answers with a status and a line of text. */
bool http_answer_status(const struct http_output *output, enum http_status status,
                        const struct http_request *request);

#endif
