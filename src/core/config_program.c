/* From the options of a service to what CreateProcess is given. */
#include "core/command_line.h"
#include "core/config_draft.h"
#include "core/known_programs.h"
#include "core/memory.h"
#include "core/path.h"
#include "core/utf8.h"

#include <stdlib.h>
#include <string.h>

enum { EXCERPT = 100 };

/* folder\name, with each extension of a program where it has none or is not found as it is. */
static char *find_in(const struct config_source *source, const char *folder, const char *name)
{
    static const char *const extensions[] = {"", ".exe", ".com", ".cmd", ".bat"};
    bool has_extension = *path_extension(name) != '\0';
    for (size_t i = has_extension ? 0 : 1; i < sizeof extensions / sizeof *extensions; i++) {
        char *file = memory_format("%s%s", name, extensions[i]);
        char *path = path_join(folder, file);
        free(file);
        if (source->file_exists(source->context, path))
            return path;
        free(path);
    }
    return NULL;
}

/* The next folder of a PATH, which may stand in quotes; the caller frees it. NULL at the end. */
static char *next_folder(const char **search_path)
{
    const char *start = *search_path;
    if (*start == '\0')
        return NULL;
    char *folder = memory_zeroed(strlen(start) + 1, 1);
    size_t length = 0;
    bool quoted = false;
    for (; *start != '\0' && (quoted || *start != ';'); start++) {
        if (*start == '"')
            quoted = !quoted;
        else
            folder[length++] = *start;
    }
    *search_path = *start == '\0' ? start : start + 1;
    return folder;
}

char *config_find_program(const struct config_source *source, const char *base, const char *name)
{
    if (*name == '\0' || path_is_ambiguous(name))
        return NULL;
    char *found = find_in(source, base, name);
    if (found != NULL || !path_is_bare(name) || source->search_path == NULL)
        return found;
    const char *rest = source->search_path;
    for (char *folder; found == NULL && (folder = next_folder(&rest)) != NULL;) {
        /* "." and whatever else is relative would be the current folder */
        if (path_is_absolute(folder))
            found = find_in(source, folder, name);
        free(folder);
    }
    return found;
}

/* Whether the value is a program followed by arguments, as [ports] has it. */
static bool has_arguments(const struct config_source *source, const char *base, const char *server)
{
    size_t length = strcspn(server, " \t");
    if (server[length] == '\0')
        return false;
    char *first = memory_format("%.*s", (int)length, server);
    char *found = config_find_program(source, base, first);
    free(first);
    free(found);
    return found != NULL;
}

static void report_missing(const struct draft *draft, const char *base,
                           const struct config_source *source, struct mistakes *mistakes)
{
    const char *server = draft->service.server;
    struct place place = draft_place(draft, "server");
    char excerpt[EXCERPT];
    utf8_excerpt(excerpt, sizeof excerpt, server);
    if (has_arguments(source, base, server)) {
        mistakes_add(mistakes, place,
                     "there is no program '%s'; write its arguments in server_args", excerpt);
    } else if (path_is_bare(server)) {
        mistakes_add(mistakes, place, "there is no program '%s', neither in %s nor in PATH",
                     excerpt, base);
    } else {
        char *path = path_join(base, server);
        mistakes_add(mistakes, place, "there is no program '%s' (looked for %s)", excerpt, path);
        free(path);
    }
}

static bool is_script(const char *program)
{
    const char *extension = path_extension(program);
    return path_equals(extension, ".cmd") || path_equals(extension, ".bat");
}

/* Which program it is, or starts, of those that take no socket. */
static const char *find_known(const char *program, const struct config_source *source)
{
    struct error ignored;
    size_t length;
    if (!is_script(program))
        return known_program(program);
    char *text = source->read_file(source->context, program, &length, &ignored);
    const char *found = text == NULL ? NULL : known_program_in_script(text, length);
    free(text);
    return found;
}

static void resolve_program(struct draft *draft, const char *base,
                            const struct config_source *source, struct mistakes *mistakes)
{
    struct service *service = &draft->service;
    struct error error;
    char *program = config_find_program(source, base, service->server);
    if (program == NULL) {
        report_missing(draft, base, source, mistakes);
        return;
    }
    service->needs_pipe = find_known(program, source);
    if (!is_script(program)) {
        service->command_line = command_line_join(program, &service->server_args);
        service->program = program;
        return;
    }
    if (!command_line_for_script(source->cmd, program, &service->server_args,
                                 &service->command_line, &error))
        mistakes_add(mistakes, draft_place(draft, "server_args"), "%s", error.text);
    service->program = memory_copy(source->cmd);
    free(program);
}

static void check_idle_time(const struct draft *draft, struct mistakes *mistakes)
{
    const struct service *service = &draft->service;
    if (service->internal != INTERNAL_NONE || service->workers > 0 || /* said elsewhere */
        service->idle_time == UNLIMITED || service->stdio == STDIO_PIPE ||
        (service->stdio == STDIO_AUTO && service->needs_pipe != NULL))
        return;
    mistakes_add(mistakes, draft_place(draft, "idle_time"),
                 "idle_time needs stdio = pipe: what passes through a socket is not seen");
}

static void resolve_folder(struct draft *draft, const char *base,
                           const struct config_source *source, struct mistakes *mistakes)
{
    struct service *service = &draft->service;
    char excerpt[EXCERPT];
    if (service->working_directory == NULL) {
        service->folder = memory_copy(base);
        return;
    }
    service->folder = path_join(base, service->working_directory);
    if (source->folder_exists(source->context, service->folder))
        return;
    utf8_excerpt(excerpt, sizeof excerpt, service->working_directory);
    mistakes_add(mistakes, draft_place(draft, "working_directory"),
                 "working_directory: there is no folder '%s' (looked for %s)", excerpt,
                 service->folder);
}

/* A file that an option names is there. */
static void check_file(const struct draft *draft, const char *option, const char *path,
                       const char *base, const struct config_source *source,
                       struct mistakes *mistakes)
{
    char excerpt[EXCERPT];
    if (path == NULL)
        return;
    char *file = path_join(base, path);
    utf8_excerpt(excerpt, sizeof excerpt, path);
    if (!source->file_exists(source->context, file))
        mistakes_add(mistakes, draft_place(draft, option),
                     "%s: there is no file '%s' (looked for %s)", option, excerpt, file);
    free(file);
}

void config_resolve(struct draft *draft, const char *base, const struct config_source *source,
                    struct mistakes *mistakes)
{
    if (draft->service.server != NULL)
        resolve_program(draft, base, source, mistakes);
    check_idle_time(draft, mistakes);
    if (draft->service.internal == INTERNAL_NONE)
        resolve_folder(draft, base, source, mistakes);
    check_file(draft, "banner", draft->service.banner, base, source, mistakes);
    check_file(draft, "banner_fail", draft->service.banner_fail, base, source, mistakes);
    config_resolve_access(draft, source, mistakes);
}
