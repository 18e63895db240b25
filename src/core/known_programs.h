#ifndef STDINETD_CORE_KNOWN_PROGRAMS_H
#define STDINETD_CORE_KNOWN_PROGRAMS_H

#include <stddef.h>

/* Programs that cannot have a socket as their standard input and output, but can have pipes. Both
   return the program's name in the table, a constant, or NULL where it is none of them. */

/* By its path, with or without an extension. */
const char *known_program(const char *path);

/* What a script of cmd.exe starts: the first of them that is named outside of remarks and of what
   echo says. */
const char *known_program_in_script(const char *text, size_t length);

#endif
