#include "ask.h"
#include "core/config.h"
#include "core/memory.h"
#include "load.h"
#include "password.h"
#include "server/server.h"
#include "service.h"
#include "try.h"
#include "windows/file.h"
#include "windows/text.h"
#include "words.h"

#include <fcntl.h>
#include <io.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "stdinetd " STDINETD_VERSION ": puts programs that read stdin and write stdout on TCP ports\n"
    "\n"
    "  stdinetd [run] [-c FILE] [--name N]\n"
    "                                     serve the table in FILE; Ctrl-C drains, a second one "
    "stops\n"
    "  stdinetd serve PORT [NAME=VALUE ...] -- PROGRAM [ARG ...]\n"
    "                                     serve one program without a file\n"
    "  stdinetd check [-c FILE] [--print] report every mistake in FILE, or what would be served\n"
    "                                     (--print: as an ini file with every option)\n"
    "  stdinetd try PROGRAM [ARG ...]     find out what a program needs: a socket or a pipe\n"
    "  stdinetd status [--json | --watch] [--name N]\n"
    "                                     what a running server does\n"
    "  stdinetd reload [--name N]         have it read its file again; what has not changed stays "
    "open\n"
    "  stdinetd stop [--now] [--name N]   have it finish its connections, or not, and wait for its "
    "end\n"
    "  stdinetd install [-c FILE] [--name N] ... | start | uninstall\n"
    "                                     as a Windows service: 'stdinetd install --help'\n"
    "  stdinetd password NAME             store the password of an account for the option user\n"
    "  stdinetd options                   every option of the file: values, default, meaning\n"
    "  stdinetd --version | --help\n"
    "\n"
    "Without -c: stdinetd.ini beside the program, then ..\\etc\\stdinetd.ini.\n"
    "Exit code: 0 done, 1 failed while running, 2 wrong use or a mistake in the file.\n";

/* --- commands: each gets the words behind its name */

static struct port_list ports_of(const struct config *config)
{
    struct port_list ports = {0};

    for (size_t i = 0; i < config->service_count; i++)
        port_list_append_all(&ports, &config->services[i].port);
    return ports;
}

static int serve_config(struct config *config, const struct config_loader *loader)
{
    struct error error = {0};
    struct port_list ports = ports_of(config);
    int exit_code = server_run(config, loader, NULL, &error);

    if (error.text[0] != '\0') {
        exit_code = failed(&error);
        service_explain_ports(&ports);
    }
    free(ports.items);
    return exit_code;
}

/* What a reload of "stdinetd run" needs: the file, by its full path because the client that it is
   told to may be in another folder, and the name where that does not come from the file. */
struct reload_source {
    char *file;
    const char *name;
};

static bool load_again(void *context, struct config *config, struct text_list *errors)
{
    const struct reload_source *source = context;

    return read_table(config, source->file, errors) &&
           (source->name == NULL || set_name(config, source->name)); /* it was good at the start */
}

static int run_config(struct config *config, const char *given, const char *name)
{
    char *file = find_ini(given);
    struct reload_source source = {.file = file_full_path(file), .name = name};
    const struct config_loader loader = {.load = load_again, .context = &source};
    int exit_code = serve_config(config, &loader);

    free(source.file);
    free(file);
    return exit_code;
}

static int command_run(const struct text_list *words)
{
    struct config config = {0};
    const char *file = NULL;
    const char *name = NULL;
    const struct switch_word switches[] = {{"-c", &file, needs_file, NULL},
                                           {"--name", &name, needs_name, NULL}};

    if (!take_switches(words, switches, ARRAYSIZE(switches)))
        return EXIT_WRONG_USE;
    int exit_code = load_table(&config, file);
    if (exit_code == EXIT_DONE && name != NULL && !set_name(&config, name))
        exit_code = EXIT_WRONG_USE;
    if (exit_code == EXIT_DONE)
        exit_code = run_config(&config, file, name);
    config_free(&config);
    return exit_code;
}

