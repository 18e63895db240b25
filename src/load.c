#include "load.h"

#include "core/memory.h"
#include "core/path.h"
#include "windows/file.h"
#include "windows/socket.h"
#include "words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool exists_as_file(void *context, const char *path)
{
    (void)context;
    return file_exists(path);
}

static bool exists_as_folder(void *context, const char *path)
{
    (void)context;
    return folder_exists(path);
}

static bool look_up(void *context, const char *name, struct text_list *addresses,
                    struct error *error)
{
    (void)context;
    return socket_look_up(name, addresses, error);
}

static char *read_file(void *context, const char *path, size_t *length, struct error *error)
{
    (void)context;
    return file_read(path, CONFIG_MAXIMUM, length, error);
}

static bool list_files(void *context, const char *folder, struct text_list *names,
                       struct error *error)
{
    (void)context;
    return file_list(folder, names, error);
}

char *find_ini(const char *given)
{
    if (given != NULL)
        return memory_copy(given);
    char *program = file_own_program();
    char *folder = path_folder(program);
    char *beside = path_join(folder, "stdinetd.ini");
    char *in_etc = path_join(folder, "..\\etc\\stdinetd.ini");
    char *found = NULL;

    if (file_exists(beside))
        found = memory_copy(beside);
    else if (file_exists(in_etc))
        found = memory_copy(in_etc);
    else
        fprintf(
            stderr,
            "stdinetd: there is neither %s nor %s; name a file with -c, or serve one program with "
            "'stdinetd serve PORT -- PROGRAM'\n",
            beside, in_etc);
    free(program);
    free(folder);
    free(beside);
    free(in_etc);
    return found;
}

void source_init(struct config_source *source, const char *file)
{
    char *system = file_system_folder();

    memset(source, 0, sizeof *source);
    if (file != NULL) {
        char *full = file_full_path(file);

        source->file = memory_copy(file);
        source->folder = path_folder(full);
        free(full);
    } else {
        source->folder = file_current_folder();
    }
    source->search_path = environment_variable("PATH");
    source->cmd = path_join(system, "cmd.exe");
    source->file_exists = exists_as_file;
    source->folder_exists = exists_as_folder;
    source->look_up = look_up;
    source->read_file = read_file;
    source->list_files = list_files;
    free(system);
}

void source_free(struct config_source *source)
{
    free((char *)source->file);
    free((char *)source->folder);
    free((char *)source->search_path);
    free((char *)source->cmd);
}

void print_errors(const struct text_list *errors)
{
    for (size_t i = 0; i < errors->count; i++)
        fprintf(stderr, "%s\n", errors->items[i]);
    fprintf(stderr, "%zu error%s; nothing would be served\n", errors->count,
            errors->count == 1 ? "" : "s");
}

bool read_config(struct config *config, const char *file, struct text_list *errors)
{
    struct config_source source;
    struct error error;
    size_t length;
    bool good = false;

    source_init(&source, file);
    char *text = file_read(file, CONFIG_MAXIMUM, &length, &error);
    if (text == NULL)
        text_list_append(errors, error.text);
    else
        good = config_parse(config, text, length, &source, errors);
    free(text);
    source_free(&source);
    return good;
}

bool read_table(struct config *config, const char *file, struct text_list *errors)
{
    if (!read_config(config, file, errors))
        return false;
    if (config->service_count > 0)
        return true;
    char *text = memory_format("%s: there is no service that is not disabled", file);
    text_list_append(errors, text);
    free(text);
    return false;
}

/* read is one of the two above. */
static int load(struct config *config, const char *given,
                bool (*read)(struct config *config, const char *file, struct text_list *errors))
{
    struct text_list errors = {0};
    char *file = find_ini(given);

    if (file == NULL)
        return EXIT_WRONG_USE;
    bool good = read(config, file, &errors);
    if (!good)
        print_errors(&errors);
    free(file);
    text_list_free(&errors);
    return good ? EXIT_DONE : EXIT_WRONG_USE;
}

int load_config(struct config *config, const char *given)
{
    return load(config, given, read_config);
}

int load_table(struct config *config, const char *given)
{
    return load(config, given, read_table);
}
