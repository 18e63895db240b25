#include "http_file.h"
#include "http_date.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

/* No file system has longer names: 255 units of UTF-16 are 765 bytes of UTF-8 at most. */
#define NAME_SIZE 1024
#define INDEX     L"\\index.html"

static const struct content_type {
    const wchar_t *extension;
    const char *type;
} content_types[] = {
    {L".html", "text/html; charset=utf-8"},
    {L".htm", "text/html; charset=utf-8"},
    {L".css", "text/css; charset=utf-8"},
    {L".js", "text/javascript; charset=utf-8"},
    {L".mjs", "text/javascript; charset=utf-8"},
    {L".json", "application/json"},
    {L".txt", "text/plain; charset=utf-8"},
    {L".md", "text/markdown; charset=utf-8"},
    {L".csv", "text/csv; charset=utf-8"},
    {L".xml", "application/xml"},
    {L".svg", "image/svg+xml"},
    {L".png", "image/png"},
    {L".jpg", "image/jpeg"},
    {L".jpeg", "image/jpeg"},
    {L".gif", "image/gif"},
    {L".webp", "image/webp"},
    {L".ico", "image/x-icon"},
    {L".woff2", "font/woff2"},
    {L".mp3", "audio/mpeg"},
    {L".mp4", "video/mp4"},
    {L".webm", "video/webm"},
    {L".pdf", "application/pdf"},
    {L".zip", "application/zip"},
    {L".wasm", "application/wasm"},
};

static const char *content_type(const wchar_t *name)
{
    const wchar_t *extension = wcsrchr(name, L'.');

    for (size_t i = 0; extension != NULL && i < sizeof content_types / sizeof content_types[0];
         i++) {
        if (_wcsicmp(extension, content_types[i].extension) == 0)
            return content_types[i].type;
    }
    return "application/octet-stream";
}

/* Where an open folder really is. NULL when Windows does not say. The caller frees it. */
static wchar_t *real_path(HANDLE handle)
{
    DWORD size = GetFinalPathNameByHandleW(handle, NULL, 0, VOLUME_NAME_DOS);
    wchar_t *path = size > 0 ? calloc(size, sizeof *path) : NULL;

    if (path != NULL) {
        DWORD length = GetFinalPathNameByHandleW(handle, path, size, VOLUME_NAME_DOS);

        if (length > 0 && length < size)
            return path;
        free(path);
    }
    return NULL;
}

bool http_root_open(struct http_root *root, const wchar_t *folder)
{
    const DWORD everyone = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
    HANDLE handle =
        CreateFileW(folder, FILE_READ_ATTRIBUTES, everyone, NULL, OPEN_EXISTING,
                    FILE_FLAG_BACKUP_SEMANTICS, NULL); /* without this flag, files only */
    BY_HANDLE_FILE_INFORMATION information;

    *root = (struct http_root){0};
    if (handle == INVALID_HANDLE_VALUE)
        return false;
    if (!GetFileInformationByHandle(handle, &information))
        information.dwFileAttributes = 0;
    if ((information.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0)
        root->path = real_path(handle);
    CloseHandle(handle);
    if (root->path == NULL) {
        SetLastError(ERROR_DIRECTORY);
        return false;
    }
    root->length = wcslen(root->path);
    if (root->length > 0 && root->path[root->length - 1] == L'\\')
        root->path[--root->length] = L'\0'; /* a whole drive: \\?\C:\ */
    return true;
}

void http_root_close(struct http_root *root)
{
    free(root->path);
    *root = (struct http_root){0};
}

/* con, nul, com1 and so on are devices, in every folder, in any case, and with an extension or
   blanks behind them: https://learn.microsoft.com/windows/win32/fileio/naming-a-file */
static bool is_device(const wchar_t *name)
{
    static const wchar_t *const devices[] = {L"CON",    L"PRN",     L"AUX",   L"NUL",
                                             L"CONIN$", L"CONOUT$", L"CLOCK$"};
    size_t length = wcscspn(name, L".");

    while (length > 0 && name[length - 1] == L' ')
        length--;
    for (size_t i = 0; i < sizeof devices / sizeof devices[0]; i++) {
        if (length == wcslen(devices[i]) && _wcsnicmp(name, devices[i], length) == 0)
            return true;
    }
    return length == 4 && (_wcsnicmp(name, L"COM", 3) == 0 || _wcsnicmp(name, L"LPT", 3) == 0) &&
           wcschr(L"0123456789\u00b9\u00b2\u00b3", name[3]) != NULL;
}

/* Whether a name means itself and nothing else: not "..", no drive or stream (":"), no device, and
   nothing whose end Windows would cut off. */
static bool is_plain_name(const wchar_t *name)
{
    size_t length = wcslen(name);

    for (size_t i = 0; i < length; i++) {
        if (name[i] < L' ' || wcschr(L"<>:\"/\\|?*", name[i]) != NULL)
            return false;
    }
    return length > 0 && name[length - 1] != L'.' && name[length - 1] != L' ' && !is_device(name);
}

static int hex_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return -1;
}

/* One name of the path, up to the next '/', with its %xx decoded: once, so that %252e is "%2e". */
static enum http_status decode_name(const char **path, char name[NAME_SIZE])
{
    size_t length = 0;