static void print_service(const struct service *service)
{
    for (size_t p = 0; p < service->port.count; p++)
        for (size_t b = 0; b < service->bind.count; b++) {
            const char *bind = service->bind.items[b];
            const char *brackets = strchr(bind, ':') != NULL ? "[]" : "\0";
            char address[300];

            snprintf(address, sizeof address, "%.1s%s%.1s:%u", brackets, bind, brackets + 1,
                     service->port.items[p]);
            printf("%-12s %-20s  %s\n", service->name, address, service->command_line);
        }
}

/* What is different for a program that is started before its connection, and nothing that the file
   could say better. */
static void note_prestart(const struct service *service)
{
    char *place = service->file == NULL ? memory_copy("")
                                        : memory_format("%s:%d: ", service->file, service->line);

    if (service->prestart > 0)
        fprintf(stderr,
                "%snote: prestart: programs of service '%s' that are started before their "
                "connections have no TCPREMOTEIP, REMOTE_ADDR, STDINETD_CONNECTION and the like, "
                "but STDINETD_PRESTART=1; README.md says how they ask the socket instead\n",
                place, service->name);
    free(place);
}

static int print_as_ini(const struct config *config)
{
    struct error error;
    char *text = config_print(config, &error);

    if (text == NULL)
        return failed(&error);
    fputs(text, stdout);
    free(text);
    return EXIT_DONE;
}

static int command_check(const struct text_list *words)
{
    struct config config = {0};
    const char *file = NULL;
    bool print = false;
    const struct switch_word switches[] = {{"-c", &file, needs_file, NULL},
                                           {"--print", NULL, NULL, &print}};

    if (!take_switches(words, switches, ARRAYSIZE(switches)))
        return EXIT_WRONG_USE;
    int exit_code = load_config(&config, file);
    if (exit_code == EXIT_DONE && print)
        exit_code = print_as_ini(&config);
    else if (exit_code == EXIT_DONE)
        for (size_t i = 0; i < config.service_count; i++)
            print_service(&config.services[i]);
    for (size_t i = 0; exit_code == EXIT_DONE && i < config.service_count; i++)
        note_prestart(&config.services[i]);
    config_free(&config);
    return exit_code;
}

/* PORT [NAME=VALUE ...] -- PROGRAM [ARG ...] */
static int command_serve(const struct text_list *words)
{
    struct config_source source;
    struct config config = {0};
    struct text_list settings = {0};
    struct text_list arguments = {0};
    struct text_list errors = {0};
    size_t i = 1;
    int exit_code = EXIT_WRONG_USE;

    for (; i < words->count && strcmp(words->items[i], "--") != 0; i++)
        text_list_append(&settings, words->items[i]);
    if (i + 1 >= words->count) {
        wrong_use(
            "stdinetd serve: %s is missing, as in: stdinetd serve 7000 -- handlers\\upper.exe",
            words->count == 0 ? "the port" : "'-- PROGRAM'");
        text_list_free(&settings);
        return EXIT_WRONG_USE;
    }
    for (size_t k = i + 2; k < words->count; k++)
        text_list_append(&arguments, words->items[k]);
    source_init(&source, NULL);
    if (config_from_command(&config, words->items[0], &settings, words->items[i + 1], &arguments,
                            &source, &errors)) {
        char *name = memory_format("%s-%lu", config.control, GetCurrentProcessId());

        set_name(&config, name);
        free(name);
        exit_code = serve_config(&config, NULL);
    } else {
        print_errors(&errors);
    }
    source_free(&source);
    text_list_free(&errors);
    text_list_free(&arguments);
    text_list_free(&settings);
    config_free(&config);
    return exit_code;
}

