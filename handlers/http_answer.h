#ifndef STDINETD_HANDLERS_HTTP_ANSWER_H
#define STDINETD_HANDLERS_HTTP_ANSWER_H

#include "http_file.h"
#include "http_request.h"

/* The answer to one request, as bytes. The caller takes them block by block and sends them as fast
   as its client reads, so that a file of any size needs no more memory than one block. */

#define HTTP_HEADER_MAX (HTTP_TARGET_MAX + 1024) /* the longest has a Location */

struct http_answer {
    char header[HTTP_HEADER_MAX]; /* with the content, where that is a line of text */
    size_t header_length;
    size_t header_taken;
    struct http_file file; /* open while left is not 0 */
    uint64_t left;         /* bytes of the file */
};

/* Begins the answer to a request: a file below root, or a page that says why not. */
void http_answer_begin(struct http_answer *answer, const struct http_root *root,
                       const struct http_request *request);

/* Begins an answer that is a status and a line of text. */
void http_answer_refuse(struct http_answer *answer, enum http_status status,
                        const struct http_request *request);

/* Puts the next bytes into block, at most size: *count is 0 when there are no more. Never more than
   the header has promised, even when the file has grown by now; false when it ends too early, after
   which the connection has to be closed for the client to see that. */
bool http_answer_take(struct http_answer *answer, char *block, size_t size, size_t *count);

/* Closes the file, if it is still open. */
void http_answer_end(struct http_answer *answer);

#endif
