#include "tree.h"

#include <wchar.h>

#define PATH_SIZE 1024

bool tree_write(const wchar_t *path, const void *bytes, size_t size)
{
    DWORD written = 0;
    HANDLE file = CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);

    if (file == INVALID_HANDLE_VALUE)
        return false;
    bool whole = WriteFile(file, bytes, (DWORD)size, &written, NULL) && written == size;
    DWORD code = GetLastError();
    CloseHandle(file);
    SetLastError(code);
    return whole;
}

/* What stands behind a name in a folder. */
static void remove_entry(const wchar_t *path, DWORD attributes)
{
    if ((attributes & FILE_ATTRIBUTE_DIRECTORY) == 0)
        DeleteFileW(path);
    else if ((attributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0)
        RemoveDirectoryW(path); /* the link alone */
    else
        tree_remove(path);
}

void tree_remove(const wchar_t *path)
{
    wchar_t inside[PATH_SIZE];
    WIN32_FIND_DATAW entry;

    swprintf(inside, PATH_SIZE, L"%ls\\*", path);
    HANDLE search = FindFirstFileW(inside, &entry);
    BOOL found = search != INVALID_HANDLE_VALUE;
    for (; found; found = FindNextFileW(search, &entry)) {
        if (wcscmp(entry.cFileName, L".") == 0 || wcscmp(entry.cFileName, L"..") == 0)
            continue;
        swprintf(inside, PATH_SIZE, L"%ls\\%ls", path, entry.cFileName);
        remove_entry(inside, entry.dwFileAttributes);
    }
    if (search != INVALID_HANDLE_VALUE)
        FindClose(search);
    RemoveDirectoryW(path);
}
