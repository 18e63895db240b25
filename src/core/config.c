#include "core/config.h"

#include "core/command_line.h"
#include "core/config_draft.h"
#include "core/config_include.h"
#include "core/config_sections.h"
#include "core/ini.h"
#include "core/memory.h"
#include "core/mistakes.h"
#include "core/path.h"
#include "core/utf8.h"

#include <stdlib.h>
#include <string.h>

/* Everything that is needed while sections become a config. */
struct assembly {
    struct config *config;
    const struct config_source *source;
    struct section_list sections;
    struct text_list names; /* of included files */
    struct mistakes mistakes;
    struct draft_list drafts;
    bool base_is_known; /* otherwise every program would be missing as well */
};

static const struct place command_line = {0};

static bool apply(struct assembly *assembly, const struct setting *setting, void *target)
{
    struct error error;
    if (option_parse(setting->option, setting->value, setting->append, target, &error))
        return true;
    if (setting->option->type != OPTION_PORTS) /* whose sentences say "port" themselves */
        error_prefix(&error, "%s", setting->name);
    mistakes_add(&assembly->mistakes, setting->place, "%s", error.text);
    return false;
}

static void apply_section(struct assembly *assembly, const struct section *section, void *target)
{
    for (size_t i = 0; i < section->count; i++)
        apply(assembly, &section->settings[i], target);
}

static const struct section *find_first(const struct assembly *assembly, enum section_kind kind)
{
    for (size_t i = 0; i < assembly->sections.count; i++)
        if (assembly->sections.items[i].kind == kind)
            return &assembly->sections.items[i];
    return NULL;
}

static void apply_all(struct assembly *assembly, enum section_kind kind, void *target)
{
    for (size_t i = 0; i < assembly->sections.count; i++)
        if (assembly->sections.items[i].kind == kind)
            apply_section(assembly, &assembly->sections.items[i], target);
}

/* Whether a value is one that its option takes. */
static bool is_valid(const struct setting *setting)
{
    struct config scratch = {0};
    struct error ignored;
    bool valid = option_parse(setting->option, setting->value, false, &scratch, &ignored);
    option_free(SECTION_SERVER, &scratch);
    return valid;
}

/* Makes base absolute. Whatever is wrong with it, that is the one mistake to report. */
static void settle_base(struct assembly *assembly)
{
    struct config *config = assembly->config;
    const struct config_source *source = assembly->source;
    const struct section *server = find_first(assembly, SECTION_IS_SERVER);
    const struct setting *setting = server == NULL ? NULL : section_find(server, "base");
    char excerpt[100];

    char *base = path_join(source->folder, config->base);
    assembly->base_is_known = setting == NULL || is_valid(setting);
    if (setting != NULL && assembly->base_is_known &&
        !source->folder_exists(source->context, base)) {
        assembly->base_is_known = false;
        utf8_excerpt(excerpt, sizeof excerpt, config->base);
        mistakes_add(&assembly->mistakes, setting->place,
                     "base: there is no folder '%s' (looked for %s)", excerpt, base);
    }
    free(config->base);
    config->base = base;
}

/* Makes log_file absolute. Its folder must be there: a server that cannot write its log goes on,
   but should not begin with a misspelt one. */
static void settle_log_file(struct assembly *assembly)
{
    struct config *config = assembly->config;
    const struct config_source *source = assembly->source;
    const struct section *server = find_first(assembly, SECTION_IS_SERVER);
    const struct setting *setting = server == NULL ? NULL : section_find(server, "log_file");

    if (setting == NULL || config->log_file == NULL)
        return;
    char *path = path_join(config->base, config->log_file);
    char *folder = path_folder(path);
    if (assembly->base_is_known && source->folder_exists(source->context, path))
        mistakes_add(&assembly->mistakes, setting->place,
                     "log_file: %s is a folder; name a file in it", path);
    else if (assembly->base_is_known && !source->folder_exists(source->context, folder))
        mistakes_add(&assembly->mistakes, setting->place, "log_file: there is no folder %s",
                     folder);
    free(folder);
    free(config->log_file);
    config->log_file = path;
}

