#ifndef STDINETD_CORE_CONFIG_SECTIONS_H
#define STDINETD_CORE_CONFIG_SECTIONS_H

#include "core/mistakes.h"
#include "core/options.h"

#include <stdbool.h>
#include <stddef.h>

/* Ini files as sections that exist and options that they know: what stands there, before anything
   is made of the values. [defaults] may come last, so nothing can be made of them while reading. */

enum section_kind { SECTION_IS_SERVER, SECTION_IS_DEFAULTS, SECTION_IS_PORTS, SECTION_IS_SERVICE };

struct setting {
    struct place place;
    char *name;                  /* under [ports] whatever stands before '=' */
    const struct option *option; /* NULL under [ports] */
    bool append;
    char *value;
};

/* A line of [ports] is followed by a service without a name, which has the options that the line
   stands for: port, server and, where there are arguments, server_args. */
struct section {
    enum section_kind kind;
    struct place place;
    char *name;    /* of a service, or ""; otherwise the kind as written: "server" */
    bool repeated; /* there is an earlier one (of [ports], in its file); its values are checked all
                      the same */
    struct setting *settings;
    size_t count;
};

/* Starts as {0}. */
struct section_list {
    struct section *items;
    size_t count;
};

/* Adds what a file holds to sections and mistakes; returns the number of lines. file is the place
   of any line; the files after the first one (order 0) are included ones, which may hold less. */
int sections_read(struct section_list *sections, struct mistakes *mistakes, struct place file,
                  const char *text, size_t length);

/* Adds one setting of an option to a section that is not [ports]. An unknown name, an option of
   another section, '+=' for what is no list and a second setting of the same option by '=' are
   mistakes and not added. */
void section_set(struct section *section, struct mistakes *mistakes, struct place place,
                 const char *name, bool append, const char *value);

/* The setting of an option, or NULL. */
const struct setting *section_find(const struct section *section, const char *name);

void section_free(struct section *section);
void sections_free(struct section_list *sections);

#endif
