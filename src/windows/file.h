#ifndef STDINETD_WINDOWS_FILE_H
#define STDINETD_WINDOWS_FILE_H

#include "core/error.h"
#include "core/text_list.h"

#include <stdbool.h>
#include <stddef.h>

/* Files and folders by UTF-8 path. */

bool file_exists(const char *path); /* a file, not a folder */
bool folder_exists(const char *path);

/* Reads a whole file of at most limit bytes. The caller frees the result, which has a NUL behind
 *its length bytes. NULL with *error set on failure. */
char *file_read(const char *path, size_t limit, size_t *length, struct error *error);

/* Appends the names of the files in a folder, those of folders not. */
bool file_list(const char *folder, struct text_list *names, struct error *error);

/* Absolute paths; the caller frees them. */
char *file_full_path(const char *path);
char *file_current_folder(void);
char *file_own_program(void);   /* of the running program */
char *file_system_folder(void); /* C:\Windows\system32 */

/* C:\ProgramData, from where Windows itself knows it: a variable of the environment could be
   anybody's. The caller frees it. NULL with *error set on failure. */
char *file_program_data(struct error *error);

/* The variable's value, or NULL; the caller frees it. */
char *environment_variable(const char *name);

/* This process's variables as one UTF-8 block ("A=1\0B=2\0\0"); the caller frees it. */
char *environment_own_block(void);

#endif
