#include "web.h"

#include "core/memory.h"
#include "core/path.h"
#include "windows/file.h"
#include "windows/text.h"

#include <stdlib.h>
#include <string.h>

enum { LARGEST_PAGE = 16384, LARGEST_HEADER = 2048 };

/* A connection is kept for as long as its client likes. */
#define REQUESTS "1000000000"

char *web_arguments(const struct side_setup *setup)
{
    return memory_format("--requests " REQUESTS " \"%s\"", setup->web_folder);
}

bool web_start(struct side *side, const struct side_setup *setup, struct error *error)
{
    static const char *const words[] = {"--listen", "0", "--requests", REQUESTS};
    struct text_list arguments = {0};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        text_list_append(&arguments, words[i]);
    text_list_append(&arguments, setup->web_folder);
    bool started =
        process_start(&side->process, setup->webserver, &arguments, side->output.handle, error);
    text_list_free(&arguments);
    return started;
}

char *web_page(const struct side_setup *setup, struct error *error)
{
    char *path = path_join(setup->web_folder, "index.html");
    size_t length;
    char *page = file_read(path, LARGEST_PAGE, &length, error);

    free(path);
    return page;
}

/* The bytes of an answer until it is whole: as long as its header says, or to the end. */
static size_t take_answer(SOCKET connection, const struct side *side, char *answer, size_t size,
                          struct error *error)
{
    size_t whole = 0; /* not known yet */
    size_t length = 0;

    while (length < size - 1 && (whole == 0 || length < whole || !side->plan->keeps)) {
        int got = recv(connection, answer + length, (int)(size - 1 - length), 0);

        if (got == SOCKET_ERROR)
            error_winsock(error, "recv after %zu bytes of an answer", length);
        if (got == SOCKET_ERROR || (got == 0 && length == 0))
            return 0;
        if (got == 0)
            break;
        length += (size_t)got;
        answer[length] = '\0';
        const char *content = strstr(answer, "\r\n\r\n");
        if (whole == 0 && content != NULL)
            whole = (size_t)(content + 4 - answer) + strlen(side->page);
    }
    return length;
}

bool web_ask(SOCKET connection, const struct side *side, struct error *error)
{
    static const char kept[] = "GET /index.html HTTP/1.1\r\nHost: localhost\r\n\r\n";
    static const char single[] =
        "GET /index.html HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    const char *request = side->plan->keeps ? kept : single;
    char answer[LARGEST_PAGE + LARGEST_HEADER];
    int size = (int)strlen(request);

    error_set(error, "no answer");
    if (send(connection, request, size, 0) != size)
        return error_winsock(error, "send");
    size_t length = take_answer(connection, side, answer, sizeof answer, error);
    if (length == 0)
        return false;
    const char *content = strstr(answer, "\r\n\r\n");
    if (strncmp(answer, "HTTP/1.1 200 ", 13) != 0 || content == NULL ||
        strcmp(content + 4, side->page) != 0)
        return error_set(error, "wrong answer: '%.*s'", (int)strcspn(answer, "\r"), answer);
    return true;
}
