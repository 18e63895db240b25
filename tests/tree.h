#ifndef STDINETD_TESTS_TREE_H
#define STDINETD_TESTS_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <windows.h>

/* Files and folders that tests make and take away. */

/* Makes the file, or makes it anew. False with the reason in GetLastError(). */
bool tree_write(const wchar_t *path, const void *bytes, size_t size);

/* Removes a folder with all that is in it. What links and junctions in it lead to stays. */
void tree_remove(const wchar_t *path);

#endif
