#ifndef STDINETD_TESTS_HANDLERS_SITE_H
#define STDINETD_TESTS_HANDLERS_SITE_H

#include "http_file.h"

#include <stddef.h>
#include <windows.h>

/* The folder of a test, in the user's temporary folder. Its own folder "www" is what httpd serves:

     secret.txt               SECRET
     www-secret\secret.txt    SECRET, in a folder whose name begins like the one served
     www\index.html           INDEX
     www\docs\index.html      DOCS
     www\docs\some long name.html
     www\naïve ☃.txt          SNOW */

#define SECRET "no client ever sees this\n"
#define INDEX  "<p>the index of the site</p>\n"
#define DOCS   "<p>the index of a folder</p>\n"
#define SNOW   "snow\n"

/* For cmocka_run_group_tests. */
int site_make(void **state);
int site_remove(void **state);

/* The same, with www opened as what is served. */
int site_make_root(void **state);
int site_remove_root(void **state);
const struct http_root *site_root(void);

const wchar_t *site_folder(void);
const wchar_t *site_handlers(void); /* the build's handlers */

/* The absolute path of a name relative to the folder; good until the next call but three. */
const wchar_t *site_path(const wchar_t *name);

void site_write(const wchar_t *name, const void *bytes, size_t size);

#endif
