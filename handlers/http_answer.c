#include "http_answer.h"
#include "http_date.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define BLOCK_SIZE  65536
#define HEADER_SIZE (HTTP_TARGET_MAX + 1024) /* the longest has a Location */

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

/* The lines that every answer begins with. */
static size_t begin_header(char header[HEADER_SIZE], enum http_status status, uint64_t now)
{
    char date[HTTP_DATE_SIZE];

    http_date_format(now, date);
    return (size_t)snprintf(header, HEADER_SIZE,
                            "HTTP/1.1 %d %s\r\nDate: %s\r\nConnection: close\r\n"
                            "X-Content-Type-Options: nosniff\r\n",
                            (int)status, reason(status), date);
}

bool http_answer_status(const struct http_output *output, enum http_status status,
                        const struct http_request *request)
{
    char header[HEADER_SIZE];
    char text[64];
    size_t length = begin_header(header, status, http_date_now());
    int text_length = snprintf(text, sizeof text, "%d %s\n", (int)status, reason(status));

    if (status == HTTP_METHOD_NOT_ALLOWED)
        length += (size_t)snprintf(header + length, sizeof header - length, "Allow: GET, HEAD\r\n");
    if (status == HTTP_MOVED_PERMANENTLY) /* /folder is /folder/: else the links in it would miss */
        length += (size_t)snprintf(header + length, sizeof header - length, "Location: %.*s/%s\r\n",
                                   (int)strcspn(request->path, "?"), request->path, request->query);
    length += (size_t)snprintf(header + length, sizeof header - length,
                               "Content-Type: text/plain; charset=utf-8\r\n"
                               "Content-Length: %d\r\n\r\n%s",
                               text_length, request->head_only ? "" : text);
    return output->write(output->self, header, length);
}

/* Sends the header and the file after it; a small file goes out together with its header. No more
   than size bytes, even when the file has grown by now: so many have been promised. */
static bool send_file(const struct http_output *output, const char *header, size_t header_length,
                      const struct http_file *file)
{
    char block[BLOCK_SIZE];
    size_t used = header_length;
    uint64_t left = file->size;

    memcpy(block, header, header_length);
    while (left > 0) {
        size_t room = sizeof block - used;
        DWORD count = 0;

        if (!ReadFile(file->handle, block + used, (DWORD)(left < room ? left : room), &count,
                      NULL) ||
            count == 0)
            return false; /* cut short: without the rest, the client sees that from the length */
        left -= count;
        if (!output->write(output->self, block, used + count))
            return false;
        used = 0;
    }
    return used == 0 || output->write(output->self, block, used);
}

static bool answer_file(const struct http_output *output, const struct http_request *request,
                        const struct http_file *file)
{
    char header[HEADER_SIZE];
    char date[HTTP_DATE_SIZE];
    uint64_t now = http_date_now();
    uint64_t modified = file->modified < now ? file->modified : now; /* no dates from the future */
    bool is_known = request->has_modified_since && modified <= request->modified_since;
    size_t length = begin_header(header, is_known ? HTTP_NOT_MODIFIED : HTTP_OK, now);

    http_date_format(modified, date);
    length +=
        (size_t)snprintf(header + length, sizeof header - length, "Last-Modified: %s\r\n", date);
    if (!is_known)
        length += (size_t)snprintf(header + length, sizeof header - length,
                                   "Content-Type: %s\r\nContent-Length: %" PRIu64 "\r\n",
                                   file->type, file->size);
    length += (size_t)snprintf(header + length, sizeof header - length, "\r\n");
    if (is_known || request->head_only)
        return output->write(output->self, header, length);
    return send_file(output, header, length, file);
}

bool http_answer(const struct http_output *output, const struct http_root *root,
                 const struct http_request *request)
{
    struct http_file file;
    enum http_status status = http_file_open(root, request->path, &file);

    if (status != HTTP_OK)
        return http_answer_status(output, status, request);
    bool sent = answer_file(output, request, &file);
    http_file_close(&file);
    return sent;
}
