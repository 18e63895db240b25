#include "answer.h"
#include "handler.h"
#include "site.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int answer_status(const char *answer)
{
    if (strncmp(answer, "HTTP/1.1 ", 9) != 0)
        fail_msg("no status: %s", answer);
    return atoi(answer + 9);
}

const char *answer_content(const char *answer)
{
    const char *end = strstr(answer, "\r\n\r\n");

    assert_non_null(end);
    return end + 4;
}

const char *answer_field(const char *answer, const char *name)
{
    static char value[256];
    char start[64];
    const char *line;

    snprintf(start, sizeof start, "\r\n%s: ", name);
    line = strstr(answer, start);
    if (line == NULL || line > answer_content(answer))
        fail_msg("no %s in %s", name, answer);
    line += strlen(start);
    snprintf(value, sizeof value, "%.*s", (int)strcspn(line, "\r"), line);
    return value;
}

void answer_expect_refused(const char *answer, const char *attack)
{
    int status = answer_status(answer);

    if (status != 400 && status != 403 && status != 404)
        fail_msg("%d for %s", status, attack);
    if (strstr(answer, SECRET) != NULL || strchr(answer_content(answer), '<') != NULL ||
        strstr(answer, "Set-Cookie") != NULL || strstr(answer, "Location") != NULL)
        fail_msg("%s got %s", attack, answer);
}
