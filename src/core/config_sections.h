#ifndef STDINETD_CORE_CONFIG_SECTIONS_H
#define STDINETD_CORE_CONFIG_SECTIONS_H

#include "core/mistakes.h"
#include "core/options.h"

#include <stdbool.h>
#include <stddef.h>

/* An ini file as sections that exist and options that they know: what stands there, before anything
   is made of the values. [defaults] may come last, so nothing can be made of them while reading. */

enum section_kind { SECTION_IS_SERVER, SECTION_IS_DEFAULTS, SECTION_IS_PORTS, SECTION_IS_SERVICE };

struct setting {
    int line;
    char *name;                  /* under [ports] whatever stands before '=' */
    const struct option *option; /* NULL under [ports] */
    bool append;
    char *value;
};

/* A line of [ports] is followed by a service without a name, which has the options that the line
   stands for: port, server and, where there are arguments, server_args. */
struct section {
    enum section_kind kind;
    int line;
    char *name;    /* of a service, or ""; otherwise the kind as written: "server" */
    bool repeated; /* there is an earlier one; its values are checked all the same */
    struct setting *settings;
    size_t count;
};

/* Starts as {0}. */
struct section_list {
    struct section *items;
    size_t count;
};

/* Adds what the file holds to sections and mistakes; returns the number of lines. */
int sections_read(struct section_list *sections, struct mistakes *mistakes, const char *text,
                  size_t length);

/* Adds one setting of an option to a section that is not [ports]. An unknown name, an option of
   another section, '+=' for what is no list and a second setting of the same option by '=' are
   mistakes and not added. */
void section_set(struct section *section, struct mistakes *mistakes, int line, const char *name,
                 bool append, const char *value);

/* The setting of an option, or NULL. */
const struct setting *section_find(const struct section *section, const char *name);

void section_free(struct section *section);
void sections_free(struct section_list *sections);

#endif
