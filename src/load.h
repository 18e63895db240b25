#ifndef STDINETD_LOAD_H
#define STDINETD_LOAD_H

#include "core/config.h"

/* Where the configuration comes from: the file, and what core asks of this machine. */

/* The file that -c names, or the first default that exists; the caller frees it. NULL where there
   is none, after saying so. */
char *load_find_ini(const char *given);

/* file may be NULL: the current folder instead of the file's. load_source_free frees the texts. */
void load_source_init(struct config_source *source, const char *file);
void load_source_free(struct config_source *source);

/* Reads a file whole. On failure errors say what is wrong with it. Any thread. */
bool load_file(const char *file, struct config *config, struct text_list *errors);

/* To stderr, with their number. */
void load_print_errors(const struct text_list *errors);

#endif
