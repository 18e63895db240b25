#include "core/control_request.h"

#include "core/ascii.h"
#include "core/utf8.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char protocol[] = "stdinetd/1 ";

const char *control_command_name(enum control_command command)
{
    static const char *const names[] = {[CONTROL_PING] = "ping",
                                        [CONTROL_STATUS] = "status",
                                        [CONTROL_STATUS_JSON] = "status json",
                                        [CONTROL_RELOAD] = "reload",
                                        [CONTROL_STOP] = "stop",
                                        [CONTROL_STOP_NOW] = "stop now"};

    return names[command];
}

bool control_request_read(const char *text, size_t length, enum control_command *command,
                          struct error *error)
{
    static const size_t prefix = sizeof protocol - 1;
    char line[CONTROL_REQUEST_SIZE];
    char excerpt[60];

    if (length == 0 || length > sizeof line || text[length - 1] != '\n')
        return error_set(error, "a request is one line of at most %d bytes", CONTROL_REQUEST_SIZE);
    memcpy(line, text, length - 1);
    line[length - 1] = '\0';
    if (strncmp(line, protocol, prefix) != 0)
        return error_set(error, "a request begins with '%s'; is the other side another version?",
                         protocol);
    for (int i = 0; i < CONTROL_COMMANDS; i++) {
        const char *name = control_command_name((enum control_command)i);

        if (strlen(name) == length - 1 - prefix && strcmp(line + prefix, name) == 0) {
            *command = (enum control_command)i;
            return true;
        }
    }
    utf8_excerpt(excerpt, sizeof excerpt, line + prefix);
    return error_set(error, "the request '%s' is not known", excerpt);
}

size_t control_request_write(char text[CONTROL_REQUEST_SIZE], enum control_command command)
{
    return (size_t)snprintf(text, CONTROL_REQUEST_SIZE, "%s%s\n", protocol,
                            control_command_name(command));
}

size_t control_answer_write(char text[CONTROL_ANSWER_SIZE], const struct control_answer *answer)
{
    return (size_t)snprintf(text, CONTROL_ANSWER_SIZE, "%s%" PRIu32 " %" PRIu32 " %" PRIu64 "\n",
                            protocol, answer->exit_code, answer->pid, answer->length);
}

/* Reads digits up to the byte `end`, which it takes too. */
static bool take_number(const char **next, const char *limit, char end, uint64_t maximum,
                        uint64_t *number)
{
    const char *first = *next;

    *number = 0;
    for (; *next < limit && ascii_is_digit(**next); (*next)++) {
        *number = *number * 10 + (uint64_t)(**next - '0');
        if (*number > maximum)
            return false;
    }
    return *next > first && *next < limit && *(*next)++ == end;
}

size_t control_answer_read(const char *text, size_t length, struct control_answer *answer)
{
    const char *next = text + sizeof protocol - 1;
    const char *limit = text + length;
    uint64_t exit_code;
    uint64_t pid;

    if (length < sizeof protocol || memcmp(text, protocol, sizeof protocol - 1) != 0)
        return 0;
    if (!take_number(&next, limit, ' ', UINT32_MAX, &exit_code) ||
        !take_number(&next, limit, ' ', UINT32_MAX, &pid) ||
        !take_number(&next, limit, '\n', CONTROL_LONGEST_ANSWER, &answer->length))
        return 0;
    answer->exit_code = (uint32_t)exit_code;
    answer->pid = (uint32_t)pid;
    return (size_t)(next - text);
}
