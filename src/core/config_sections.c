#include "core/config_sections.h"

#include "core/ini.h"
#include "core/memory.h"
#include "core/suggest.h"
#include "core/utf8.h"

#include <stdlib.h>
#include <string.h>

enum { EXCERPT = 60 };

static const char *const kind_names[] = {"server", "defaults", "ports", "service"};
enum { KIND_COUNT = sizeof kind_names / sizeof *kind_names };

/* What ini_read tells, on its way into a list of sections. */
struct reading {
    struct section_list *sections;
    struct mistakes *mistakes;
    struct place file; /* of any line */
    bool begun;        /* there was a header */
    bool lost;         /* behind a header that is a mistake */
    size_t current;    /* the section that settings belong to, unless lost */
};

static struct place place_of(const struct reading *reading, int line)
{
    struct place place = reading->file;
    place.line = line;
    return place;
}

static bool is_included(const struct reading *reading)
{
    return reading->file.order > 0;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* A header in two words, without blanks around them: "service web" -> "service", "web". */
struct header {
    char kind[INI_SECTION_MAXIMUM + 1];
    char name[INI_SECTION_MAXIMUM + 1]; /* "" where there is one word only */
};

static struct header split_header(const char *text)
{
    struct header header = {"", ""};
    text += strspn(text, " \t");
    size_t length = strlen(text);
    while (length > 0 && is_blank(text[length - 1]))
        length--;
    size_t word = strcspn(text, " \t");
    if (word > length)
        word = length;
    memcpy(header.kind, text, word);
    size_t name = word + strspn(text + word, " \t");
    if (name < length)
        memcpy(header.name, text + name, length - name);
    return header;
}

static bool find_kind(const struct header *header, enum section_kind *kind)
{
    for (size_t i = 0; i < KIND_COUNT; i++) {
        if (strcmp(header->kind, kind_names[i]) == 0 &&
            (i == SECTION_IS_SERVICE || *header->name == '\0')) {
            *kind = (enum section_kind)i;
            return true;
        }
    }
    return false;
}

static void reject_header(struct mistakes *mistakes, struct place place, const char *text,
                          const struct header *header)
{
    const char *nearest = suggest(header->kind, kind_names, KIND_COUNT);
    if (nearest == NULL)
        mistakes_add(
            mistakes, place,
            "unknown section [%s]; there are [server], [defaults], [ports] and [service NAME]",
            text);
    else if (strcmp(nearest, "service") == 0)
        mistakes_add(mistakes, place, "unknown section [%s] (did you mean [service %s]?)", text,
                     *header->name == '\0' ? "NAME" : header->name);
    else
        mistakes_add(mistakes, place, "unknown section [%s] (did you mean [%s]?)", text, nearest);
}

/* An earlier section of that name; every file may have its [ports]. */
static const struct section *find_section(const struct reading *reading, enum section_kind kind,
                                          const char *name)
{
    for (size_t i = 0; i < reading->sections->count; i++) {
        const struct section *section = &reading->sections->items[i];
        bool counts = kind != SECTION_IS_PORTS || section->place.order == reading->file.order;
        if (counts && section->kind == kind && strcmp(section->name, name) == 0)
            return section;
    }
    return NULL;
}

static bool check_service_name(struct mistakes *mistakes, struct place place, const char *name)
{
    if (*name == '\0')
        mistakes_add(mistakes, place, "the service has no name; write [service NAME]");
    else if (strpbrk(name, " \t#\"") != NULL)
        mistakes_add(mistakes, place,
                     "'%s' cannot be the name of a service; write it without blanks, '#' and '\"'",
                     name);
    else
        return true;
    return false;
}

static void sections_append(struct section_list *sections, struct section section)
{
    sections->items = memory_grow(sections->items, sections->count + 1, sizeof *sections->items);
    sections->items[sections->count++] = section;
}

static void report_repeated(struct mistakes *mistakes, struct place place, const char *text,
                            const struct section *first)
{
    char *first_place = place_seen_from(first->place, place);
    mistakes_add(mistakes, place, "[%s] stands here a second time (first in %s)", text,
                 first_place);
    free(first_place);
}

static void on_section(void *context, int line, const char *text)
{
    struct reading *reading = context;
    struct place place = place_of(reading, line);
    enum section_kind kind;

    reading->begun = true;
    reading->lost = true;
    if (text == NULL)
        return;
    struct header header = split_header(text);
    if (!find_kind(&header, &kind)) {
        reject_header(reading->mistakes, place, text, &header);
        return;
    }
    if (kind == SECTION_IS_SERVICE && !check_service_name(reading->mistakes, place, header.name))
        return;
    if (is_included(reading) && (kind == SECTION_IS_SERVER || kind == SECTION_IS_DEFAULTS)) {
        mistakes_add(reading->mistakes, place,
                     "[%s] cannot stand in an included file, which holds [ports] and [service NAME]"
                     " only; put it into the file that includes this one",
                     text);
        return;
    }

    const char *name = kind == SECTION_IS_SERVICE ? header.name : kind_names[kind];
    const struct section *first = find_section(reading, kind, name);
    if (first != NULL)
        report_repeated(reading->mistakes, place, text, first);
    struct section section = {
        .kind = kind, .place = place, .name = memory_copy(name), .repeated = first != NULL};
    reading->current = reading->sections->count;
    sections_append(reading->sections, section);
    reading->lost = false;
}

static void section_append(struct section *section, struct place place, const char *name,
                           const struct option *option, bool append, const char *value)
{
    section->settings =
        memory_grow(section->settings, section->count + 1, sizeof *section->settings);
    section->settings[section->count++] = (struct setting){.place = place,
                                                           .name = memory_copy(name),
                                                           .option = option,
                                                           .append = append,
                                                           .value = memory_copy(value)};
}

const struct setting *section_find(const struct section *section, const char *name)
{
    for (size_t i = 0; i < section->count; i++)
        if (strcmp(section->settings[i].name, name) == 0)
            return &section->settings[i];
    return NULL;
}

/* Whether this is the first setting of that name. */
static bool is_first(const struct section *section, struct mistakes *mistakes, struct place place,
                     const char *name)
{
    char excerpt[EXCERPT];
    const struct setting *first = section_find(section, name);
    if (first == NULL)
        return true;
    utf8_excerpt(excerpt, sizeof excerpt, name);
    if (place.line == 0)
        mistakes_add(mistakes, place, "'%s' is given twice", excerpt);
    else
        mistakes_add(mistakes, place,
                     "'%s' stands in this section a second time (first in line %d)", excerpt,
                     first->place.line);
    return false;
}

static void reject_name(struct mistakes *mistakes, struct place place, enum option_section section,
                        const char *name)
{
    char excerpt[EXCERPT];
    utf8_excerpt(excerpt, sizeof excerpt, name);
    enum option_section other = section == SECTION_SERVER ? SECTION_SERVICE : SECTION_SERVER;
    const char *nearest = option_suggest(section, name);
    if (option_find(other, name) != NULL)
        mistakes_add(mistakes, place, "'%s' belongs under %s", excerpt,
                     other == SECTION_SERVER ? "[server]" : "[defaults] or [service NAME]");
    else if (nearest != NULL)
        mistakes_add(mistakes, place, "unknown option '%s' (did you mean '%s'?)", excerpt, nearest);
    else
        mistakes_add(mistakes, place, "unknown option '%s'; 'stdinetd options' lists all there are",
                     excerpt);
}

void section_set(struct section *section, struct mistakes *mistakes, struct place place,
                 const char *name, bool append, const char *value)
{
    enum option_section where =
        section->kind == SECTION_IS_SERVER ? SECTION_SERVER : SECTION_SERVICE;
    const struct option *option = option_find(where, name);
    if (option == NULL)
        reject_name(mistakes, place, where, name);
    else if (append && option->type != OPTION_LIST && option->type != OPTION_PORTS)
        mistakes_add(mistakes, place, "'+=' adds to a list, and '%s' is none; write '='", name);
    else if (append ||
             is_first(section, mistakes, place, name)) /* += may stand as often as it likes */
        section_append(section, place, name, option, append, value);
}

/* Whether a line of [ports] begins with one port. Which ports there are is the option's to say. */
static bool check_port_name(struct mistakes *mistakes, struct place place, const char *name)
{
    char excerpt[EXCERPT];
    utf8_excerpt(excerpt, sizeof excerpt, name);
    if (option_find(SECTION_SERVICE, name) != NULL)
        mistakes_add(mistakes, place,
                     "[ports] has no options, only lines such as '7007 = PROGRAM'; put '%s' under"
                     " [defaults] or [service NAME]",
                     excerpt);
    else if (strpbrk(name, " \t") != NULL)
        mistakes_add(mistakes, place,
                     "'%s' is not one port; a service with several is written as [service NAME]",
                     excerpt);
    else
        return true;
    return false;
}

/* Where the program ends in "PROGRAM ARGUMENTS". */
static size_t program_length(const char *value)
{
    bool quoted = false;
    size_t length = 0;
    for (; value[length] != '\0' && (quoted || !is_blank(value[length])); length++)
        if (value[length] == '"')
            quoted = !quoted;
    return length;
}

static void set_port(struct reading *reading, struct place place, const char *name, bool append,
                     const char *value)
{
    struct section *ports = &reading->sections->items[reading->current];
    struct section service = {
        .kind = SECTION_IS_SERVICE, .place = place, .repeated = ports->repeated};

    if (append) {
        mistakes_add(reading->mistakes, place, "'+=' has no meaning under [ports]; write '='");
        return;
    }
    if (!is_first(ports, reading->mistakes, place, name) ||
        !check_port_name(reading->mistakes, place, name))
        return;
    if (*value == '\0') {
        mistakes_add(reading->mistakes, place,
                     "there is no program after '='; write PORT = PROGRAM ARGUMENTS");
        return;
    }
    section_append(ports, place, name, NULL, false, value);
    service.name = memory_copy("");
    size_t length = program_length(value);
    const char *arguments = value + length + strspn(value + length, " \t");
    char *program = memory_format("%.*s", (int)length, value);
    section_set(&service, reading->mistakes, place, "port", false, name);
    section_set(&service, reading->mistakes, place, "server", false, program);
    if (*arguments != '\0')
        section_set(&service, reading->mistakes, place, "server_args", false, arguments);
    free(program);
    sections_append(reading->sections, service);
}

static void on_setting(void *context, int line, const char *name, bool append, const char *value)
{
    struct reading *reading = context;
    struct place place = place_of(reading, line);
    char excerpt[EXCERPT];
    if (reading->lost)
        return;
    if (!reading->begun) {
        utf8_excerpt(excerpt, sizeof excerpt, name);
        mistakes_add(reading->mistakes, place,
                     "'%s' stands before the first section; put it under %s[ports] or"
                     " [service NAME]",
                     excerpt, is_included(reading) ? "" : "[server], [defaults], ");
        return;
    }
    struct section *section = &reading->sections->items[reading->current];
    if (section->kind == SECTION_IS_PORTS)
        set_port(reading, place, name, append, value);
    else
        section_set(section, reading->mistakes, place, name, append, value);
}

static void on_mistake(void *context, int line, const char *sentence)
{
    struct reading *reading = context;
    mistakes_add(reading->mistakes, place_of(reading, line), "%s", sentence);
}

int sections_read(struct section_list *sections, struct mistakes *mistakes, struct place file,
                  const char *text, size_t length)
{
    struct reading reading = {.sections = sections, .mistakes = mistakes, .file = file};
    struct ini_listener listener = {
        .context = &reading, .section = on_section, .setting = on_setting, .mistake = on_mistake};
    return ini_read(text, length, &listener);
}

void section_free(struct section *section)
{
    for (size_t i = 0; i < section->count; i++) {
        free(section->settings[i].name);
        free(section->settings[i].value);
    }
    free(section->settings);
    free(section->name);
    *section = (struct section){0};
}

void sections_free(struct section_list *sections)
{
    for (size_t i = 0; i < sections->count; i++)
        section_free(&sections->items[i]);
    free(sections->items);
    *sections = (struct section_list){0};
}
