#include "fake_disk.h"

#include "core/path.h"
#include "core/text_buffer.h"
#include "included_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const files[] = {
    "C:\\Tools\\python3.11.exe",
    "C:\\Tools\\tool.exe",
    /* what stands in the current folder, and below it */
    "here.exe",
    "current\\here.exe",
    "C:\\srv\\100%\\run.cmd",
    "C:\\srv\\handlers\\daytime.exe",
    "C:\\srv\\handlers\\echo.exe",
    "C:\\srv\\handlers\\old.BAT",
    "C:\\srv\\handlers\\run.cmd",
    "C:\\srv\\handlers\\upper.exe",
    "C:\\srv\\local.exe",
    "C:\\srv\\my tools\\say it.exe",
    "D:\\far away\\more;tools\\far.com",
};

static const char *const folders[] = {
    "C:\\srv",           "C:\\srv\\etc",      "C:\\srv\\etc\\included",
    "C:\\srv\\etc\\www", "C:\\srv\\handlers", "C:\\srv\\my tools"};

/* The file of tests/config/included that a path stands for, or NULL. */
static const char *find_included(const char *path)
{
    const char *found = NULL;
    char *folder = path_folder(path);
    for (size_t i = 0; included_files[i] != NULL && found == NULL; i++)
        if (path_equals(path_name(included_files[i]), path_name(path)))
            found = included_files[i];
    bool there = path_equals(folder, "C:\\srv\\etc\\included");
    free(folder);
    return there ? found : NULL;
}

static bool is_among(const char *const *paths, size_t count, const char *path)
{
    for (size_t i = 0; i < count; i++)
        if (path_equals(paths[i], path))
            return true;
    return false;
}

static bool file_exists(void *context, const char *path)
{
    (void)context;
    return find_included(path) != NULL || is_among(files, sizeof files / sizeof *files, path);
}

static bool folder_exists(void *context, const char *path)
{
    (void)context;
    return is_among(folders, sizeof folders / sizeof *folders, path);
}

static bool look_up(void *context, const char *name, struct text_list *addresses,
                    struct error *error)
{
    (void)context;
    if (strcmp(name, "two.example") != 0)
        return error_set(error, "nobody knows it");
    text_list_append(addresses, "192.0.2.7");
    text_list_append(addresses, "2001:db8::7");
    return true;
}

static char *read_file(void *context, const char *path, size_t *length, struct error *error)
{
    (void)context;
    const char *found = find_included(path);
    FILE *file = found == NULL ? NULL : fopen(found, "rb");
    struct text_buffer content = {0};
    char part[4096];
    if (file == NULL) {
        error_set(error, "%s cannot be read", path);
        return NULL;
    }
    text_buffer_add_text(&content, "");
    for (size_t count; (count = fread(part, 1, sizeof part, file)) > 0;)
        text_buffer_add(&content, part, count);
    fclose(file);
    *length = content.length;
    return content.text;
}

/* In the order of CMake, from the last to the first. */
static bool list_files(void *context, const char *folder, struct text_list *names,
                       struct error *error)
{
    (void)context;
    (void)error;
    size_t count = 0;
    while (path_equals(folder, "C:\\srv\\etc\\included") && included_files[count] != NULL)
        count++;
    while (count > 0)
        text_list_append(names, path_name(included_files[--count]));
    return true;
}

const struct config_source fake_source = {
    .file = "x.ini",
    .folder = "C:\\srv\\etc",
    .search_path = ";.;current;C:\\Windows;C:\\Tools;\"D:\\far away\\more;tools\"",
    .cmd = "C:\\Windows\\cmd.exe",
    .file_exists = file_exists,
    .folder_exists = folder_exists,
    .look_up = look_up,
    .read_file = read_file,
    .list_files = list_files,
};
