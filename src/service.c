#include "service.h"

#include "ask.h"
#include "core/command_line.h"
#include "core/memory.h"
#include "core/path.h"
#include "installed.h"
#include "load.h"
#include "windows/access_list.h"
#include "windows/account.h"
#include "windows/event_log.h"
#include "windows/file.h"
#include "windows/firewall.h"
#include "windows/password_input.h"
#include "windows/service_manager.h"
#include "windows/text.h"
#include "words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MARGIN_MS = 5000 };

static const char help[] =
    "stdinetd install [-c FILE] [--name NAME] [--account ACCOUNT] [--start auto|delayed|demand]\n"
    "                 [--display TEXT] [--firewall]\n"
    "\n"
    "Makes a Windows service of the table in FILE. In a console that was opened with 'Run as\n"
    "administrator':\n"
    "\n"
    "  stdinetd check -c FILE        is the table good?\n"
    "  stdinetd install -c FILE      install it; from now on it starts with Windows\n"
    "  stdinetd start                start it now\n"
    "  stdinetd status               what it does\n"
    "  stdinetd stop                 let it finish its connections and stop\n"
    "  stdinetd uninstall            remove it, once it is stopped\n"
    "\n"
    "  -c FILE        the table; where it is now it must stay. Without -c: stdinetd.ini beside "
    "the\n"
    "                 program, then ..\\etc\\stdinetd.ini.\n"
    "  --name         for a second service on one machine; start, status, stop and uninstall take "
    "it\n"
    "                 too (default stdinetd)\n"
    "  --account      who it is: 'NT AUTHORITY\\LocalService' (the default), NetworkService,\n"
    "                 LocalSystem, 'NT SERVICE\\NAME', or a user, whose password is asked for (or\n"
    "                 read as a line from standard input)\n"
    "  --start        with Windows (auto, the default), two minutes later (delayed), or only when\n"
    "                 told to (demand)\n"
    "  --display      how the list of services shows it\n"
    "  --firewall     let the network in to this program; uninstall takes that back\n"
    "\n"
    "Its log is %ProgramData%\\stdinetd\\NAME.log, unless log_file in FILE says else; starts, "
    "stops and\n"
    "failures are in the Event Log, too. After a crash Windows starts it again.\n";

static char *rule_of(const char *name)
{
    return memory_format("stdinetd service %s", name);
}

static void warn(const char *text)
{
    fprintf(stderr, "stdinetd: warning: %s\n", text);
}

/* --- install */

struct install {
    const char *name, *given_file, *given_account, *given_start, *given_display;
    bool firewall;
    struct config config; /* of the file, with control = the name */
    struct account account;
    enum service_start start;
    char *file, *program, *command_line, *folder, *display, *description;
};

static bool take_start(struct install *install)
{
    static const char *const words[] = {"auto", "delayed", "demand"};

    if (install->given_start == NULL)
        return true; /* the first */
    for (size_t i = 0; i < ARRAYSIZE(words); i++)
        if (strcmp(words[i], install->given_start) == 0) {
            install->start = (enum service_start)i;
            return true;
        }
    wrong_use("stdinetd install: --start is one of auto, delayed, demand, not '%s'",
              install->given_start);
    return false;
}

/* What the service manager is to start, whatever the current folder is by then. */
static void find_paths(struct install *install)
{
    struct text_list words = {0};
    char *given = find_ini(install->given_file); /* there is one: it has been read */

    install->file = file_full_path(given);
    install->program = file_own_program();
    text_list_append(&words, "--name");
    text_list_append(&words, install->name);
    text_list_append(&words, "-c");
    text_list_append(&words, install->file);
    char *rest = command_line_join("service", &words);
    install->command_line = memory_format("\"%s\" %s", install->program, rest);
    install->description = memory_format(
        "Starts programs for TCP connections, as the table in %s says.", install->file);
    if (install->given_display != NULL)
        install->display = memory_copy(install->given_display);
    else if (strcmp(install->name, "stdinetd") == 0)
        install->display = memory_copy("stdinetd");
    else
        install->display = memory_format("stdinetd (%s)", install->name);
    free(rest);
    free(given);
    text_list_free(&words);
}