    for (; **path != '/' && **path != '?' && **path != '\0'; (*path)++) {
        char byte = **path;

        if (byte == '%') {
            int high = hex_value((*path)[1]);
            int low = high >= 0 ? hex_value((*path)[2]) : -1;

            if (low < 0)
                return HTTP_BAD_REQUEST;
            byte = (char)(high << 4 | low);
            *path += 2;
        }
        if (byte == '\0')
            return HTTP_BAD_REQUEST; /* it would cut the name */
        if (length == NAME_SIZE - 1)
            return HTTP_NOT_FOUND;
        name[length++] = byte;
    }
    name[length] = '\0';
    return HTTP_OK;
}

/* Adds one name to the path. full has room: no byte of UTF-8 becomes more than one of UTF-16. */
static enum http_status append_name(wchar_t *full, size_t *length, const char *name)
{
    wchar_t wide[NAME_SIZE];

    /* Overlong forms ("%c0%ae" for a dot) and other broken UTF-8 fail here. */
    if (*name != '\0' &&
        MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, name, -1, wide, NAME_SIZE) == 0)
        return HTTP_BAD_REQUEST;
    if (strcmp(name, "..") == 0)
        return HTTP_FORBIDDEN;
    if (*name == '\0' || !is_plain_name(wide))
        return HTTP_NOT_FOUND;
    full[(*length)++] = L'\\';
    wmemcpy(full + *length, wide, wcslen(wide));
    *length += wcslen(wide);
    return HTTP_OK;
}

enum http_status http_file_name(const struct http_root *root, const char *path, wchar_t **full)
{
    size_t length = root->length;
    enum http_status status = *path == '/' ? HTTP_OK : HTTP_BAD_REQUEST;
    wchar_t *text = calloc(length + strlen(path) + sizeof INDEX / sizeof(wchar_t), sizeof *text);

    if (text == NULL)
        return HTTP_INTERNAL_ERROR;
    memcpy(text, root->path, length * sizeof *text);
    while (status == HTTP_OK && *path == '/') {
        char name[NAME_SIZE];

        path++;
        if (*path == '\0' || *path == '?') { /* a folder */
            memcpy(text + length, INDEX, sizeof INDEX);
            break;
        }
        status = decode_name(&path, name);
        if (status == HTTP_OK)
            status = append_name(text, &length, name);
    }
    if (status == HTTP_OK)
        *full = text;
    else
        free(text);
    return status;
}

static enum http_status status_of_error(DWORD code)
{
    switch (code) {
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
    case ERROR_INVALID_NAME:
    case ERROR_BAD_PATHNAME:
    case ERROR_FILENAME_EXCED_RANGE:
    case ERROR_DIRECTORY:
        return HTTP_NOT_FOUND;
    case ERROR_ACCESS_DENIED:
    case ERROR_SHARING_VIOLATION:
        return HTTP_FORBIDDEN;
    default:
        return HTTP_INTERNAL_ERROR;
    }
}

/* Whether the open file is the one that was named. It is another one where a link or a junction was
   on the way, or where a short name (PROGRA~1) stood for a long one. */
static bool is_what_was_named(HANDLE handle, const wchar_t *name)
{
    size_t length = wcslen(name);
    wchar_t *real = calloc(length + 1, sizeof *real);
    bool same =
        real != NULL &&
        GetFinalPathNameByHandleW(handle, real, (DWORD)length + 1, VOLUME_NAME_DOS) == length &&
        CompareStringOrdinal(real, (int)length, name, (int)length, TRUE) == CSTR_EQUAL;

    free(real);
    return same;
}

enum http_status http_file_open(const struct http_root *root, const char *path,
                                struct http_file *file)
{
    const DWORD everyone = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
    BY_HANDLE_FILE_INFORMATION information;
    wchar_t *name;
    enum http_status status = http_file_name(root, path, &name);

    if (status != HTTP_OK)
        return status;
    /* BACKUP_SEMANTICS opens folders as well: one handle for all questions, so that nothing can be
       exchanged between asking and opening. */
    file->handle = CreateFileW(name, GENERIC_READ, everyone, NULL, OPEN_EXISTING,
                               FILE_FLAG_SEQUENTIAL_SCAN | FILE_FLAG_BACKUP_SEMANTICS, NULL);
    file->type = content_type(name);
    if (file->handle == INVALID_HANDLE_VALUE) {
        status = status_of_error(GetLastError());
        free(name);
        return status;
    }
    if (GetFileType(file->handle) != FILE_TYPE_DISK || !is_what_was_named(file->handle, name)) {
        status = HTTP_FORBIDDEN;
    } else if (!GetFileInformationByHandle(file->handle, &information)) {
        status = HTTP_INTERNAL_ERROR;
    } else if ((information.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0) {
        status = path[strcspn(path, "?") - 1] == '/' ? HTTP_NOT_FOUND : HTTP_MOVED_PERMANENTLY;
    } else {
        file->size = (uint64_t)information.nFileSizeHigh << 32 | information.nFileSizeLow;
        file->modified = http_date_of(information.ftLastWriteTime);
    }
    free(name);
    if (status != HTTP_OK)
        http_file_close(file);
    return status;
}

void http_file_close(struct http_file *file)
{
    CloseHandle(file->handle);
    file->handle = INVALID_HANDLE_VALUE;
}
