#include "try.h"

#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct process *try_run(const char *arguments, ...)
{
    char text[2048] = "try ";
    va_list values;

    va_start(values, arguments);
    vsnprintf(text + 4, sizeof text - 4, arguments, values);
    va_end(values);
    struct process *try = process_start("bin\\stdinetd.exe", text);
    output_wait(&try->err, "trying it with stdio = pipe", 2 * PATIENCE_MS);
    output_wait(&try->out, "writes to stderr", 2 * PATIENCE_MS);
    process_wait(try);
    return try;
}

struct process *try_probe(const char *mode_and_arguments)
{
    return try_run("\"%s\\tests\\probe.exe\" %s", folder_build(), mode_and_arguments);
}

static void disappointed(struct process *try, const char *expected)
{
    char *text = output_copy(&try->out);

    fprintf(stderr, "--- it printed:\n%s---\n", text);
    free(text);
    FAIL("it does not print '%s'", expected);
}

void try_expect(struct process *try, const char *pattern)
{
    char *text = output_copy(&try->out);
    bool has = text_has(text, pattern);

    free(text);
    if (!has)
        disappointed(try, pattern);
}

void try_expect_choice(struct process *try, const char *way)
{
    char expected[40];
    char *text = output_copy(&try->out);
    size_t length = strlen(text);
    bool good = way != NULL || strstr(text, "\nstdio = ") == NULL;

    snprintf(expected, sizeof expected, "\nstdio = %s\n", way == NULL ? "" : way);
    if (way != NULL)
        good = length > strlen(expected) && strcmp(text + length - strlen(expected), expected) == 0;
    free(text);
    if (!good)
        disappointed(try, way == NULL ? "no choice" : expected);
    assert_int_equal(process_wait(try), way == NULL ? 1 : 0);
}