/* Everything that can be found out without changing anything. Returns an exit code. */
static int prepare(struct install *install)
{
    struct error error;
    struct service_info info;

    if (!take_start(install))
        return EXIT_WRONG_USE;
    int exit_code = load_table(&install->config, install->given_file);
    if (exit_code != EXIT_DONE)
        return exit_code;
    if (!set_name(&install->config, install->name))
        return EXIT_WRONG_USE;
    install->name = install->config.control;
    if (!account_resolve(&install->account,
                         install->given_account != NULL ? install->given_account : "LocalService",
                         install->name, &error))
        return wrong_use("stdinetd install: %s", error.text);
    find_paths(install);
    install->folder = service_log_folder(&error);
    if (install->folder == NULL || !service_manager_may_install(&error) ||
        !service_manager_look(install->name, &info, &error))
        return failed(&error);
    bool exists = info.exists;
    service_info_free(&info);
    if (exists) {
        error_set(&error,
                  "a service '%s' is installed already; choose another --name, or 'stdinetd "
                  "uninstall --name %s' first",
                  install->name, install->name);
        return failed(&error);
    }
    return access_list_check_folder(install->folder, &error) ? EXIT_DONE : failed(&error);
}

/* --- what others might do to it */

static void warn_of_writer(const char *path, const char *what)
{
    char *writer = access_list_foreign_writer(path);

    if (writer != NULL)
        fprintf(
            stderr,
            "stdinetd: warning: %s may change %s %s, and so do what the service's account may\n",
            writer, what, path);
    free(writer);
}

static void warn_of_path(const struct install *install, const char *path, const char *what,
                         bool is_program)
{
    char *folder = path_folder(path);

    warn_of_writer(path, what);
    if (is_program)
        warn_of_writer(folder, "the folder of a program,");
    if (install->account.sid != NULL &&
        !access_list_may_read(path, install->account.sid, is_program))
        fprintf(stderr, "stdinetd: warning: the account of the service may not %s %s %s\n",
                is_program ? "start" : "read", what, path);
    free(folder);
}

static void warn_of_paths(const struct install *install)
{
    struct config_source source;
    struct text_list seen = {0};

    source_init(&source, install->file);
    warn_of_path(install, install->program, "the program", true);
    warn_of_path(install, install->file, "the table", false);
    for (size_t i = 0; i < install->config.service_count; i++) {
        if (!service_starts_programs(&install->config.services[i]))
            continue;
        /* of a script itself, not the cmd.exe that runs it */
        char *handler =
            config_find_program(&source, install->config.base, install->config.services[i].server);

        if (handler != NULL && !text_list_contains(&seen, handler)) {
            warn_of_path(install, handler, "the handler", true);
            text_list_append(&seen, handler);
        }
        free(handler);
    }
    text_list_free(&seen);
    source_free(&source);
}

/* --- the change itself */

static uint64_t time_to_stop(const struct config *config)
{
    uint64_t longest = 0;

    for (size_t i = 0; i < config->service_count; i++)
        if (config->services[i].stop_time > longest)
            longest = config->services[i].stop_time;
    return config->drain + longest + MARGIN_MS;
}

/* The log's folder is for the service alone where Windows gives it a SID of its own, else for its
   account. */
static bool give_folder(const struct install *install, struct error *error)
{
    PSID own = account_service_sid(install->name);
    bool made;
    bool good = own != NULL || install->account.sid != NULL
                    ? access_list_secure_folder(
                          install->folder, own != NULL ? own : install->account.sid, &made, error)
                    : error_set(error, "Windows does not know the service's own account");

    free(own);
    return good;
}

