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

bool http_head_begins(const char *bytes, size_t count)
{
    return empty_lines(bytes, count) < count;
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

/* "HTTP/1.1", or a later one that says the same and more */
static enum http_status parse_version(const char *version, bool *is_1_1)
{
    if (strlen(version) != 8 || memcmp(version, "HTTP/", 5) != 0 || version[5] < '0' ||
        version[5] > '9' || version[6] != '.' || version[7] < '0' || version[7] > '9')
        return HTTP_BAD_REQUEST;
    if (version[5] != '1')
        return HTTP_VERSION_NOT_SUPPORTED;
    *is_1_1 = version[7] != '0';
    return HTTP_OK;
}

static enum http_status parse_request_line(char *line, struct http_request *request, bool *is_1_1)
{
    char *target = strchr(line, ' ');
    char *version = target != NULL ? strchr(target + 1, ' ') : NULL;
    enum http_status status;

    if (version == NULL)
        return HTTP_BAD_REQUEST;
    *target++ = '\0';
    *version++ = '\0';
    status = parse_version(version, is_1_1);
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

/* What the header fields say, as far as it matters here. */
struct fields {
    unsigned hosts;
    bool has_tag;
    bool says_close;
    unsigned lengths, codings; /* fields that tell how long the content is */
    bool has_content;
};

/* Whether a comma-separated list has a word, in any case. */
static bool list_has(const char *list, const char *word)
{
    size_t length = strlen(word);

    while (*list != '\0') {
        list += strspn(list, " \t,");
        size_t end = strcspn(list, ",");
        size_t used = end;

        while (used > 0 && (list[used - 1] == ' ' || list[used - 1] == '\t'))
            used--;
        if (used == length && _strnicmp(list, word, length) == 0)
            return true;
        list += end;
    }
    return false;
}

/* Digits and nothing else: what one reads as 0 and another as 5 ("+5", "5, 5") is how requests are
   smuggled past a proxy. */
static enum http_status parse_content_length(const char *value, struct fields *fields)
{
    fields->lengths++;
    if (*value == '\0' || value[strspn(value, "0123456789")] != '\0')
        return HTTP_BAD_REQUEST;
    if (value[strspn(value, "0")] != '\0')
        fields->has_content = true;
    return HTTP_OK;
}

static enum http_status parse_field(const char *name, const char *value,
                                    struct http_request *request, struct fields *fields)
{
    if (_stricmp(name, "Host") == 0)
        fields->hosts++;
    else if (_stricmp(name, "Connection") == 0)
        fields->says_close = fields->says_close || list_has(value, "close");
    else if (_stricmp(name, "If-None-Match") == 0)
        fields->has_tag = true;
    else if (_stricmp(name, "If-Modified-Since") == 0)
        request->has_modified_since = http_date_parse(value, &request->modified_since);
    else if (_stricmp(name, "Content-Length") == 0)
        return parse_content_length(value, fields);
    else if (_stricmp(name, "Transfer-Encoding") == 0) {
        fields->codings++;
        fields->has_content = true;
        /* RFC 9112, 6.3: without chunked nobody knows where the content ends. */
        return _stricmp(value, "chunked") == 0 ? HTTP_OK : HTTP_BAD_REQUEST;
    }
    return HTTP_OK;
}

/* What no single field is wrong in, but all of them together. */
static enum http_status check_fields(const struct fields *fields, bool is_1_1)
{
    if (fields->hosts > 1 || (is_1_1 && fields->hosts == 0))
        return HTTP_BAD_REQUEST;
    /* RFC 9112, 6.1 and 6.3: two answers to how long the content is are one too many, and HTTP/1.0
       has no chunks. */
    if (fields->lengths + fields->codings > 1 || (fields->codings > 0 && !is_1_1))
        return HTTP_BAD_REQUEST;
    return HTTP_OK;
}

enum http_status http_request_parse(char *head, size_t length, struct http_request *request)
{
    char *rest = head + empty_lines(head, length);
    struct fields fields = {0};
    bool is_1_1 = false;
    char *line;

    *request = (struct http_request){.path = "/", .query = ""};
    if (length == 0 || head[length - 1] != '\n' || has_control_characters(head, length))
        return HTTP_BAD_REQUEST;
    head[length - 1] = '\0'; /* the end of the empty line: now this is a string, and ends there */

    line = next_line(&rest);
    enum http_status status =
        line != NULL ? parse_request_line(line, request, &is_1_1) : HTTP_BAD_REQUEST;
    while (status == HTTP_OK && (line = next_line(&rest)) != NULL) {
        const char *value = field_value(line);

        status = value != NULL ? parse_field(line, value, request, &fields) : HTTP_BAD_REQUEST;
    }
    if (status == HTTP_OK)
        status = check_fields(&fields, is_1_1);
    if (fields.has_tag)
        request->has_modified_since = false; /* RFC 9110, 13.1.3: the tag, which we lack, decides */
    /* A content means nothing to GET (RFC 9110, 9.3.1). Instead of reading it away to find the next
       request behind it, the connection is closed, as RFC 9112, 9.3 allows. */
    request->keep_alive = status == HTTP_OK && is_1_1 && !fields.says_close && !fields.has_content;
    return status;
}
