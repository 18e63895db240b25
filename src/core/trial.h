#ifndef STDINETD_CORE_TRIAL_H
#define STDINETD_CORE_TRIAL_H

#include "core/error.h"
#include "core/text_list.h"
#include "core/trial_bytes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* "stdinetd try": what was found out about a program, and what follows from it. */

/* Where nothing came. */
#define TRIAL_NEVER UINT64_MAX

enum trial_fact { TRIAL_UNKNOWN, TRIAL_NO, TRIAL_YES };

/* What it did about a line that it was sent. */
enum trial_answer {
    TRIAL_ANSWER_GONE,   /* it had ended before */
    TRIAL_ANSWER_UNTOLD, /* it never stops to write */
    TRIAL_ANSWER_NONE,   /* nothing */
    TRIAL_ANSWER_LATE,   /* it answered when the next line came */
    TRIAL_ANSWER_AT_END, /* it answered when the input ended, as a filter may */
    TRIAL_ANSWER_ONCE,   /* at once, but not the next line too */
    TRIAL_ANSWER_PROMPT
};

enum trial_exit {
    TRIAL_EXIT_NEVER,      /* it went on when its input had ended */
    TRIAL_EXIT_UNASKED,    /* before it was sent anything */
    TRIAL_EXIT_AFTER_LINE, /* when it had got a line */
    TRIAL_EXIT_AT_END      /* of its input */
};

enum { TRIAL_SAMPLE = 64, TRIAL_ERROR_LINES = 10 };

/* With one value of stdio. Starts as {0} but for first_byte_us, which is TRIAL_NEVER. */
struct trial {
    bool began;             /* its process was started … */
    struct error failure;   /* … or this is why not */
    uint64_t start_us;      /* from the connection to the process */
    uint64_t first_byte_us; /* from the connection to what the client got first */
    bool spoke;             /* the client got something */
    bool greeted;           /* without having sent anything */
    enum trial_answer answer;
    uint64_t answer_us;       /* from the line, or the end of input, to the answer */
    bool echoes;              /* the answer is the line */
    enum trial_fact sees_end; /* of its input */
    enum trial_fact whole;    /* what it writes after that arrives */
    enum trial_exit exit;
    uint32_t exit_code;
    struct trial_bytes bytes; /* where it echoes … */
    enum trial_fact many;     /* … and whether all of many lines came back */
    size_t lines_found;       /* of TRIAL_MANY_LINES */
    enum trial_fact leaves;   /* it ends when its client has vanished */

    char greeting[TRIAL_SAMPLE], reply[TRIAL_SAMPLE]; /* how they begin, on one line */
    struct text_list errors; /* what it wrote to stderr, each line once … */
    bool errors_left_out;    /* … and whether there were more */
};

/* The order of the two. */
enum trial_way { TRIAL_SOCKET, TRIAL_PIPE, TRIAL_WAYS };

/* What the report says besides. */
struct trial_program {
    const char *known;   /* among the programs that take no socket, or NULL */
    bool has_sockets;    /* this system has sockets that are file handles */
    const char *command; /* the words behind "--", quoted */
    const char *section; /* of the ini file, all but stdio; NULL where it fits in none */
};

void trial_free(struct trial *trial);

/* Copies how a text begins for greeting and reply: what is not printable is shown as '.', and line
   ends are cut off. */
void trial_sample(char sample[TRIAL_SAMPLE], const char *text, size_t length);

/* A line that it has written to stderr. */
void trial_add_error(struct trial *trial, const char *line);

/* It ended with an error that Windows numbers, such as 0xC0000005. */
bool trial_crashes(const struct trial *trial);

/* Whether a client is served: it got something, or the program took all that it sent. */
bool trial_works(const struct trial *trial);

/* In what the two ways differ: the first difference of these. */
enum trial_reason {
    TRIAL_BY_WORKING,
    TRIAL_BY_ANSWER,
    TRIAL_BY_GREETING,
    TRIAL_BY_END,
    TRIAL_BY_WHOLE,
    TRIAL_BY_MANY,
    TRIAL_BY_BYTES,
    TRIAL_BY_EXIT_CODE,
    TRIAL_BY_NOTHING
};

/* *better is left alone where they do not differ. */
enum trial_reason trial_compare(const struct trial trials[TRIAL_WAYS], enum trial_way *better);

/* What stdio should be; TRIAL_WAYS where it works neither way. The first difference
   decides; where there is none, the table of known programs, else it is the socket. */
enum trial_way trial_choose(const struct trial trials[TRIAL_WAYS],
                            const struct trial_program *program);

/* All of it as text, which the caller frees. It ends in "stdio = socket" or "stdio = pipe" on a
   line of its own, or in neither. */
char *trial_report(const struct trial trials[TRIAL_WAYS], const struct trial_program *program);

#endif
