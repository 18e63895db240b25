#include "try.h"

#include "core/command_line.h"
#include "core/memory.h"
#include "core/option_write.h"
#include "core/trial.h"
#include "load.h"
#include "try_questions.h"
#include "words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "stdinetd try PROGRAM [ARG ...]\n"
    "\n"
    "Serves the program a few times on a free port of this machine alone, once with stdio = "
    "socket\n"
    "and once with stdio = pipe, and plays its client: says nothing, says 'hello', sends every "
    "byte\n"
    "there is to a program that sends back what it gets, ends its input, vanishes. Then it says\n"
    "which stdio to use and why. Everything behind PROGRAM is its arguments. Takes from a few\n"
    "seconds up to half a minute, for a program that does not end; Ctrl-C ends it at once.\n"
    "\n"
    "The program is really started, several times: what it does at each start it does now.\n"
    "\n"
    "Exit code: 0 it can be served, 1 it cannot, 2 wrong use, or there is no such program.\n";

/* --- what to type next */

static bool write_option(const char *name, const struct service *service, struct text_buffer *out)
{
    struct error ignored;

    return option_write(option_find(SECTION_SERVICE, name), service, out, &ignored);
}

/* The service as a section, from any folder: all but its stdio. NULL where a value is too long for
   a file. */
static char *write_section(const struct service *service, const struct config_source *source)
{
    struct service shown = *service; /* borrows all but two texts */
    struct text_buffer out = {0};

    shown.server = config_find_program(source, source->folder, service->server);
    shown.working_directory = memory_copy(service->folder);
    text_buffer_add_text(&out, "[service ");
    text_buffer_add_text(&out, service->name);
    text_buffer_add_text(&out, "]\nport = 7000\n");
    bool good = write_option("server", &shown, &out) && write_option("server_args", &shown, &out) &&
                write_option("working_directory", &shown, &out);
    free(shown.server);
    free(shown.working_directory);
    if (good)
        return out.text;
    free(out.text);
    return NULL;
}

/* --- */

static bool ask_both(const struct visit_program *program, struct trial trials[TRIAL_WAYS],
                     struct error *error)
{
    fputs("trying it with stdio = socket ...\n", stderr);
    if (!sockets_are_handles())
        error_set(&trials[TRIAL_SOCKET].failure,
                  "this system has no sockets that a program can have as its input and output");
    else if (!try_ask(program, STDIO_SOCKET, &trials[TRIAL_SOCKET], error))
        return false;
    fputs("trying it with stdio = pipe ...\n\n", stderr);
    return try_ask(program, STDIO_PIPE, &trials[TRIAL_PIPE], error);
}

static int tell(const struct trial trials[TRIAL_WAYS], const struct trial_program *program)
{
    char *report = trial_report(trials, program);

    fputs(report, stdout);
    free(report);
    return trial_choose(trials, program) != TRIAL_WAYS ? EXIT_DONE : EXIT_FAILED;
}

static int try_program(const struct visit_program *program, const struct service *service)
{
    struct trial trials[TRIAL_WAYS] = {0};
    char *command = command_line_join(program->program, program->arguments);
    char *section = write_section(service, program->source);
    struct trial_program described = {.known = service->needs_pipe,
                                      .has_sockets = sockets_are_handles(),
                                      .command = command,
                                      .section = section};

    struct error error;
    int exit_code;

    if (ask_both(program, trials, &error))
        exit_code = tell(trials, &described);
    else
        exit_code = failed(&error);
    free(section);
    free(command);
    trial_free(&trials[TRIAL_SOCKET]);
    trial_free(&trials[TRIAL_PIPE]);
    return exit_code;
}

/* Sockets are started here so that it is known whether they are handles; the server counts. */
static int with_sockets(const struct visit_program *program, const struct service *service)
{
    struct error error;

    if (!sockets_start(&error))
        return failed(&error);
    int exit_code = try_program(program, service);
    sockets_stop();
    return exit_code;
}

int try_command(const struct text_list *words)
{
    struct config_source source;
    struct config config = {0};
    struct text_list settings = {0};
    struct text_list arguments = {0};
    struct text_list errors = {0};
    int exit_code = EXIT_WRONG_USE;

    if (words->count == 0)
        return wrong_use("stdinetd try: %s is missing, as in: stdinetd try handlers\\upper.exe",
                         "the program");
    if (strcmp(words->items[0], "--help") == 0) {
        fputs(usage, stdout);
        return EXIT_DONE;
    }
    for (size_t i = 1; i < words->count; i++)
        text_list_append(&arguments, words->items[i]);
    source_init(&source, NULL);
    struct visit_program program = {
        .source = &source, .program = words->items[0], .arguments = &arguments};
    if (config_from_command(&config, "0", &settings, program.program, &arguments, &source, &errors))
        exit_code = with_sockets(&program, &config.services[0]);
    else
        print_errors(&errors);
    source_free(&source);
    text_list_free(&errors);
    text_list_free(&arguments);
    config_free(&config);
    return exit_code;
}
