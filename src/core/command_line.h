#ifndef STDINETD_CORE_COMMAND_LINE_H
#define STDINETD_CORE_COMMAND_LINE_H

#include "core/error.h"
#include "core/text_list.h"

#include <stdbool.h>

/* Splits blank-separated words the way Microsoft's C start-up code splits a command line
   ("Parsing C Command-Line Arguments"): double quotes group, 2n backslashes before a quote give n
   and the quote groups, 2n+1 give n and a literal quote, "" inside quotes gives a literal quote.
   Appends to words. Fails on a quote that is never closed. */
bool command_line_split(const char *text, struct text_list *words, struct error *error);

/* The inverse: one command line of program and arguments, each quoted only where it must be, so
   that a program which parses as above gets exactly these words. The caller frees it. */
char *command_line_join(const char *program, const struct text_list *arguments);

/* The command line that has cmd.exe run a .cmd or .bat file:
   cmd.exe /d /v:off /s /c ""script" "argument" ..."
   Fails on arguments that no quoting carries through cmd.exe unchanged: those with a double quote,
   a percent sign or a line break. *command_line is the caller's to free. */
bool command_line_for_script(const char *cmd, const char *script, const struct text_list *arguments,
                             char **command_line, struct error *error);

#endif