/* What a service can do without: a failure is a warning. */
static void add_extras(const struct install *install)
{
    struct error error;
    char *source = service_event_source(install->name);
    char *rule = rule_of(install->name);

    if (!event_log_add_source(source, install->program, &error))
        warn(error.text);
    if (install->firewall && !firewall_allow(rule, install->program, &error))
        warn(error.text);
    free(rule);
    free(source);
}

static int change(const struct install *install, wchar_t *password)
{
    struct text_list warnings = {0};
    struct error error;
    struct error ignored;
    const struct service_install service = {.name = install->name,
                                            .display = install->display,
                                            .description = install->description,
                                            .command_line = install->command_line,
                                            .account = install->account.name,
                                            .password = password,
                                            .start = install->start,
                                            .preshutdown_ms = time_to_stop(&install->config)};

    bool created = service_manager_create(&service, &warnings, &error);
    bool good = created && give_folder(install, &error);
    if (created && !good)
        service_manager_delete(install->name, &ignored);
    else if (created && install->account.is_user &&
             !account_allow_service(&install->account, &ignored))
        text_list_append(&warnings, ignored.text);
    for (size_t i = 0; i < warnings.count; i++)
        warn(warnings.items[i]);
    text_list_free(&warnings);
    if (!good)
        return failed(&error);
    add_extras(install);
    warn_of_paths(install);
    printf("installed the service '%s' for %s\n", install->name, install->file);
    printf("its log: %s\n",
           install->config.log_file != NULL ? install->config.log_file : install->folder);
    printf("'stdinetd start --name %s' starts it\n", install->name);
    return EXIT_DONE;
}

static void install_free(struct install *install)
{
    config_free(&install->config);
    account_free(&install->account);
    free(install->file);
    free(install->program);
    free(install->command_line);
    free(install->folder);
    free(install->display);
    free(install->description);
}

int service_install(const struct text_list *words)
{
    struct install install = {0};
    const struct switch_word switches[] = {
        {"--name", &install.name, needs_name, NULL},
        {"-c", &install.given_file, needs_file, NULL},
        {"--account", &install.given_account, "stdinetd: %s needs the name of an account", NULL},
        {"--start", &install.given_start, "stdinetd: %s needs auto, delayed or demand", NULL},
        {"--display", &install.given_display, "stdinetd: %s needs a text", NULL},
        {"--firewall", NULL, NULL, &install.firewall}};
    struct error error;
    wchar_t *password = NULL;

    if (words->count == 1 && strcmp(words->items[0], "--help") == 0) {
        fputs(help, stdout);
        return EXIT_DONE;
    }
    if (!take_switches(words, switches, ARRAYSIZE(switches)))
        return EXIT_WRONG_USE;
    int exit_code = prepare(&install);
    if (exit_code == EXIT_DONE && install.account.needs_password) {
        password = password_ask(install.account.name, false, &error);
        if (password == NULL)
            exit_code = failed(&error);
    }
    if (exit_code == EXIT_DONE)
        exit_code = change(&install, password);
    password_forget(password);
    install_free(&install);
    return exit_code;
}

/* --- the others */

/* "--name NAME" alone, which stands in asked->control then. Where a service of ours has it returns
   EXIT_DONE, and what is known of it. */
static int find_service(const struct text_list *words, struct config *asked,
                        struct service_info *info)
{
    const char *name = NULL;
    const struct switch_word switches[] = {{"--name", &name, needs_name, NULL}};
    struct error error;

    if (!take_switches(words, switches, ARRAYSIZE(switches)) || !set_name(asked, name))
        return EXIT_WRONG_USE;
    if (!service_manager_look(asked->control, info, &error))
        return failed(&error);
    if (!info->exists)
        error_set(&error, "no service '%s' is installed", asked->control);
    else if (!installed_is_ours(info, NULL))
        error_set(&error, "the service '%s' is none of stdinetd's: it runs %s", asked->control,
                  info->command_line);
    else
        return EXIT_DONE;
    return failed(&error);
}

