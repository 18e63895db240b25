/* Any bytes are a config, which goes round through its printed form, or a list of mistakes in the
   order of their lines. A form feed, which no ini file can hold, parts the main file from what
   every included file holds. */
#include "fuzz.h"

#include "core/command_line.h"
#include "core/config.h"
#include "core/memory.h"
#include "core/path.h"
#include "core/utf8.h"

#include <string.h>

struct included {
    const char *text;
    size_t length;
};

/* A disk where everything exists but what has a 'q' in it, or a colon that is no drive's. */
static bool exists(void *context, const char *path)
{
    (void)context;
    size_t drive = strcspn(path, ":");
    return strchr(path, 'q') == NULL &&
           (path[drive] == '\0' || strchr(path + drive + 1, ':') == NULL);
}

static char *read_file(void *context, const char *path, size_t *length, struct error *error)
{
    const struct included *included = context;
    if (strchr(path, 'z') != NULL) {
        error_set(error, "nobody can read it");
        return NULL;
    }
    *length = included->length;
    char *text = memory_zeroed(*length + 1, 1);
    if (*length > 0)
        memcpy(text, included->text, *length);
    return text;
}

static bool list_files(void *context, const char *folder, struct text_list *names,
                       struct error *error)
{
    (void)context;
    if (strchr(folder, 'z') != NULL)
        return error_set(error, "nobody can list it");
    text_list_append(names, "b.ini");
    text_list_append(names, "A.ini");
    return true;
}

/* Names with a 'q' in them are unknown, too. */
static bool look_up(void *context, const char *name, struct text_list *addresses,
                    struct error *error)
{
    if (!exists(context, name))
        return error_set(error, "nobody knows it");
    text_list_append(addresses, "192.0.2.7");
    return true;
}

static const struct config_source machine = {
    .file = "x.ini",
    .folder = "C:\\srv\\etc",
    .search_path = "C:\\Tools;relative;\"C:\\with;semicolon\"",
    .cmd = "C:\\Windows\\cmd.exe",
    .file_exists = exists,
    .folder_exists = exists,
    .look_up = look_up,
    .read_file = read_file,
    .list_files = list_files,
};

static void check_text(const char *text)
{
    HOLDS(*text != '\0');
    for (size_t left = strlen(text), step; left > 0; left -= step, text += step) {
        step = utf8_length(text, left);
        HOLDS(step > 0);
        HOLDS((unsigned char)*text >= 0x20 || *text == '\t');
    }
}

static void check_errors(const struct text_list *errors)
{
    long last = 1;
    bool included = false;
    for (size_t i = 0; i < errors->count; i++) {
        char *end;
        check_text(errors->items[i]);
        if (strncmp(errors->items[i], "x.ini:", 6) != 0)
            included = true;
        if (included) { /* whose names are anything; but they come last */
            HOLDS(strncmp(errors->items[i], "x.ini:", 6) != 0);
            HOLDS(strstr(errors->items[i], ": ") != NULL);
            continue;
        }
        long line = strtol(errors->items[i] + 6, &end, 10);
        HOLDS(line >= last);
        HOLDS(strncmp(end, ": ", 2) == 0);
        last = line;
    }
}

static void check_command_line(const struct service *service)
{
    struct text_list words = {0};
    struct error error;
    HOLDS(path_is_absolute(service->program));
    if (strcmp(service->program, machine.cmd) == 0)
        return; /* whose quoting is not that of programs */
    HOLDS(command_line_split(service->command_line, &words, &error));
    HOLDS(words.count == service->server_args.count + 1);
    HOLDS(strcmp(words.items[0], service->program) == 0);
    for (size_t i = 1; i < words.count; i++)
        HOLDS(strcmp(words.items[i], service->server_args.items[i - 1]) == 0);
    text_list_free(&words);
}

static void check_config(const struct config *config)
{
    HOLDS(path_is_absolute(config->base));
    HOLDS(config->instances >= 1);
    for (size_t i = 0; i < config->service_count; i++) {
        const struct service *service = &config->services[i];
        HOLDS(strpbrk(service->name, " \t#\"") == NULL);
        for (size_t j = 0; j < i; j++)
            HOLDS(strcmp(config->services[j].name, service->name) != 0);
        HOLDS(service->line > 0);
        HOLDS(service->port.count > 0 && service->bind.count > 0);
        if (!service_starts_programs(service)) {
            HOLDS(service->program == NULL && service->folder == NULL);
            continue;
        }
        HOLDS(path_is_absolute(service->folder));
        check_command_line(service);
    }
}

/* Of what was printed: it is good and printed the same. */
static void check_printed(const char *text, const struct config_source *source)
{
    struct config config = {0};
    struct text_list errors = {0};
    struct error error;
    HOLDS(config_parse(&config, text, strlen(text), source, &errors));
    char *again = config_print(&config, &error);
    HOLDS(again != NULL && strcmp(again, text) == 0);
    free(again);
    config_free(&config);
    text_list_free(&errors);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config config = {0};
    struct text_list errors = {0};
    struct error error;
    const char *text = (const char *)data;
    const char *feed = size == 0 ? NULL : memchr(text, '\f', size);
    size_t length = feed == NULL ? size : (size_t)(feed - text);
    struct included included = {.text = text + length, .length = 0};
    struct config_source source = machine;
    if (feed != NULL)
        included = (struct included){.text = feed + 1, .length = size - length - 1};
    source.context = &included;
    bool good = config_parse(&config, text, length, &source, &errors);
    HOLDS(good == (errors.count == 0));
    check_errors(&errors);
    if (good)
        check_config(&config);
    char *printed = good && config.service_count > 0 ? config_print(&config, &error) : NULL;
    if (printed != NULL)
        check_printed(printed, &source);
    free(printed);
    config_free(&config);
    text_list_free(&errors);
    return 0;
}
