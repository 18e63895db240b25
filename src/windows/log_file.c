#include "windows/log_file.h"

#include "core/memory.h"
#include "windows/text.h"

#include <stdlib.h>
#include <string.h>

void log_file_init(struct log_file *file, const char *path, uint64_t size, uint64_t keep)
{
    *file = (struct log_file){.path = memory_copy(path), .size = size, .keep = keep};
}

void log_file_free(struct log_file *file)
{
    log_file_close(file);
    free(file->path);
    file->path = NULL;
}

/* Cuts off what is behind the last whole line. */
static bool cut_tail(const struct log_file *file)
{
    LARGE_INTEGER end = {.QuadPart = (LONGLONG)file->length};

    return SetFilePointerEx(file->handle, end, NULL, FILE_BEGIN) && SetEndOfFile(file->handle);
}

/* The place is always named: bytes that could not be cut off are written over. */
static bool write_at_end(const struct log_file *file, const char *bytes, size_t count,
                         DWORD *written)
{
    OVERLAPPED place = {.Offset = (DWORD)file->length, .OffsetHigh = (DWORD)(file->length >> 32)};

    *written = 0;
    return WriteFile(file->handle, bytes, (DWORD)count, written, &place);
}

/* Learns the length. A line that a crash has cut off gets its end. */
static bool find_end(struct log_file *file, struct error *error)
{
    LARGE_INTEGER size;
    OVERLAPPED last = {0};
    char byte = '\n';
    DWORD count;

    if (!GetFileSizeEx(file->handle, &size))
        return error_windows(error, "GetFileSizeEx %s", file->path);
    file->length = (uint64_t)size.QuadPart;
    if (file->length == 0)
        return true;
    last.Offset = (DWORD)(file->length - 1);
    last.OffsetHigh = (DWORD)((file->length - 1) >> 32);
    if (!ReadFile(file->handle, &byte, 1, &count, &last))
        return error_windows(error, "ReadFile %s", file->path);
    return byte == '\n' || log_file_append(file, "\n", 1, error) == 1;
}

/* Who reads may go on reading, which needs FILE_SHARE_READ here and FILE_SHARE_WRITE there, and the
   file may be renamed meanwhile (FILE_SHARE_DELETE), by us too. Nobody else may write: two servers
   with one log_file would write over each other's lines and rename each other's file. The second
   one finds the file held and says so. */
bool log_file_open(struct log_file *file, struct error *error)
{
    if (file->handle != NULL)
        return true;
    wchar_t *wide = wide_from_utf8(file->path);
    HANDLE handle =
        CreateFileW(wide, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_DELETE, NULL,
                    OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
    DWORD code = GetLastError();

    free(wide);
    if (handle == INVALID_HANDLE_VALUE)
        return error_code(error, code, "CreateFile %s", file->path);
    file->handle = handle;
    if (!find_end(file, error))
        log_file_close(file);
    return file->handle != NULL;
}

void log_file_close(struct log_file *file)
{
    if (file->handle != NULL)
        CloseHandle(file->handle);
    file->handle = NULL;
}

bool log_file_is_deleted(const struct log_file *file)
{
    FILE_STANDARD_INFO about;

    return GetFileInformationByHandleEx(file->handle, FileStandardInfo, &about, sizeof about) &&
           (about.DeletePending || about.NumberOfLinks == 0);
}

/* The end of the last whole line within these bytes; 0 where there is none. */
static size_t whole_lines(const char *lines, size_t length)
{
    while (length > 0 && lines[length - 1] != '\n')
        length--;
    return length;
}

size_t log_file_room(const struct log_file *file, const char *lines, size_t length)
{
    uint64_t left = file->length < file->size ? file->size - file->length : 0;
    size_t fitting = length <= left ? length : whole_lines(lines, (size_t)left);

    if (fitting == 0 && file->length == 0)
        fitting = (size_t)((const char *)memchr(lines, '\n', length) + 1 - lines);
    return fitting;
}

size_t log_file_append(struct log_file *file, const char *lines, size_t length, struct error *error)
{
    size_t done = 0;
    DWORD written;

    while (done < length) {
        bool good = write_at_end(file, lines + done, length - done, &written);
        size_t whole = good ? whole_lines(lines + done, written) : 0;

        if (!good)
            error_windows(error, "WriteFile %s", file->path);
        else if (whole == 0)
            error_code(error, ERROR_DISK_FULL, "WriteFile %s", file->path);
        file->length += whole;
        done += whole;
        if (!good || whole < written)
            cut_tail(file);
        if (whole == 0)
            break;
    }
    return done;
}

/* --- old files */

static wchar_t *old_name(const struct log_file *file, uint64_t number)
{
    char *name = number == 0 ? memory_copy(file->path)
                             : memory_format("%s.%llu", file->path, (unsigned long long)number);
    wchar_t *wide = wide_from_utf8(name);

    free(name);
    return wide;
}

static bool is_there(const struct log_file *file, uint64_t number)
{
    wchar_t *name = old_name(file, number);
    bool there = GetFileAttributesW(name) != INVALID_FILE_ATTRIBUTES;

    free(name);
    return there;
}

/* Gives an old file (0: the file itself) the next number. */
static bool move_on(const struct log_file *file, uint64_t number, struct error *error)
{
    wchar_t *from = old_name(file, number);
    wchar_t *to = old_name(file, number + 1);
    bool moved = MoveFileExW(from, to, MOVEFILE_REPLACE_EXISTING);

    if (!moved && number == 0)
        error_windows(error, "MoveFileEx %s", file->path);
    else if (!moved)
        error_windows(error, "MoveFileEx %s.%llu", file->path, (unsigned long long)number);
    free(from);
    free(to);
    return moved;
}

static bool begin_anew(struct log_file *file, struct error *error)
{
    uint64_t before = file->length;

    file->length = 0;
    if (cut_tail(file))
        return true;
    file->length = before;
    return error_windows(error, "SetEndOfFile %s", file->path);
}

bool log_file_retire(struct log_file *file, struct error *error)
{
    uint64_t free_number = 1;

    if (file->keep == 0)
        return begin_anew(file, error);
    /* Only up to the first number that is free. A file in the middle that somebody holds would cost
       the oldest one at every try otherwise. */
    while (free_number < file->keep && is_there(file, free_number))
        free_number++;
    for (uint64_t number = free_number - 1; number > 0; number--)
        if (!move_on(file, number, error))
            return false;
    if (is_there(file, 0) && !move_on(file, 0, error)) /* else somebody has renamed it already */
        return false;
    log_file_close(file);
    return true;
}
