#include "service.h"

#include "core/memory.h"
#include "process.h"

#include <stdlib.h>

enum { COMMAND_MS = 60000 };

/* "stdinetd COMMAND --name NAME [WORD ...]", to its end; the words end in NULL. */
static bool run(const char *server, const char *command, const char *name, const char *const *words,
                struct error *error)
{
    struct process process = {0};
    struct temporary_file output = {0};
    struct text_list arguments = {0};
    DWORD exit_code = 1;

    text_list_append(&arguments, command);
    text_list_append(&arguments, "--name");
    text_list_append(&arguments, name);
    for (; *words != NULL; words++)
        text_list_append(&arguments, *words);
    bool ended = temporary_file_open(&output, error) &&
                 process_start(&process, server, &arguments, output.handle, error) &&
                 (WaitForSingleObject(process.process, COMMAND_MS) == WAIT_OBJECT_0 ||
                  error_set(error, "%s %s does not end", server, command));
    if (ended && GetExitCodeProcess(process.process, &exit_code) && exit_code != 0) {
        char *text = temporary_file_read(&output, error);

        if (text != NULL)
            error_set(error, "%s %s: %s", server, command, text);
        free(text);
    }
    process_end(&process);
    temporary_file_close(&output);
    text_list_free(&arguments);
    return ended && exit_code == 0;
}

static const char *const nothing[] = {NULL};

bool service_begin(const char *server, const char *name, const char *ini, struct error *error)
{
    const char *const words[] = {"-c", ini, "--account", "LocalSystem", "--start", "demand", NULL};

    if (!run(server, "install", name, words, error))
        return false;
    if (run(server, "start", name, nothing, error))
        return true;
    service_end(server, name);
    return false;
}

void service_end(const char *server, const char *name)
{
    const char *const now[] = {"--now", NULL};
    struct error ignored;

    run(server, "stop", name, now, &ignored);
    run(server, "uninstall", name, nothing, &ignored);
}