static int command_status(const struct text_list *words)
{
    const char *name = NULL;
    bool as_json = false;
    bool watch = false;
    const struct switch_word switches[] = {{"--name", &name, needs_name, NULL},
                                           {"--json", NULL, NULL, &as_json},
                                           {"--watch", NULL, NULL, &watch}};

    if (!take_switches(words, switches, ARRAYSIZE(switches)))
        return EXIT_WRONG_USE;
    if (as_json && watch)
        return wrong_use("stdinetd status: %s", "--json and --watch do not go together");
    struct config asked = {0};
    int exit_code = EXIT_WRONG_USE;
    if (set_name(&asked, name))
        exit_code = watch ? ask_watch(asked.control) : ask_status(asked.control, as_json);
    if (exit_code == EXIT_FAILED && !as_json)
        service_print_state(asked.control);
    config_free(&asked);
    return exit_code;
}

static int command_reload(const struct text_list *words)
{
    const char *name = NULL;
    const struct switch_word switches[] = {{"--name", &name, needs_name, NULL}};

    if (!take_switches(words, switches, ARRAYSIZE(switches)))
        return EXIT_WRONG_USE;
    struct config asked = {0};
    int exit_code = set_name(&asked, name) ? ask_reload(asked.control) : EXIT_WRONG_USE;
    config_free(&asked);
    return exit_code;
}

static int command_stop(const struct text_list *words)
{
    const char *name = NULL;
    bool now = false;
    const struct switch_word switches[] = {{"--name", &name, needs_name, NULL},
                                           {"--now", NULL, NULL, &now}};

    if (!take_switches(words, switches, ARRAYSIZE(switches)))
        return EXIT_WRONG_USE;
    struct config asked = {0};
    int exit_code = EXIT_WRONG_USE;
    if (set_name(&asked, name))
        exit_code = service_is_running(asked.control) ? service_stop(asked.control, now)
                                                      : ask_stop(asked.control, now);
    config_free(&asked);
    return exit_code;
}

static int command_password(const struct text_list *words)
{
    struct service service = {0};
    struct error error;

    if (words->count != 1)
        return wrong_use("stdinetd password: %s", "it takes the name of one account");
    const char *name = words->items[0];
    if (!option_parse(option_find(SECTION_SERVICE, "user"), name, false, &service, &error))
        return wrong_use("stdinetd password: %s", error.text);
    option_free(SECTION_SERVICE, &service);
    return password_command(name);
}

static int without_words(const struct text_list *words, const char *text)
{
    if (words->count > 0)
        return wrong_use("stdinetd: unexpected '%s'", words->items[0]);
    fputs(text, stdout);
    return EXIT_DONE;
}

static int command_options(const struct text_list *words)
{
    char *reference = option_reference();
    int exit_code = without_words(words, reference);

    free(reference);
    return exit_code;
}

static int command_version(const struct text_list *words)
{
    return without_words(words, "stdinetd " STDINETD_VERSION "\n");
}

static int command_help(const struct text_list *words)
{
    return without_words(words, usage);
}

static const struct command {
    const char *name;
    int (*run)(const struct text_list *words);
} commands[] = {
    {"run", command_run},         {"serve", command_serve},       {"check", command_check},
    {"status", command_status},   {"reload", command_reload},     {"stop", command_stop},
    {"options", command_options}, {"install", service_install},   {"uninstall", service_uninstall},
    {"start", service_start},     {"service", service_run},       {"password", command_password},
    {"try", try_command},         {"--version", command_version}, {"--help", command_help},
    {"-h", command_help},         {"/?", command_help},
};

int wmain(int argc, wchar_t **argv)
{
    int first = 1;
    int (*run)(const struct text_list *words) = command_run;

    _setmode(_fileno(stdout), _O_BINARY);
    if (argc > 1 && wcscmp(argv[1], L"-c") != 0) {
        char *name = utf8_from_wide(argv[1]);
        size_t i = 0;

        while (i < ARRAYSIZE(commands) && strcmp(commands[i].name, name) != 0)
            i++;
        if (i == ARRAYSIZE(commands)) {
            int exit_code = wrong_use("stdinetd: there is no command '%s'", name);
            free(name);
            return exit_code;
        }
        free(name);
        run = commands[i].run;
        first = 2;
    }
    struct text_list words = utf8_words(argc - first, argv + first);
    int exit_code = run(&words);
    text_list_free(&words);
    return exit_code;
}
