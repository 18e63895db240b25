#ifndef STDINETD_CORE_OPTIONS_H
#define STDINETD_CORE_OPTIONS_H

#include "core/error.h"
#include "core/rate.h"
#include "core/text_list.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* "unlimited" as a count. */
#define UNLIMITED UINT64_MAX

/* A choice that has no default and was never given. */
enum { NO_CHOICE = -1 };

/* TCP ports in the order given; 0 is any free one. Starts as {0}. */
struct port_list {
    uint16_t *items;
    size_t count;
};

/* What the value of an option is written as, and what it becomes in struct config or struct
 * service. */
enum option_type {
    OPTION_BOOLEAN, /* yes, no -> bool */
    OPTION_COUNT,   /* 100, unlimited -> uint64_t */
    OPTION_TIME,    /* 500ms 5s 2m 1h, plain = seconds -> uint64_t milliseconds */
    OPTION_SIZE,    /* 64K 10M 1G, plain = bytes, unlimited -> uint64_t bytes */
    OPTION_RATE,    /* 10, 30/m, 10/s 50, unlimited -> struct rate */
    OPTION_CHOICE,  /* one word of values -> int, its place in values */
    OPTION_TEXT,    /* -> char *, NULL where it was never given */
    OPTION_LIST,    /* blank-separated, quotes group -> struct text_list */
    OPTION_PORTS    /* blank-separated ports -> struct port_list */
};

enum option_section { SECTION_SERVER, SECTION_SERVICE };

/* Which services can have it: all, those that start a program, or those whose bytes the server sees
   passing too. */
enum option_subject { OF_ANY, OF_PROGRAMS, OF_PASSING_BYTES };

/* When a changed value takes effect: not before the next start, or with a reload. */
enum option_reload { RELOAD_NEVER, RELOAD_LIVE };

/* The master copy of one option. Parsing, defaults, range checks, "stdinetd options" and the
   reference in README.md all come from this row. */
struct option {
    const char *name;
    enum option_section section;
    enum option_subject subject;
    enum option_type type;
    size_t offset;       /* in struct config (SECTION_SERVER) or struct service (SECTION_SERVICE) */
    uint64_t minimum;    /* counts, times (milliseconds) and sizes (bytes) */
    uint64_t maximum;    /* 0: no upper bound */
    const char *initial; /* as it would be written; "" where there is none */
    const char *values[8]; /* choices; for a number one extra word such as "unlimited" or "no"; for
                              a text what it is, where it is no path */
    enum option_reload reload;
    const char *help;  /* one sentence */
    const char *group; /* the heading it stands under in the reference */
    /* Texts, and each item of a list: whether it can mean anything at all. May be NULL. */
    bool (*check)(const char *text, struct error *error);
};

void port_list_append_all(struct port_list *list, const struct port_list *from);

extern const struct option option_table[];
extern const size_t option_count;

/* The row of that name in that section, or NULL. */
const struct option *option_find(enum option_section section, const char *name);

/* What a value of this option looks like: "a number from 1 to 64", "one of shared, none, own". */
struct option_expectation {
    char text[120];
};
struct option_expectation option_expects(const struct option *option);

/* The known name that is nearest to a misspelt one, or NULL where none is near. */
const char *option_suggest(enum option_section section, const char *name);

/* Reads a value into the field of target (a struct config or struct service) that the row names.
   What the field held is freed first; with append, a list keeps it and grows. On failure the field
   is untouched and *error says what was expected: "'abc' is not a number of at least 1, or
   unlimited". */
bool option_parse(const struct option *option, const char *value, bool append, void *target,
                  struct error *error);

/* Gives every field of that section its initial value. target must be zeroed. */
void option_set_defaults(enum option_section section, void *target);

/* Whether the field that the row names has the same value in both. */
bool option_equals(const struct option *option, const void *a, const void *b);

/* Copies that field; what it held is freed. */
void option_replace(const struct option *option, void *to, const void *from);

/* Copies, or frees, every field of that section. The target of a copy must be zeroed. */
void option_copy(enum option_section section, void *to, const void *from);
void option_free(enum option_section section, void *target);

/* The whole table as text for people, as "stdinetd options" and README.md show it. Freed by the
 * caller. */
char *option_reference(void);

#endif
