#include "fake_disk.h"

#include "core/path.h"

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

static const char *const folders[] = {"C:\\srv", "C:\\srv\\etc", "C:\\srv\\etc\\www",
                                      "C:\\srv\\handlers", "C:\\srv\\my tools"};

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
    return is_among(files, sizeof files / sizeof *files, path);
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

const struct config_source fake_source = {
    .file = "x.ini",
    .folder = "C:\\srv\\etc",
    .search_path = ";.;current;C:\\Windows;C:\\Tools;\"D:\\far away\\more;tools\"",
    .cmd = "C:\\Windows\\cmd.exe",
    .file_exists = file_exists,
    .folder_exists = folder_exists,
    .look_up = look_up,
};