static void add_draft(struct assembly *assembly, const struct section *section,
                      const struct section *defaults_section, const struct service *defaults)
{
    struct draft draft = {.own = section, .defaults = defaults_section};
    struct draft_list *drafts = &assembly->drafts;
    option_copy(SECTION_SERVICE, &draft.service, defaults);
    draft.service.line = section->place.line;
    if (section->place.file != NULL)
        draft.service.file = memory_copy(section->place.file);
    apply_section(assembly, section, &draft.service);
    config_settle_kind(&draft);
    config_settle_workers(&draft);
    drafts->items = memory_grow(drafts->items, drafts->count + 1, sizeof *drafts->items);
    drafts->items[drafts->count++] = draft;
}

static void add_drafts(struct assembly *assembly)
{
    struct service defaults = {0};
    const struct section *section = find_first(assembly, SECTION_IS_DEFAULTS);
    option_set_defaults(SECTION_SERVICE, &defaults);
    apply_all(assembly, SECTION_IS_DEFAULTS, &defaults);
    for (size_t i = 0; i < assembly->sections.count; i++)
        if (assembly->sections.items[i].kind == SECTION_IS_SERVICE)
            add_draft(assembly, &assembly->sections.items[i], section, &defaults);
    option_free(SECTION_SERVICE, &defaults);
}

/* The most bytes that a stem may have as the name of a service, so that "[service STEM-65535]" is
   not too long for a section. */
enum { STEM_MAXIMUM = INI_SECTION_MAXIMUM - sizeof "service -65535" + 1 };

/* The stem of a program as the name of a service: without what a header may not have. */
static char *name_from(const char *server)
{
    if (server == NULL)
        return memory_copy(
            "?"); /* its path was a mistake, or it is something else as well, which is one */
    char *name = path_stem(server);
    if (strlen(name) > STEM_MAXIMUM)
        name[utf8_whole(name, STEM_MAXIMUM)] = '\0';
    for (char *bad = strpbrk(name, " \t#\"]"); bad != NULL; bad = strpbrk(bad, " \t#\"]"))
        *bad = '-';
    if (*name != '\0')
        return name;
    free(name);
    return memory_copy("?"); /* a path that ends with its folder */
}

static bool is_taken(const struct assembly *assembly, const char *name)
{
    for (size_t i = 0; i < assembly->drafts.count; i++) {
        const char *other = assembly->drafts.items[i].service.name;
        if (other != NULL && strcmp(other, name) == 0)
            return true;
    }
    return false;
}

static void name_service(struct assembly *assembly, struct draft *draft)
{
    struct service *service = &draft->service;
    char *name = name_from(service->server);
    if (is_taken(assembly, name)) {
        char *stem = name;
        name = memory_format("%s-%u", stem,
                             service->port.count == 0 ? 0U : (unsigned)service->port.items[0]);
        free(stem);
    }
    if (is_taken(assembly, name) && !draft->own->repeated && service->port.count > 0)
        mistakes_add(&assembly->mistakes, draft->own->place,
                     "there is a service '%s' already; give this one a name with [service NAME]",
                     name);
    service->name = name;
}

/* Names that are written come first, because the others give way to them. */
static void name_services(struct assembly *assembly)
{
    for (size_t i = 0; i < assembly->drafts.count; i++) {
        struct draft *draft = &assembly->drafts.items[i];
        if (*draft->own->name != '\0')
            draft->service.name = memory_copy(draft->own->name);
    }
    for (size_t i = 0; i < assembly->drafts.count; i++)
        if (assembly->drafts.items[i].service.name == NULL)
            name_service(assembly, &assembly->drafts.items[i]);
}

static void free_contents(struct service *service)
{
    option_free(SECTION_SERVICE, service);
    access_free(&service->access);
    free(service->name);
    free(service->file);
    free(service->program);
    free(service->command_line);
    free(service->folder);
}

struct service *config_take_service(struct config *config, size_t place)
{
    struct service *service = memory_zeroed(1, sizeof *service);
    *service = config->services[place];
    config->services[place] = (struct service){0};
    return service;
}

void service_free(struct service *service)
{
    free_contents(service);
    free(service);
}

/* Moves the services that are not disabled into the config. */
static void take_services(struct assembly *assembly)
{
    struct config *config = assembly->config;
    config->services = memory_zeroed(assembly->drafts.count, sizeof *config->services);
    for (size_t i = 0; i < assembly->drafts.count; i++) {
        struct service *service = &assembly->drafts.items[i].service;
        if (service->disable)
            free_contents(service);
        else
            config->services[config->service_count++] = *service;
    }
    free(assembly->drafts.items);
}

