#include "harness.h"
#include "tree.h"

#include <stdio.h>
#include <string.h>

#define PATH_SIZE 1024

static char own[PATH_SIZE];
static char build[PATH_SIZE];
static wchar_t own_wide[PATH_SIZE];

static void cut_last_part(char *path)
{
    *strrchr(path, '\\') = '\0';
}

void folder_make(void)
{
    static unsigned number;
    wchar_t wide[PATH_SIZE];
    wchar_t temporary[PATH_SIZE];

    GetModuleFileNameW(NULL, wide, PATH_SIZE);
    WideCharToMultiByte(CP_UTF8, 0, wide, -1, build, PATH_SIZE, NULL, NULL);
    cut_last_part(build); /* test_x.exe */
    cut_last_part(build); /* tests */

    GetTempPathW(PATH_SIZE, temporary);
    swprintf(own_wide, PATH_SIZE, L"%lsstdinetd-%lu-%u", temporary, GetCurrentProcessId(),
             ++number);
    tree_remove(own_wide); /* left by a test that was killed, whose process id we have now */
    if (!CreateDirectoryW(own_wide, NULL))
        fail_msg("CreateDirectory %ls: %lu", own_wide, GetLastError());
    WideCharToMultiByte(CP_UTF8, 0, own_wide, -1, own, PATH_SIZE, NULL, NULL);
}

void folder_remove(void)
{
    tree_remove(own_wide);
}

const char *folder_own(void)
{
    return own;
}

const char *folder_build(void)
{
    return build;
}

/* The absolute path of a name in our own folder; the folders on the way to it exist afterwards. */
static void place(const char *name, wchar_t *path)
{
    char full[PATH_SIZE];

    snprintf(full, sizeof full, "%s\\%s", own, name);
    MultiByteToWideChar(CP_UTF8, 0, full, -1, path, PATH_SIZE);
    for (wchar_t *part = path + wcslen(own_wide) + 1; (part = wcschr(part, L'\\')) != NULL;
         part++) {
        *part = L'\0';
        CreateDirectoryW(path, NULL);
        *part = L'\\';
    }
}

void folder_write(const char *name, const char *text)
{
    wchar_t path[PATH_SIZE];

    place(name, path);
    if (!tree_write(path, text, strlen(text)))
        fail_msg("cannot write %ls: %lu", path, GetLastError());
}

void folder_copy(const char *from, const char *name)
{
    char full[PATH_SIZE];
    wchar_t source[PATH_SIZE];
    wchar_t path[PATH_SIZE];

    snprintf(full, sizeof full, "%s\\%s", build, from);
    MultiByteToWideChar(CP_UTF8, 0, full, -1, source, PATH_SIZE);
    place(name, path);
    if (!CopyFileW(source, path, FALSE))
        fail_msg("cannot copy %s to %ls: %lu", full, path, GetLastError());
}

void folder_delete(const char *name)
{
    wchar_t path[PATH_SIZE];

    place(name, path);
    if (!DeleteFileW(path))
        fail_msg("cannot delete %ls: %lu", path, GetLastError());
}
