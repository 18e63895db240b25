#ifndef STDINETD_CORE_PATH_H
#define STDINETD_CORE_PATH_H

#include <stdbool.h>
#include <stddef.h>

/* Windows paths as text: nothing here asks a file system. Both '\' and '/' separate; results use
   '\'. Every char * that is returned is the caller's to free(). */

/* "C:\x", "\\server\share\x" and "\\?\C:\x" are absolute; "x", "..\x" are relative; so are "C:x"
   and
   "\x", which depend on a current drive or folder and which stdinetd therefore refuses:
   path_is_ambiguous says so. */
bool path_is_absolute(const char *path);
bool path_is_ambiguous(const char *path);

/* "echo.exe" is bare, "handlers\echo.exe" and ".\echo.exe" are not. */
bool path_is_bare(const char *path);

/* base joined with path, or path alone where it is absolute; "." and ".." are folded away. */
char *path_join(const char *base, const char *path);

/* "C:\a\echo.exe" -> "C:\a" (folder), "echo" (stem), ".exe" (extension, pointing into path; ""
   where there is none). The folder of "C:\a.exe" is "C:\". */
char *path_folder(const char *path);
char *path_stem(const char *path);
const char *path_extension(const char *path);

/* The last component: "C:\a\echo.exe" -> "echo.exe", pointing into path. */
const char *path_name(const char *path);

/* The first '*' or '?' of a path, or NULL; the '?' of "\\?\" is none. */
const char *path_wildcard(const char *path);

/* Whether the name of a file is one that a pattern stands for: '*' is any characters or none, '?'
   is any one; ASCII letters without case. */
bool path_matches(const char *pattern, const char *name);

/* Compares as file names are compared: ASCII letters without case. */
bool path_equals(const char *a, const char *b);

#endif
