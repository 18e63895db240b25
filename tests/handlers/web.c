#include "web.h"
#include "answer.h"
#include "site.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *way(void)
{
    const char *value = getenv("WEBSERVER_WITH");

    return value != NULL ? value : "listen";
}

bool web_is_pool(void)
{
    return strcmp(way(), "listen") != 0;
}

static struct process *start_by_itself(const char *options)
{
    char arguments[2048];

    snprintf(arguments, sizeof arguments, "--listen 0 %s \"%ls\"", options, site_path(L"www"));
    struct process *web = process_start("handlers\\webserver.exe", arguments);
    server_expect(web, "listen webserver ");
    return web;
}

struct process *web_start_pool(const char *options, const char *service)
{
    return server_start("log_level = debug\n"
                        "[service webserver]\n"
                        "port = 0\n"
                        "server = handlers\\webserver.exe\n"
                        "server_args = %s \"%ls\"\n"
                        "transfer = %s\n"
                        "%s",
                        options, site_path(L"www"), way(), service);
}

struct process *web_start(const char *options)
{
    return web_is_pool() ? web_start_pool(options, "workers = 1\nworker_connections = 64\n")
                         : start_by_itself(options);
}

SOCKET web_connect(struct process *web)
{
    return client_connect(web, "webserver");
}

void web_get(SOCKET client, const char *target, const char *fields)
{
    char text[1024];

    snprintf(text, sizeof text, "GET %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n", target, fields);
    client_say(client, text);
}

static char answer[65536];

static size_t take_header(SOCKET client)
{
    size_t length = 0;

    for (answer[0] = '\0'; strstr(answer, "\r\n\r\n") == NULL; answer[length] = '\0') {
        int count = recv(client, answer + length, 1, 0);

        if (count != 1 || length == sizeof answer - 2)
            FAIL("no answer, but '%s'", answer);
        length++;
    }
    return length;
}

const char *web_answer_to_head(SOCKET client)
{
    take_header(client);
    return answer;
}

const char *web_answer(SOCKET client)
{
    size_t length = take_header(client);
    size_t size = (size_t)atoi(answer_field(answer, "Content-Length"));
    size_t count = 0;

    assert_true(size < sizeof answer - length);
    client_take(client, answer + length, size, &count);
    if (count != size)
        FAIL("%zu bytes of %zu have come", count, size);
    answer[length + size] = '\0';
    return answer;
}

const char *web_ask(struct process *web, const char *text)
{
    SOCKET client = web_connect(web);

    client_say(client, text);
    const char *all = client_rest(client);
    client_close(client);
    return all;
}
