#ifndef STDINETD_HANDLERS_HTTP_FILE_H
#define STDINETD_HANDLERS_HTTP_FILE_H

#include "http_request.h"

#include <windows.h>

/* From the path of a request to an open file below one folder, and never to anything else. */

/* The folder that is served: "\\?\C:\…" without a closing backslash. In such a path Windows leaves
   every name as it is; in a plain one it would cut trailing dots and blanks, and turn "con.txt"
   into the console. */
struct http_root {
    wchar_t *path;
    size_t length;
};

struct http_file {
    HANDLE handle;
    uint64_t size;
    uint64_t modified; /* see http_date.h */
    const char *type;  /* "text/html; charset=utf-8" */
};

/* folder may be relative to the current folder. False when it is no folder that can be opened;
   GetLastError() says why. */
bool http_root_open(struct http_root *root, const wchar_t *folder);
void http_root_close(struct http_root *root);

/* The wide path for a request's path, in *full, which the caller frees; "/" at the end stands for
   index.html there. Touches no file: it only refuses what cannot be a name of one. */
enum http_status http_file_name(const struct http_root *root, const char *path, wchar_t **full);

/* Opens the file for a request's path: HTTP_OK, or HTTP_MOVED_PERMANENTLY for a folder without its
   "/", or the status to refuse with. Only after HTTP_OK there is something to close. */
enum http_status http_file_open(const struct http_root *root, const char *path,
                                struct http_file *file);
void http_file_close(struct http_file *file);

#endif
