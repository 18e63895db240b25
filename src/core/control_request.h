#ifndef STDINETD_CORE_CONTROL_REQUEST_H
#define STDINETD_CORE_CONTROL_REQUEST_H

#include "core/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What goes through the control pipe: the client sends one line, "stdinetd/1 COMMAND"; the server
   answers "stdinetd/1 EXIT-CODE PID LENGTH", a line feed and LENGTH bytes of text for the user,
   then the client closes. */

enum control_command {
    CONTROL_PING, /* nothing but the answer's first line */
    CONTROL_STATUS,
    CONTROL_STATUS_JSON,
    CONTROL_RELOAD,
    CONTROL_STOP,
    CONTROL_STOP_NOW,
    CONTROL_COMMANDS /* how many there are */
};

/* As it stands in a request: "status json". */
const char *control_command_name(enum control_command command);

/* A request with its line feed is never longer. */
enum { CONTROL_REQUEST_SIZE = 128 };

/* Reads a request of length bytes, its line feed among them. On failure *error says what is wrong
   with it. */
bool control_request_read(const char *text, size_t length, enum control_command *command,
                          struct error *error);

/* Returns the length of the request. */
size_t control_request_write(char text[CONTROL_REQUEST_SIZE], enum control_command command);

/* The first line of an answer. */
struct control_answer {
    uint32_t exit_code;
    uint32_t pid;
    uint64_t length;
};

enum { CONTROL_ANSWER_SIZE = 64, CONTROL_LONGEST_ANSWER = 64 * 1024 * 1024 };

size_t control_answer_write(char text[CONTROL_ANSWER_SIZE], const struct control_answer *answer);

/* Returns how many bytes the line has; 0 where it is no such line. */
size_t control_answer_read(const char *text, size_t length, struct control_answer *answer);

#endif
