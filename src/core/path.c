#include "core/path.h"

#include "core/ascii.h"
#include "core/memory.h"
#include "core/utf8.h"

#include <stdlib.h>
#include <string.h>

static bool is_separator(char c)
{
    return c == '\\' || c == '/';
}

static bool has_drive(const char *path)
{
    return ascii_is_letter(path[0]) && path[1] == ':';
}

/* Where the next component ends: at a separator or at the end of the text. */
static const char *component_end(const char *path)
{
    while (*path != '\0' && !is_separator(*path))
        path++;
    return path;
}

static const char *skip_component(const char *path)
{
    path = component_end(path);
    return *path == '\0' ? path : path + 1;
}

static bool is_verbatim(const char *path)
{
    return is_separator(path[0]) && is_separator(path[1]) && (path[2] == '?' || path[2] == '.') &&
           is_separator(path[3]);
}

/* The length of what ".." cannot leave: "C:\", "\\server\share\", "\\?\C:\",
   "\\?\UNC\server\share\". 0 for a relative path. */
static size_t root_length(const char *path)
{
    const char *end = path;
    if (is_verbatim(path)) {
        bool unc = ascii_equals_n(path + 4, "UNC", 3) && is_separator(path[7]);
        end = unc ? skip_component(skip_component(path + 8)) : skip_component(path + 4);
    } else if (is_separator(path[0]) && is_separator(path[1])) {
        end = skip_component(skip_component(path + 2));
    } else if (has_drive(path)) {
        end = path + (is_separator(path[2]) ? 3 : 2);
    } else if (is_separator(path[0])) {
        end = path + 1;
    }
    return (size_t)(end - path);
}

bool path_is_absolute(const char *path)
{
    if (has_drive(path))
        return is_separator(path[2]);
    return is_separator(path[0]) && is_separator(path[1]);
}

bool path_is_ambiguous(const char *path)
{
    return !path_is_absolute(path) && (has_drive(path) || is_separator(path[0]));
}

bool path_is_bare(const char *path)
{
    return *component_end(path) == '\0' && !has_drive(path);
}

/* A path that is being put together: what has been folded so far, and how much of it is root. */
struct folded {
    char *text;
    size_t length;
    size_t root;
};

/* The beginning of the last component. */
static size_t last_component(const struct folded *folded)
{
    size_t start = folded->length;
    while (start > folded->root && folded->text[start - 1] != '\\')
        start--;
    return start;
}

/* Takes the last component away; false where there is none to take, as in "C:\" or "..\..". */
static bool climb(struct folded *folded)
{
    size_t start = last_component(folded);
    if (start == folded->length)
        return folded->root > 0;
    if (strcmp(folded->text + start, "..") == 0)
        return false;
    folded->length = start > folded->root ? start - 1 : start;
    folded->text[folded->length] = '\0';
    return true;
}

static void add_components(struct folded *folded, const char *path)
{
    while (*path != '\0') {
        const char *end = component_end(path);
        size_t length = (size_t)(end - path);
        bool up = length == 2 && memcmp(path, "..", 2) == 0;
        bool nothing = length == 0 || (length == 1 && *path == '.');
        if (!nothing && !(up && climb(folded))) {
            if (folded->length > folded->root)
                folded->text[folded->length++] = '\\';
            memcpy(folded->text + folded->length, path, length);
            folded->length += length;
            folded->text[folded->length] = '\0';
        }
        path = *end == '\0' ? end : end + 1;
    }
}

/* Windows ignores dots and blanks at the end of a file name, so "run.cmd." is a script as well. */
static void drop_trailing_dots(struct folded *folded)
{
    size_t start = last_component(folded);
    size_t end = folded->length;
    while (end > start && (folded->text[end - 1] == '.' || folded->text[end - 1] == ' '))
        end--;
    if (end > start)
        folded->length = end;
    folded->text[folded->length] = '\0';
}

char *path_join(const char *base, const char *path)
{
    size_t room = strlen(base) + strlen(path) + 3;
    struct folded folded = {.text = memory_zeroed(room, 1)};
    const char *first = path_is_absolute(path) ? path : base;
    folded.root = root_length(first);
    folded.length = folded.root;
    memcpy(folded.text, first, folded.root);
    for (char *slash = strchr(folded.text, '/'); slash != NULL; slash = strchr(slash, '/'))
        *slash = '\\';
    /* "\\server\share" is a root although nothing separates what follows */
    if (folded.root > 2 && folded.text[folded.root - 1] != '\\' && path_is_absolute(first)) {
        folded.text[folded.root] = '\\';
        folded.length = ++folded.root;
    }
    add_components(&folded, first + root_length(first));
    if (first == base)
        add_components(&folded, path);
    if (!is_verbatim(folded.text))
        drop_trailing_dots(&folded);
    if (folded.length == 0)
        memcpy(folded.text, ".", sizeof ".");
    return folded.text;
}

const char *path_name(const char *path)
{
    const char *name = path + root_length(path);
    for (const char *next = component_end(name); *next != '\0'; next = component_end(name))
        name = next + 1;
    return name;
}

static char *copy_part(const char *text, size_t length)
{
    char *copy = memory_zeroed(length + 1, 1);
    memcpy(copy, text, length);
    return copy;
}

char *path_folder(const char *path)
{
    size_t root = root_length(path);
    size_t length = (size_t)(path_name(path) - path);
    if (length > root)
        length--;
    char *part = copy_part(path, length);
    char *folder = path_join(part, "");
    free(part);
    return folder;
}

const char *path_extension(const char *path)
{
    const char *name = path_name(path);
    const char *dot = strrchr(name, '.');
    return dot == NULL || dot == name ? name + strlen(name) : dot;
}

char *path_stem(const char *path)
{
    const char *name = path_name(path);
    return copy_part(name, (size_t)(path_extension(path) - name));
}

const char *path_wildcard(const char *path)
{
    return strpbrk(is_verbatim(path) ? path + 4 : path, "*?");
}

/* The next character after this one, which may have several bytes. */
static const char *next_character(const char *text)
{
    size_t length = utf8_length(text, strlen(text));
    return text + (length == 0 ? 1 : length);
}

bool path_matches(const char *pattern, const char *name)
{
    const char *star =
        NULL; /* the last one that was met, and the name from what it stands for on */
    const char *rest = NULL;
    while (*name != '\0') {
        if (*pattern == '*') {
            star = pattern++;
            rest = name;
        } else if (*pattern == '?') {
            pattern++;
            name = next_character(name);
        } else if (*pattern != '\0' && ascii_upper(*pattern) == ascii_upper(*name)) {
            pattern++;
            name++;
        } else if (star != NULL) { /* which stands for one character more, then */
            pattern = star + 1;
            rest = next_character(rest);
            name = rest;
        } else {
            return false;
        }
    }
    return pattern[strspn(pattern, "*")] == '\0';
}

bool path_equals(const char *a, const char *b)
{
    for (; *a != '\0' && *b != '\0'; a++, b++)
        if (ascii_upper(*a) != ascii_upper(*b) && !(is_separator(*a) && is_separator(*b)))
            return false;
    return *a == *b;
}
