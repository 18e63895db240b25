#include "site.h"
#include "handler.h"

#include <stdio.h>
#include <string.h>
#include <wchar.h>

#define PATH_SIZE 1024

static wchar_t folder[PATH_SIZE];
static wchar_t handlers[PATH_SIZE];

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
    DWORD written = 0;
    HANDLE file = CreateFileW(site_path(name), GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);

    if (file == INVALID_HANDLE_VALUE || !WriteFile(file, bytes, (DWORD)size, &written, NULL))
        fail_msg("cannot write %ls: %lu", name, GetLastError());
    CloseHandle(file);
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

static void remove_tree(const wchar_t *path)
{
    wchar_t inside[PATH_SIZE];
    WIN32_FIND_DATAW entry;

    swprintf(inside, PATH_SIZE, L"%ls\\*", path);
    HANDLE search = FindFirstFileW(inside, &entry);
    BOOL found = search != INVALID_HANDLE_VALUE;
    for (; found; found = FindNextFileW(search, &entry)) {
        const DWORD link = FILE_ATTRIBUTE_REPARSE_POINT;

        if (wcscmp(entry.cFileName, L".") == 0 || wcscmp(entry.cFileName, L"..") == 0)
            continue;
        swprintf(inside, PATH_SIZE, L"%ls\\%ls", path, entry.cFileName);
        if ((entry.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) == 0)
            DeleteFileW(inside);
        else if ((entry.dwFileAttributes & link) != 0)
            RemoveDirectoryW(inside);
        else
            remove_tree(inside);
    }
    if (search != INVALID_HANDLE_VALUE)
        FindClose(search);
    RemoveDirectoryW(path);
}

int site_remove(void **state)
{
    (void)state;
    remove_tree(folder);
    return 0;
}