static int uninstall(const char *name, const struct service_info *info)
{
    struct error error;
    char *program = NULL;
    PSID own = account_service_sid(name);

    if (info->state != SERVICE_STOPPED) {
        error_set(&error, "the service '%s' runs: 'stdinetd stop --name %s' first", name, name);
        free(own);
        return failed(&error);
    }
    if (!service_manager_delete(name, &error)) {
        free(own);
        return failed(&error);
    }
    char *source = service_event_source(name);
    char *rule = rule_of(name);
    char *folder = service_log_folder(&error);

    if (!event_log_remove_source(source, &error))
        warn(error.text);
    if (installed_is_ours(info, &program))
        firewall_forget(rule, program);
    if (folder != NULL)
        access_list_leave_folder(folder, own);
    printf("removed the service '%s'; its table and its logs stay\n", name);
    free(folder);
    free(rule);
    free(source);
    free(program);
    free(own);
    return EXIT_DONE;
}

int service_uninstall(const struct text_list *words)
{
    struct config asked = {0};
    struct service_info info = {0};
    int exit_code = find_service(words, &asked, &info);

    if (exit_code == EXIT_DONE)
        exit_code = uninstall(asked.control, &info);
    service_info_free(&info);
    config_free(&asked);
    return exit_code;
}

static int start(const char *name)
{
    struct error error;
    bool failed_itself;

    if (service_manager_start(name, &failed_itself, &error)) {
        printf("the service '%s' runs\n", name);
        return EXIT_DONE;
    }
    failed(&error);
    if (failed_itself) {
        char *source = service_event_source(name);

        fprintf(stderr, "stdinetd: its log and the Event Log (Application, source '%s') say why\n",
                source);
        free(source);
    }
    return EXIT_FAILED;
}

int service_start(const struct text_list *words)
{
    struct config asked = {0};
    struct service_info info = {0};
    int exit_code = find_service(words, &asked, &info);

    if (exit_code == EXIT_DONE)
        exit_code = start(asked.control);
    service_info_free(&info);
    config_free(&asked);
    return exit_code;
}

/* How its process has ended: what the service manager knows does not say that. */
static int say_stopped(HANDLE process, DWORD pid)
{
    DWORD exit_code = 0;

    if (process == NULL) {
        puts("stopped");
        return EXIT_DONE;
    }
    if (WaitForSingleObject(process, MARGIN_MS) != WAIT_OBJECT_0) {
        printf("stopped, but its process %lu has not ended within %d s\n", pid, MARGIN_MS / 1000);
        return EXIT_FAILED;
    }
    GetExitCodeProcess(process, &exit_code);
    if (exit_code == EXIT_DONE)
        puts("stopped: every connection was finished");
    else if (exit_code == EXIT_FAILED)
        puts("stopped: connections were cut short");
    else
        printf("stopped, but its process ended with exit code 0x%lX\n", exit_code);
    return exit_code == EXIT_DONE ? EXIT_DONE : EXIT_FAILED;
}

int service_stop(const char *name, bool now)
{
    struct service_info info;
    struct error error;

    if (now) {
        int exit_code = ask_stop(name, true);
        service_manager_wait_stopped(name, &error);
        return exit_code;
    }
    if (!service_manager_look(name, &info, &error))
        return failed(&error);
    /* before it can be gone, and its number somebody else's */
    HANDLE process = OpenProcess(SYNCHRONIZE | PROCESS_QUERY_LIMITED_INFORMATION, FALSE, info.pid);
    DWORD pid = info.pid;
    service_info_free(&info);
    int exit_code = service_manager_stop(name, &error) ? say_stopped(process, pid) : failed(&error);
    if (process != NULL)
        CloseHandle(process);
    return exit_code;
}
