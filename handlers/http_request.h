#ifndef STDINETD_HANDLERS_HTTP_REQUEST_H
#define STDINETD_HANDLERS_HTTP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reading the head of an HTTP/1.x request (RFC 9112). No reading from anywhere in here: the caller
   collects bytes and hands them over, so that they may come from a pipe, a socket or a test. */

#define HTTP_HEAD_MAX   16384 /* more than a browser ever sends; longer ones are refused */
#define HTTP_TARGET_MAX 8000  /* what RFC 9112 asks a server to take at least */

enum http_status {
    HTTP_OK = 200,
    HTTP_MOVED_PERMANENTLY = 301,
    HTTP_NOT_MODIFIED = 304,
    HTTP_BAD_REQUEST = 400,
    HTTP_FORBIDDEN = 403,
    HTTP_NOT_FOUND = 404,
    HTTP_METHOD_NOT_ALLOWED = 405,
    HTTP_REQUEST_TIMEOUT = 408,
    HTTP_URI_TOO_LONG = 414,
    HTTP_HEADER_TOO_LARGE = 431,
    HTTP_INTERNAL_ERROR = 500,
    HTTP_NOT_IMPLEMENTED = 501,
    HTTP_VERSION_NOT_SUPPORTED = 505,
};

struct http_request {
    bool head_only;    /* HEAD: everything but the content */
    const char *path;  /* begins with '/', still percent-encoded, printable ASCII */
    const char *query; /* begins with '?', or is empty */
    bool keep_alive; /* another request may follow: nobody minds, and it is clear where it begins */
    bool has_modified_since;
    uint64_t modified_since; /* see http_date.h */
};

/* Whether anything but empty lines has come, which may stand before a request and mean nothing. */
bool http_head_begins(const char *bytes, size_t count);

/* The length of the head up to and with its empty line, or 0 while that has not come yet. */
size_t http_head_length(const char *bytes, size_t count);

/* What to answer when the client sent count bytes, at most HTTP_HEAD_MAX, and the head is not
   complete and never will be. */
enum http_status http_head_refuse(const char *bytes, size_t count);

/* Takes a complete head apart: HTTP_OK, or the status to refuse it with. Lines are cut inside head,
   and request points into it; both are of use only as long as it is. */
enum http_status http_request_parse(char *head, size_t length, struct http_request *request);

#endif
