#include "http_request.h"
#include "http_date.h"

#include <string.h>

static bool is_letter_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* A token: the name of a method or of a header field. */
static bool is_token(const char *text)
{
    if (*text == '\0')
        return false;
    while (is_letter_or_digit(*text) || (*text != '\0' && strchr("!#$%&'*+-.^_`|~", *text) != NULL))
        text++;
    return *text == '\0';
}

static size_t empty_lines(const char *bytes, size_t count)
{
    size_t skipped = 0;

    while (skipped < count && (bytes[skipped] == '\r' || bytes[skipped] == '\n'))
        skipped++;
    return skipped;
}

size_t http_head_length(const char *bytes, size_t count)
{
    /* Some old clients send an empty line after a request's content, that is, before the next. */
    for (size_t i = empty_lines(bytes, count); i < count; i++) {
        if (bytes[i] != '\n')
            continue;
        if (i + 1 < count && bytes[i + 1] == '\n')
            return i + 2;
        if (i + 2 < count && bytes[i + 1] == '\r' && bytes[i + 2] == '\n')
            return i + 3;
    }
    return 0;
}

enum http_status http_head_refuse(const char *bytes, size_t count)
{
    size_t start = empty_lines(bytes, count);

    if (count < HTTP_HEAD_MAX || start == count)
        return HTTP_BAD_REQUEST;
    return memchr(bytes + start, '\n', count - start) != NULL ? HTTP_HEADER_TOO_LARGE
                                                              : HTTP_URI_TOO_LONG;
}

/* Cuts the next line off rest. NULL at the end, which is an empty line. */
static char *next_line(char **rest)
{
    char *line = *rest;
    char *end = strchr(line, '\n');

    if (end == NULL)
        return NULL;
    *rest = end + 1;
    if (end > line && end[-1] == '\r')
        end--;
    *end = '\0';
    return *line == '\0' ? NULL : line;
}

/* "GET": what is known but not for reading files is 405, what nobody knows is 501. */
static enum http_status parse_method(const char *method, struct http_request *request)
{
    static const char *const others[] = {"POST",    "PUT",     "DELETE", "PATCH",
                                         "OPTIONS", "CONNECT", "TRACE"};

    if (!is_token(method))
        return HTTP_BAD_REQUEST;
    request->head_only = strcmp(method, "HEAD") == 0;
    if (request->head_only || strcmp(method, "GET") == 0)
        return HTTP_OK;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (strcmp(method, others[i]) == 0)
            return HTTP_METHOD_NOT_ALLOWED;
    }
    return HTTP_NOT_IMPLEMENTED;
}

/* "/folder/page.html?query", or "http://host/folder/…", which a server has to take as well. */
static enum http_status parse_target(char *target, struct http_request *request)
{
    if (strlen(target) > HTTP_TARGET_MAX)
        return HTTP_URI_TOO_LONG;
    for (const char *letter = target; *letter != '\0'; letter++) {
        if (*letter <= ' ' || *letter > '~' || *letter == '#')
            return HTTP_BAD_REQUEST; /* signed or not: bytes over 127 are outside too */
    }
    if (_strnicmp(target, "http://", 7) == 0)
        target += 7 + strcspn(target + 7, "/?");
    request->query = strchr(target, '?');
    if (request->query == NULL)
        request->query = "";
    if (*target == '\0' || *target == '?') {
        request->path = "/";
        return HTTP_OK;
    }
    request->path = target;
    return *target == '/' ? HTTP_OK : HTTP_BAD_REQUEST;
}

/* "HTTP/1.1" */
static enum http_status parse_version(const char *version, bool *needs_host)
{
    if (strlen(version) != 8 || memcmp(version, "HTTP/", 5) != 0 || version[5] < '0' ||
        version[5] > '9' || version[6] != '.' || version[7] < '0' || version[7] > '9')
        return HTTP_BAD_REQUEST;
    if (version[5] != '1')
        return HTTP_VERSION_NOT_SUPPORTED;
    *needs_host = version[7] != '0';
    return HTTP_OK;
}

static enum http_status parse_request_line(char *line, struct http_request *request,
                                           bool *needs_host)
{
    char *target = strchr(line, ' ');
    char *version = target != NULL ? strchr(target + 1, ' ') : NULL;
    enum http_status status;

    if (version == NULL)
        return HTTP_BAD_REQUEST;
    *target++ = '\0';
    *version++ = '\0';
    status = parse_version(version, needs_host);
    if (status == HTTP_OK)
        status = parse_method(line, request);
    return status == HTTP_OK ? parse_target(target, request) : status;
}

/* Cuts "Name: value" in two; NULL when it is no header field. A line that continues the one before,
   and blanks before the colon, have to be refused: they were used to smuggle requests. */
static char *field_value(char *line)
{
    char *value = strchr(line, ':');
    size_t length;

    if (value == NULL)
        return NULL;
    *value++ = '\0';
    if (!is_token(line))
        return NULL;
    value += strspn(value, " \t");
    length = strlen(value);
    while (length > 0 && (value[length - 1] == ' ' || value[length - 1] == '\t'))
        length--;
    value[length] = '\0';
    return value;
}

static bool has_control_characters(const char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        unsigned char byte = (unsigned char)bytes[i];

        if (byte == '\r' && i + 1 < count && bytes[i + 1] == '\n')
            continue;
        if ((byte < ' ' && byte != '\n' && byte != '\t') || byte == 127)
            return true;
    }
    return false;
}

enum http_status http_request_parse(char *head, size_t length, struct http_request *request)
{
    char *rest = head + empty_lines(head, length);
    bool needs_host = false;
    bool has_tag = false;
    unsigned hosts = 0;
    char *line;

    *request = (struct http_request){.path = "/", .query = ""};
    if (length == 0 || head[length - 1] != '\n' || has_control_characters(head, length))
        return HTTP_BAD_REQUEST;
    head[length - 1] = '\0'; /* the end of the empty line: now this is a string, and ends there */

    line = next_line(&rest);
    enum http_status status =
        line != NULL ? parse_request_line(line, request, &needs_host) : HTTP_BAD_REQUEST;
    while (status == HTTP_OK && (line = next_line(&rest)) != NULL) {
        const char *value = field_value(line);

        if (value == NULL)
            status = HTTP_BAD_REQUEST;
        else if (_stricmp(line, "Host") == 0)
            hosts++;
        else if (_stricmp(line, "If-None-Match") == 0)
            has_tag = true;
        else if (_stricmp(line, "If-Modified-Since") == 0)
            request->has_modified_since = http_date_parse(value, &request->modified_since);
    }
    if (has_tag)
        request->has_modified_since = false; /* RFC 9110, 13.1.3: the tag, which we lack, decides */
    if (status == HTTP_OK && (hosts > 1 || (needs_host && hosts == 0)))
        status = HTTP_BAD_REQUEST;
    return status;
}
