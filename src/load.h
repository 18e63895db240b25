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

/* The same of a file that is to be served: without a service it is a mistake. */
bool read_table(struct config *config, const char *file, struct text_list *errors);

/* Every mistake to stderr, and how many there are. */
void print_errors(const struct text_list *errors);

/* Finds and reads the file, for a look at it or to be served. Returns an exit code, after
   complaining. */
int load_config(struct config *config, const char *given);
int load_table(struct config *config, const char *given);

#endif
