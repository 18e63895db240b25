#include "windows/file.h"

#include "core/memory.h"
#include "core/path.h"
#include "windows/system_library.h"
#include "windows/text.h"

#include <stdint.h>
#include <stdlib.h>

static DWORD attributes_of(const char *path)
{
    wchar_t *wide = wide_from_utf8(path);
    DWORD attributes = GetFileAttributesW(wide);

    free(wide);
    return attributes;
}

bool file_exists(const char *path)
{
    DWORD attributes = attributes_of(path);

    return attributes != INVALID_FILE_ATTRIBUTES && !(attributes & FILE_ATTRIBUTE_DIRECTORY);
}

bool folder_exists(const char *path)
{
    DWORD attributes = attributes_of(path);

    return attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY);
}

static char *read_all(HANDLE file, const char *path, size_t limit, size_t *length,
                      struct error *error)
{
    LARGE_INTEGER size;
    size_t done = 0;

    if (!GetFileSizeEx(file, &size)) {
        error_windows(error, "GetFileSizeEx %s", path);
        return NULL;
    }
    if ((uint64_t)size.QuadPart > limit) {
        error_set(error, "%s is larger than %zu bytes", path, limit);
        return NULL;
    }
    char *text = memory_zeroed((size_t)size.QuadPart + 1, 1);
    while (done < (size_t)size.QuadPart) {
        DWORD got = 0;
        if (!ReadFile(file, text + done, (DWORD)((size_t)size.QuadPart - done), &got, NULL)) {
            error_windows(error, "ReadFile %s", path);
            free(text);
            return NULL;
        }
        if (got == 0)
            break;
        done += got;
    }
    *length = done;
    return text;
}

char *file_read(const char *path, size_t limit, size_t *length, struct error *error)
{
    wchar_t *wide = wide_from_utf8(path);
    HANDLE file =
        CreateFileW(wide, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                    NULL, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
    char *text = NULL;

    if (file == INVALID_HANDLE_VALUE)
        error_windows(error, "CreateFile %s", path);
    free(wide);
    if (file != INVALID_HANDLE_VALUE) {
        text = read_all(file, path, limit, length, error);
        CloseHandle(file);
    }
    return text;
}

bool file_list(const char *folder, struct text_list *names, struct error *error)
{
    char *pattern = path_join(folder, "*");
    wchar_t *wide = wide_from_utf8(pattern);
    WIN32_FIND_DATAW found;
    HANDLE search = FindFirstFileExW(wide, FindExInfoBasic, &found, FindExSearchNameMatch, NULL, 0);
    BOOL more = search != INVALID_HANDLE_VALUE;

    for (; more; more = FindNextFileW(search, &found))
        if (!(found.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY)) {
            char *name = utf8_from_wide(found.cFileName);

            text_list_append(names, name);
            free(name);
        }
    /* the root of an empty drive has not even "." */
    bool good = GetLastError() == ERROR_NO_MORE_FILES || GetLastError() == ERROR_FILE_NOT_FOUND;
    if (!good)
        error_windows(error, "FindFirstFile %s", pattern);
    if (search != INVALID_HANDLE_VALUE)
        FindClose(search);
    free(wide);
    free(pattern);
    return good;
}

char *file_full_path(const char *path)
{
    wchar_t *wide = wide_from_utf8(path);
    DWORD units = GetFullPathNameW(wide, 0, NULL, NULL);
    wchar_t *full = memory_grow(NULL, units + 1, sizeof(wchar_t));

    full[GetFullPathNameW(wide, units + 1, full, NULL)] = L'\0';
    char *result = utf8_from_wide(full);
    free(full);
    free(wide);
    return result;
}

char *file_current_folder(void)
{
    return file_full_path(".");
}

char *file_own_program(void)
{
    wchar_t *buffer = NULL;
    DWORD units = 128;
    DWORD length;

    do {
        units *= 2;
        buffer = memory_grow(buffer, units, sizeof(wchar_t));
        length = GetModuleFileNameW(NULL, buffer, units);
    } while (length >= units);
    char *path = utf8_from_wide(buffer);
    free(buffer);
    return path;
}

char *file_system_folder(void)
{
    UINT units = GetSystemDirectoryW(NULL, 0);
    wchar_t *buffer = memory_grow(NULL, units + 1, sizeof(wchar_t));

    buffer[GetSystemDirectoryW(buffer, units + 1)] = L'\0';
    char *path = utf8_from_wide(buffer);
    free(buffer);
    return path;
}

typedef HRESULT(WINAPI *known_folder)(const GUID *id, DWORD flags, HANDLE token, wchar_t **path);
typedef void(WINAPI *task_free)(void *memory);

char *file_program_data(struct error *error)
{
    static const GUID program_data = {
        0x62ab5d82, 0xfdc1, 0x4dc3, {0xa9, 0xdd, 0x07, 0x0d, 0x1d, 0x49, 0x5d, 0x97}};
    known_folder get = (known_folder)system_function(L"shell32.dll", "SHGetKnownFolderPath");
    task_free give_back = (task_free)system_function(L"ole32.dll", "CoTaskMemFree");
    wchar_t *folder = NULL;
    char *path = NULL;

    if (get != NULL && give_back != NULL && get(&program_data, 0, NULL, &folder) == S_OK)
        path = utf8_from_wide(folder);
    else
        error_windows(error, "SHGetKnownFolderPath for ProgramData");
    if (give_back != NULL)
        give_back(folder);
    return path;
}

char *environment_variable(const char *name)
{
    wchar_t *wide = wide_from_utf8(name);
    DWORD units = GetEnvironmentVariableW(wide, NULL, 0);
    char *result = NULL;

    if (units > 0) {
        wchar_t *value = memory_grow(NULL, units, sizeof(wchar_t));
        value[0] = L'\0';
        GetEnvironmentVariableW(wide, value, units);
        result = utf8_from_wide(value);
        free(value);
    }
    free(wide);
    return result;
}

char *environment_own_block(void)
{
    wchar_t *block = GetEnvironmentStringsW();

    if (block == NULL)
        return memory_zeroed(2, 1);
    char *utf8 = utf8_block_from_wide(block);
    FreeEnvironmentStringsW(block);
    return utf8;
}
