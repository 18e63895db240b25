#ifndef STDINETD_CORE_INI_H
#define STDINETD_CORE_INI_H

#include <stdbool.h>
#include <stddef.h>

/* The longest line and section name that are read, in bytes. inih has its own limits (INI_MAX_LINE
   and 50), beyond which it cuts silently. */
enum { INI_LINE_MAXIMUM = 8000, INI_SECTION_MAXIMUM = 48 };

/* Who is told what stands in an ini file, line by line. Texts are borrowed for the call. */
struct ini_listener {
    void *context;
    /* [name]. NULL after a header that is itself a mistake: what follows belongs nowhere. */
    void (*section)(void *context, int line, const char *name);
    /* name = value, or with append name += value. */
    void (*setting)(void *context, int line, const char *name, bool append, const char *value);
    void (*mistake)(void *context, int line, const char *sentence);
};

/* Reads an ini file from memory, in the order of its lines. inih takes the lines apart; but it lets
   much pass that is a mistake (indented lines, ':' for '=', text after ']', cut lines), so every
   raw line is checked first. Returns the number of lines. */
int ini_read(const char *text, size_t length, const struct ini_listener *listener);

#endif