/* From sections to the config; whether all was well. */
static bool assemble(struct assembly *assembly, struct text_list *errors)
{
    option_set_defaults(SECTION_SERVER, assembly->config);
    apply_all(assembly, SECTION_IS_SERVER, assembly->config);
    settle_base(assembly);
    settle_log_file(assembly);
    add_drafts(assembly);
    name_services(assembly);
    config_check(&assembly->drafts, &assembly->mistakes);
    for (size_t i = 0; i < assembly->drafts.count; i++) {
        struct draft *draft = &assembly->drafts.items[i];
        if (assembly->base_is_known && !draft->service.disable)
            config_resolve(draft, assembly->config->base, assembly->source, &assembly->mistakes);
    }
    take_services(assembly);
    sections_free(&assembly->sections);
    bool good = assembly->mistakes.count == 0;
    mistakes_hand_over(&assembly->mistakes, errors);
    text_list_free(&assembly->names);
    text_list_free(&assembly->config->include);
    return good;
}

static bool has_include(const struct assembly *assembly)
{
    const struct section *server = find_first(assembly, SECTION_IS_SERVER);
    return server != NULL && section_find(server, "include") != NULL;
}

bool config_parse(struct config *config, const char *text, size_t length,
                  const struct config_source *source, struct text_list *errors)
{
    struct assembly assembly = {.config = config, .source = source};
    struct place place = {.file = source->file};
    int lines = sections_read(&assembly.sections, &assembly.mistakes, place, text, length);
    config_include(&assembly.sections, length, source, &assembly.names, &assembly.mistakes);
    place.line = lines == 0 ? 1 : lines;
    if (find_first(&assembly, SECTION_IS_SERVICE) == NULL && assembly.mistakes.count == 0)
        mistakes_add(&assembly.mistakes, place,
                     "the file has no service%s; add a line such as '7007 = PROGRAM' under [ports]",
                     has_include(&assembly) ? ", nor has any that it includes" : "");
    return assemble(&assembly, errors);
}

/* One "NAME=VALUE" or "NAME+=VALUE" of the command line. */
static void set_from_word(struct assembly *assembly, struct section *section, const char *word)
{
    char excerpt[60];
    size_t length = strcspn(word, "=");
    bool append = length > 0 && word[length] == '=' && word[length - 1] == '+';
    size_t name_length = append ? length - 1 : length;
    utf8_excerpt(excerpt, sizeof excerpt, word);
    if (name_length == 0 || word[length] == '\0') {
        mistakes_add(&assembly->mistakes, command_line, "'%s' is not NAME=VALUE", excerpt);
        return;
    }
    char *name = memory_format("%.*s", (int)name_length, word);
    section_set(section, &assembly->mistakes, command_line, name, append, word + length + 1);
    free(name);
}

bool config_from_command(struct config *config, const char *port, const struct text_list *settings,
                         const char *program, const struct text_list *arguments,
                         const struct config_source *source, struct text_list *errors)
{
    struct assembly assembly = {.config = config, .source = source};
    struct section *section = memory_zeroed(1, sizeof *section);
    *section = (struct section){.kind = SECTION_IS_SERVICE, .name = memory_copy("")};
    /* Quoted here and split again where the option is parsed: one way for every value. */
    char *quoted = command_line_join("_", arguments);
    section_set(section, &assembly.mistakes, command_line, "port", false, port);
    section_set(section, &assembly.mistakes, command_line, "server", false, program);
    section_set(section, &assembly.mistakes, command_line, "server_args", false, quoted + 1);
    free(quoted);
    for (size_t i = 0; i < settings->count; i++)
        set_from_word(&assembly, section, settings->items[i]);
    if (section_find(section, "disable") != NULL)
        mistakes_add(&assembly.mistakes, command_line,
                     "'disable' would leave nothing to serve; leave it out");
    assembly.sections = (struct section_list){.items = section, .count = 1};
    return assemble(&assembly, errors);
}

void config_free(struct config *config)
{
    for (size_t i = 0; i < config->service_count; i++)
        free_contents(&config->services[i]);
    free(config->services);
    option_free(SECTION_SERVER, config);
    *config = (struct config){0};
}
