#include "ask.h"
#include "core/config.h"
#include "core/memory.h"
#include "core/path.h"
#include "password.h"
#include "server/server.h"
#include "windows/file.h"
#include "windows/text.h"

#include <fcntl.h>
#include <io.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_WRONG_USE = 2 };

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
    "  stdinetd status [--json | --watch] [--name N]\n"
    "                                     what a running server does\n"
    "  stdinetd stop [--now] [--name N]   have it finish its connections, or not, and wait for its "
    "end\n"
    "  stdinetd password NAME             store the password of an account for the option user\n"
    "  stdinetd options                   every option of the file: values, default, meaning\n"
    "  stdinetd --version | --help\n"
    "\n"
    "Without -c: stdinetd.ini beside the program, then ..\\etc\\stdinetd.ini.\n"
    "Exit code: 0 done, 1 failed while running, 2 wrong use or a mistake in the file.\n";

static int wrong_use(const char *format, const char *what)
{
    fprintf(stderr, format, what);
    fputs("\n'stdinetd --help' shows how to call it.\n", stderr);
    return EXIT_WRONG_USE;
}

static int failed(const struct error *error)
{
    fprintf(stderr, "stdinetd: %s\n", error->text);
    return EXIT_FAILED;
}

/* --- where the configuration comes from */

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

/* The file that -c names, or the first default that exists. NULL where there is none, after saying
 * so. */
static char *find_ini(const char *given)
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

/* What core asks of this machine. source_free frees the texts. */
static void source_init(struct config_source *source, const char *file)
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

static void source_free(struct config_source *source)
{
    free((char *)source->file);
    free((char *)source->folder);
    free((char *)source->search_path);
    free((char *)source->cmd);
}

static void print_errors(const struct text_list *errors)
{
    for (size_t i = 0; i < errors->count; i++)
        fprintf(stderr, "%s\n", errors->items[i]);
    fprintf(stderr, "%zu error%s; nothing would be served\n", errors->count,
            errors->count == 1 ? "" : "s");
}

/* Reads the file, or says what is wrong with it. Returns an exit code. */
static int load(struct config *config, const char *given)
{
    struct config_source source;
    struct text_list errors = {0};
    struct error error;
    size_t length;
    int exit_code = EXIT_WRONG_USE;
    char *file = find_ini(given);

    if (file == NULL)
        return EXIT_WRONG_USE;
    source_init(&source, file);
    char *text = file_read(file, CONFIG_MAXIMUM, &length, &error);
    if (text == NULL)
        fprintf(stderr, "stdinetd: %s\n", error.text);
    else if (config_parse(config, text, length, &source, &errors))
        exit_code = EXIT_DONE;
    else
        print_errors(&errors);
    free(text);
    free(file);
    source_free(&source);
    text_list_free(&errors);
    return exit_code;
}

/* --- commands: each gets the words behind its name */

static int serve_config(const struct config *config)
{
    struct error error = {0};
    int exit_code = server_run(config, &error);

    return error.text[0] != '\0' ? failed(&error) : exit_code;
}

/* One word that a command takes: "-c FILE", "--now". */
struct switch_word {
    const char *word;
    const char **value;    /* where what stands behind it goes, and … */
    const char *complaint; /* … what is said where nothing does */
    bool *given;           /* of one that stands alone */
};

static const char needs_file[] = "stdinetd: %s needs the name of a file";
static const char needs_name[] = "stdinetd: %s needs the name of a server";

/* Each at most once. Returns false after complaining of anything else. */
static bool take_switches(const struct text_list *words, const struct switch_word *switches,
                          size_t count)
{
    for (size_t i = 0; i < words->count; i++) {
        const char *word = words->items[i];
        size_t k = 0;

        while (k < count && strcmp(switches[k].word, word) != 0)
            k++;
        if (k == count ||
            (switches[k].value != NULL ? *switches[k].value != NULL : *switches[k].given)) {
            wrong_use("stdinetd: unexpected '%s'", word);
            return false;
        }
        if (switches[k].value == NULL) {
            *switches[k].given = true;
        } else if (++i < words->count) {
            *switches[k].value = words->items[i];
        } else {
            wrong_use(switches[k].complaint, word);
            return false;
        }
    }
    return true;
}

/* Puts a name into config->control, where NULL the one that a file without the option has. Returns
   false after complaining of what can be none. */
static bool set_name(struct config *config, const char *name)
{
    const struct option *control = option_find(SECTION_SERVER, "control");
    struct error error;

    if (option_parse(control, name != NULL ? name : control->initial, false, config, &error))
        return true;
    wrong_use("stdinetd: --name: %s", error.text);
    return false;
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
    int exit_code = load(&config, file);
    if (exit_code == EXIT_DONE && config.service_count == 0) {
        fputs("stdinetd: the file holds no service that is not disabled\n", stderr);
        exit_code = EXIT_WRONG_USE;
    }
    if (exit_code == EXIT_DONE && name != NULL && !set_name(&config, name))
        exit_code = EXIT_WRONG_USE;
    if (exit_code == EXIT_DONE)
        exit_code = serve_config(&config);
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
    int exit_code = load(&config, file);
    if (exit_code == EXIT_DONE && print)
        exit_code = print_as_ini(&config);
    else if (exit_code == EXIT_DONE)
        for (size_t i = 0; i < config.service_count; i++)
            print_service(&config.services[i]);
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
        exit_code = serve_config(&config);
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
    int exit_code = set_name(&asked, name) ? ask_stop(asked.control, now) : EXIT_WRONG_USE;
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
    {"status", command_status},   {"stop", command_stop},         {"password", command_password},
    {"options", command_options}, {"--version", command_version}, {"--help", command_help},
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
