#include "windows/firewall.h"

#include "core/memory.h"
#include "core/path.h"
#include "windows/file.h"
#include "windows/text.h"

#include <stdlib.h>

enum { PATIENCE_MS = 60000 };

/* Runs the netsh of the system's own folder; its words are ours, and a path can hold no quote. */
static bool run_netsh(const char *words, DWORD *exit_code, struct error *error)
{
    STARTUPINFOW startup = {.cb = sizeof startup};
    PROCESS_INFORMATION started = {0};
    char *system = file_system_folder();
    char *program = path_join(system, "netsh.exe");
    char *command_line = memory_format("\"%s\" %s", program, words);
    wchar_t *wide_program = wide_from_utf8(program);
    wchar_t *wide = wide_from_utf8(command_line);
    bool good = CreateProcessW(wide_program, wide, NULL, NULL, FALSE, CREATE_NO_WINDOW, NULL, NULL,
                               &startup, &started) ||
                error_windows(error, "CreateProcess %s", program);

    if (good) {
        good = WaitForSingleObject(started.hProcess, PATIENCE_MS) == WAIT_OBJECT_0 ||
               error_set(error, "netsh does not end");
        GetExitCodeProcess(started.hProcess, exit_code);
        CloseHandle(started.hThread);
        CloseHandle(started.hProcess);
    }
    free(wide);
    free(wide_program);
    free(command_line);
    free(program);
    free(system);
    return good;
}

bool firewall_allow(const char *rule, const char *program, struct error *error)
{
    DWORD exit_code = 0;
    char *words = memory_format("advfirewall firewall add rule \"name=%s\" dir=in action=allow "
                                "protocol=TCP \"program=%s\" enable=yes",
                                rule, program);
    bool good = run_netsh(words, &exit_code, error) &&
                (exit_code == 0 || error_set(error, "netsh ended with %lu", exit_code));

    free(words);
    return good || error_prefix(error, "the firewall does not let %s in", program);
}

void firewall_forget(const char *rule, const char *program)
{
    DWORD exit_code;
    struct error error;
    char *words = memory_format("advfirewall firewall delete rule \"name=%s\" dir=in "
                                "\"program=%s\"",
                                rule, program);

    run_netsh(words, &exit_code, &error);
    free(words);
}
