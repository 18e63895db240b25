/* Any bytes are a config or a list of mistakes in the order of their lines. */
#include "fuzz.h"

#include "core/command_line.h"
#include "core/config.h"
#include "core/path.h"
#include "core/utf8.h"

#include <string.h>

/* A disk where everything exists but what has a 'q' in it. */
static bool exists(void *context, const char *path)
{
    (void)context;
    return strchr(path, 'q') == NULL;
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

static const struct config_source source = {
    .file = "x.ini",
    .folder = "C:\\srv\\etc",
    .search_path = "C:\\Tools;relative;\"C:\\with;semicolon\"",
    .cmd = "C:\\Windows\\cmd.exe",
    .file_exists = exists,
    .folder_exists = exists,
    .look_up = look_up,
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
    for (size_t i = 0; i < errors->count; i++) {
        char *end;
        check_text(errors->items[i]);
        HOLDS(strncmp(errors->items[i], "x.ini:", 6) == 0);
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
    if (strcmp(service->program, source.cmd) == 0)
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
        HOLDS(path_is_absolute(service->folder));
        check_command_line(service);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config config = {0};
    struct text_list errors = {0};
    bool good = config_parse(&config, (const char *)data, size, &source, &errors);
    HOLDS(good == (errors.count == 0));
    check_errors(&errors);
    if (good)
        check_config(&config);
    config_free(&config);
    text_list_free(&errors);
    return 0;
}
