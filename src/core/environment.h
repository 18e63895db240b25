#ifndef STDINETD_CORE_ENVIRONMENT_H
#define STDINETD_CORE_ENVIRONMENT_H

#include "core/text_list.h"

#include <stdbool.h>
#include <stddef.h>

/* Environment variables on the way to a handler, as "NAME=value" texts; a name means the same in
   any case, as on Windows. Starts as {0}. Names may begin with '=' ("=C:=C:\x", cmd.exe's folders).
 */
struct environment {
    struct text_list variables; /* kept sorted, one per name */
};

/* Sets one variable; an older one of that name is replaced. */
void environment_set(struct environment *environment, const char *name, const char *value);

/* The same for a "NAME=value" text, as it stands in a block or in the option env. Returns false
   where the text has no name or no '='. */
bool environment_put(struct environment *environment, const char *variable);

/* Takes one out, where it is there. */
void environment_unset(struct environment *environment, const char *name);

/* Takes every variable of a block ("A=1\0B=2\0\0", as GetEnvironmentStrings gives it, in UTF-8)
   whose name passenv lists, and those that Windows programs need to start at all: SystemRoot,
   SystemDrive, PATH, TEMP, TMP, COMSPEC, PATHEXT, windir. passenv == NULL or an entry "*" passes
   all; an entry may end in
   '*' ("LC_*"). */
void environment_pass(struct environment *environment, const char *block,
                      const struct text_list *passenv);

/* The block for CreateProcess, in UTF-8: sorted by name without case (CreateProcessW asks for
   that), each text ended by NUL, an extra NUL at the end. *size counts every NUL. The caller frees
   it. */
char *environment_block(const struct environment *environment, size_t *size);

void environment_free(struct environment *environment);

#endif
