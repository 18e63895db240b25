#include "http_answer.h"
#include "http_date.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *reason(enum http_status status)
{
    switch (status) {
    case HTTP_OK:
        return "OK";
    case HTTP_MOVED_PERMANENTLY:
        return "Moved Permanently";
    case HTTP_NOT_MODIFIED:
        return "Not Modified";
    case HTTP_BAD_REQUEST:
        return "Bad Request";
    case HTTP_FORBIDDEN:
        return "Forbidden";
    case HTTP_NOT_FOUND:
        return "Not Found";
    case HTTP_METHOD_NOT_ALLOWED:
        return "Method Not Allowed";
    case HTTP_REQUEST_TIMEOUT:
        return "Request Timeout";
    case HTTP_URI_TOO_LONG:
        return "URI Too Long";
    case HTTP_HEADER_TOO_LARGE:
        return "Request Header Fields Too Large";
    case HTTP_NOT_IMPLEMENTED:
        return "Not Implemented";
    case HTTP_VERSION_NOT_SUPPORTED:
        return "HTTP Version Not Supported";
    case HTTP_INTERNAL_ERROR:
    default:
        return "Internal Server Error";
    }
}

/* No line is ever longer than the header has room for: see HTTP_HEADER_MAX. */
static void add(struct http_answer *answer, const char *format, ...)
{
    size_t room = sizeof answer->header - answer->header_length;
    va_list values;

    va_start(values, format);
    int length = vsnprintf(answer->header + answer->header_length, room, format, values);
    va_end(values);
    if (length > 0)
        answer->header_length += (size_t)length < room ? (size_t)length : room - 1;
}

/* The lines that every answer begins with. That a connection goes on needs no word in HTTP/1.1. */
static void begin_header(struct http_answer *answer, enum http_status status, uint64_t now,
                         bool keep_alive)
{
    char date[HTTP_DATE_SIZE];

    answer->header_length = 0;
    answer->header_taken = 0;
    answer->left = 0;
    http_date_format(now, date);
    add(answer, "HTTP/1.1 %d %s\r\nDate: %s\r\n", (int)status, reason(status), date);
    if (!keep_alive)
        add(answer, "Connection: close\r\n");
    add(answer, "X-Content-Type-Options: nosniff\r\n");
}

void http_answer_refuse(struct http_answer *answer, enum http_status status,
                        const struct http_request *request)
{
    char text[64];
    int length = snprintf(text, sizeof text, "%d %s\n", (int)status, reason(status));

    begin_header(answer, status, http_date_now(), request->keep_alive);
    if (status == HTTP_METHOD_NOT_ALLOWED)
        add(answer, "Allow: GET, HEAD\r\n");
    if (status == HTTP_MOVED_PERMANENTLY) /* /folder is /folder/: else the links in it would miss */
        add(answer, "Location: %.*s/%s\r\n", (int)strcspn(request->path, "?"), request->path,
            request->query);
    add(answer, "Content-Type: text/plain; charset=utf-8\r\nContent-Length: %d\r\n\r\n%s", length,
        request->head_only ? "" : text);
}

static void begin_file(struct http_answer *answer, const struct http_request *request)
{
    const struct http_file *file = &answer->file;
    char date[HTTP_DATE_SIZE];
    uint64_t now = http_date_now();
    uint64_t modified = file->modified < now ? file->modified : now; /* no dates from the future */
    bool is_known = request->has_modified_since && modified <= request->modified_since;

    begin_header(answer, is_known ? HTTP_NOT_MODIFIED : HTTP_OK, now, request->keep_alive);
    http_date_format(modified, date);
    add(answer, "Last-Modified: %s\r\n", date);
    if (!is_known)
        add(answer, "Content-Type: %s\r\nContent-Length: %" PRIu64 "\r\n", file->type, file->size);
    add(answer, "\r\n");
    if (!is_known && !request->head_only)
        answer->left = file->size;
    if (answer->left == 0)
        http_file_close(&answer->file);
}

void http_answer_begin(struct http_answer *answer, const struct http_root *root,
                       const struct http_request *request)
{
    enum http_status status = http_file_open(root, request->path, &answer->file);

    if (status == HTTP_OK)
        begin_file(answer, request);
    else
        http_answer_refuse(answer, status, request);
}

static bool take_file(struct http_answer *answer, char *block, size_t size, size_t *count)
{
    DWORD got = 0;

    if (!ReadFile(answer->file.handle, block, (DWORD)(answer->left < size ? answer->left : size),
                  &got, NULL) ||
        got == 0)
        return false;
    answer->left -= got;
    *count += got;
    if (answer->left == 0)
        http_file_close(&answer->file);
    return true;
}

bool http_answer_take(struct http_answer *answer, char *block, size_t size, size_t *count)
{
    size_t rest = answer->header_length - answer->header_taken;

    *count = rest < size ? rest : size;
    memcpy(block, answer->header + answer->header_taken, *count);
    answer->header_taken += *count;
    /* A small file goes out together with its header. */
    return *count == size || answer->left == 0 ||
           take_file(answer, block + *count, size - *count, count);
}

void http_answer_end(struct http_answer *answer)
{
    if (answer->left > 0)
        http_file_close(&answer->file);
    answer->left = 0;
}
