#ifndef STDINETD_WORDS_H
#define STDINETD_WORDS_H

#include "core/config.h"
#include "core/error.h"
#include "core/text_list.h"

#include <stdbool.h>

/* What every command needs: the words behind its name, and how it ends. */

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_WRONG_USE = 2 };

/* Each complains on stderr and returns its exit code. */
int wrong_use(const char *format, const char *what);
int failed(const struct error *error);

/* One word that a command takes: "-c FILE", "--now". */
struct switch_word {
    const char *word;
    const char **value;    /* where what stands behind it goes, and … */
    const char *complaint; /* … what is said where nothing does */
    bool *given;           /* of one that stands alone */
};

extern const char needs_file[];
extern const char needs_name[];

/* Each at most once. Returns false after complaining of anything else. */
bool take_switches(const struct text_list *words, const struct switch_word *switches, size_t count);

/* Puts a name into config->control, where NULL the one that a file without the option has. Returns
   false after complaining of what can be none. */
bool set_name(struct config *config, const char *name);

#endif
