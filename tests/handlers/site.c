#include "site.h"
#include "handler.h"
#include "tree.h"

#include <stdio.h>
#include <string.h>
#include <wchar.h>

#define PATH_SIZE 1024

static wchar_t folder[PATH_SIZE];
static wchar_t handlers[PATH_SIZE];
static struct http_root root;

const wchar_t *site_folder(void)
{
    return folder;
}

const wchar_t *site_handlers(void)
{
    return handlers;
}

const wchar_t *site_path(const wchar_t *name)
{
    static wchar_t paths[4][PATH_SIZE];
    static unsigned next;
    wchar_t *path = paths[next++ % 4];

    swprintf(path, PATH_SIZE, L"%ls\\%ls", folder, name);
    return path;
}

void site_write(const wchar_t *name, const void *bytes, size_t size)
{
    if (!tree_write(site_path(name), bytes, size))
        fail_msg("cannot write %ls: %lu", name, GetLastError());
}

static void write_text(const wchar_t *name, const char *text)
{
    site_write(name, text, strlen(text));
}

int site_make(void **state)
{
    wchar_t temporary[PATH_SIZE];

    (void)state;
    GetModuleFileNameW(NULL, handlers, PATH_SIZE);
    *wcsrchr(handlers, L'\\') = L'\0'; /* the program's own name */
    *wcsrchr(handlers, L'\\') = L'\0'; /* tests */
    wcscat_s(handlers, PATH_SIZE, L"\\handlers");

    GetTempPathW(PATH_SIZE, temporary);
    swprintf(folder, PATH_SIZE, L"%lsstdinetd-site-%lu", temporary, GetCurrentProcessId());
    tree_remove(folder); /* left by a test that was killed, whose process id we have now */
    CreateDirectoryW(folder, NULL);
    CreateDirectoryW(site_path(L"www"), NULL);
    CreateDirectoryW(site_path(L"www\\docs"), NULL);
    CreateDirectoryW(site_path(L"www-secret"), NULL);
    write_text(L"secret.txt", SECRET);
    write_text(L"www-secret\\secret.txt", SECRET);
    write_text(L"www\\index.html", INDEX);
    write_text(L"www\\docs\\index.html", DOCS);
    write_text(L"www\\docs\\some long name.html", DOCS);
    write_text(L"www\\na\u00efve \u2603.txt", SNOW);
    return 0;
}

int site_remove(void **state)
{
    (void)state;
    tree_remove(folder);
    return 0;
}

const struct http_root *site_root(void)
{
    return &root;
}

int site_make_root(void **state)
{
    return site_make(state) != 0 || !http_root_open(&root, site_path(L"www"));
}

int site_remove_root(void **state)
{
    http_root_close(&root);
    return site_remove(state);
}
