#include "installed.h"

#include "ask.h"
#include "core/command_line.h"
#include "core/memory.h"
#include "core/path.h"
#include "service.h"
#include "windows/file.h"
#include "windows/port_owner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char folder_name[] = "stdinetd";
static const char default_name[] = "stdinetd";

char *service_log_folder(struct error *error)
{
    char *data = file_program_data(error);
    char *folder = data != NULL ? path_join(data, folder_name) : NULL;

    free(data);
    return folder;
}

char *service_event_source(const char *name)
{
    return strcmp(name, default_name) == 0 ? memory_copy(name) : memory_format("stdinetd-%s", name);
}

bool installed_is_ours(const struct service_info *info, char **program)
{
    struct text_list words = {0};
    struct error error;
    bool ours = info->exists && command_line_split(info->command_line, &words, &error) &&
                words.count >= 2 && path_equals(path_name(words.items[0]), "stdinetd.exe") &&
                strcmp(words.items[1], "service") == 0;

    if (ours && program != NULL)
        *program = memory_copy(words.items[0]);
    text_list_free(&words);
    return ours;
}

bool service_is_running(const char *name)
{
    struct service_info info;
    struct error error;
    bool running = service_manager_look(name, &info, &error) && installed_is_ours(&info, NULL) &&
                   info.state != SERVICE_STOPPED;

    service_info_free(&info);
    return running;
}

void service_print_state(const char *name)
{
    struct service_info info;
    struct error error;

    if (service_manager_look(name, &info, &error) && installed_is_ours(&info, NULL)) {
        if (info.state != SERVICE_STOPPED)
            printf("service '%s': %s, pid %lu, account %s\n", name,
                   info.state == SERVICE_START_PENDING  ? "starting"
                   : info.state == SERVICE_STOP_PENDING ? "stopping"
                                                        : "running",
                   info.pid, info.account);
        else if (info.exit_code == ERROR_SERVICE_SPECIFIC_ERROR)
            printf("service '%s': stopped, and failed with exit code %lu\n", name,
                   info.specific_exit_code);
        else if (info.exit_code != 0 && info.exit_code != ERROR_SERVICE_NEVER_STARTED)
            printf("service '%s': stopped, with error %lu\n", name, info.exit_code);
        else
            printf("service '%s': stopped; 'stdinetd start --name %s' starts it\n", name, name);
    }
    service_info_free(&info);
}

/* Windows says whose a port is, Wine 8 does not: then it may say so itself. */
static bool has_port(const char *name, const struct service_info *info, uint16_t port)
{
    return port != 0 && (port_is_owned_by(port, info->pid) || ask_listens(name, port));
}

static void explain_port(const char *name, const struct service_info *info, void *context)
{
    const struct port_list *ports = context;

    if (info->pid == 0 || !installed_is_ours(info, NULL))
        return;
    for (size_t p = 0; p < ports->count; p++)
        if (has_port(name, info, ports->items[p]))
            fprintf(stderr,
                    "stdinetd: port %u belongs to the installed service '%s' (pid %lu); "
                    "'stdinetd stop --name %s' stops it\n",
                    ports->items[p], name, info->pid, name);
}

void service_explain_ports(const struct port_list *ports)
{
    struct error ignored;

    service_manager_for_each(explain_port, (void *)ports, &ignored);
}
