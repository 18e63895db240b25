#ifndef STDINETD_LOAD_H
#define STDINETD_LOAD_H

#include "core/config.h"

/* Where the configuration comes from. */

/* The file that -c names, or the first default that exists. NULL where there is none, after saying
   so. The caller frees it. */
char *find_ini(const char *given);

/* What core asks of this machine. source_free frees the texts. */
void source_init(struct config_source *source, const char *file);
void source_free(struct config_source *source);

/* Reads the file; where it returns false errors has every mistake. */
bool read_config(struct config *config, const char *file, struct text_list *errors);

/* Every mistake to stderr, and how many there are. */
void print_errors(const struct text_list *errors);

/* All of this. Returns an exit code, after complaining. */
int load_config(struct config *config, const char *given);

#endif
