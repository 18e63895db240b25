#include "windows/service_manager.h"

#include "core/memory.h"
#include "windows/text.h"

#include <stdlib.h>

enum { LOOK_MS = 50, PATIENCE_MS = 30000, CONFIG_SIZE = 8192 };

static bool no_rights(struct error *error, const char *what)
{
    if (GetLastError() == ERROR_ACCESS_DENIED)
        return error_set(error,
                         "%s needs an administrator: open the console with 'Run as "
                         "administrator'",
                         what);
    return error_windows(error, "%s", what);
}

static SC_HANDLE open_manager(DWORD access, const char *what, struct error *error)
{
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, access);

    if (manager == NULL)
        no_rights(error, what);
    return manager;
}

static SC_HANDLE open_service(const char *name, DWORD access, const char *what, struct error *error)
{
    SC_HANDLE manager = open_manager(SC_MANAGER_CONNECT, what, error);
    SC_HANDLE service = NULL;

    if (manager == NULL)
        return NULL;
    wchar_t *wide = wide_from_utf8(name);
    service = OpenServiceW(manager, wide, access);
    if (service == NULL && GetLastError() == ERROR_SERVICE_DOES_NOT_EXIST)
        error_set(error, "no service '%s' is installed", name);
    else if (service == NULL)
        no_rights(error, what);
    DWORD code = GetLastError();
    free(wide);
    CloseServiceHandle(manager);
    SetLastError(code);
    return service;
}

bool service_manager_may_install(struct error *error)
{
    SC_HANDLE manager = open_manager(SC_MANAGER_CREATE_SERVICE, "to install a service", error);

    if (manager != NULL)
        CloseServiceHandle(manager);
    return manager != NULL;
}

/* --- install */

static void configure(SC_HANDLE service, DWORD level, void *info, const char *what,
                      struct text_list *warnings)
{
    struct error error;

    if (ChangeServiceConfig2W(service, level, info))
        return;
    error_windows(&error, "%s could not be set: ChangeServiceConfig2", what);
    text_list_append(warnings, error.text);
}

static void configure_recovery(SC_HANDLE service, struct text_list *warnings)
{
    SC_ACTION actions[] = {
        {SC_ACTION_RESTART, 1000}, {SC_ACTION_RESTART, 10000}, {SC_ACTION_RESTART, 60000}};
    SERVICE_FAILURE_ACTIONSW failure = {
        .dwResetPeriod = 24 * 60 * 60, .cActions = ARRAYSIZE(actions), .lpsaActions = actions};
    SERVICE_FAILURE_ACTIONS_FLAG flag = {.fFailureActionsOnNonCrashFailures = TRUE};

    configure(service, SERVICE_CONFIG_FAILURE_ACTIONS, &failure, "the restart after a failure",
              warnings);
    configure(service, SERVICE_CONFIG_FAILURE_ACTIONS_FLAG, &flag,
              "the restart after an exit with an error", warnings);
}

/* Of all that its account has, the service keeps only these: to go through folders on the way to
   its files. LocalSystem starts programs as other users besides (the option user): it logs them on,
   loads their profiles and gives their tokens away. */
static wchar_t least_privileges[] = L"SeChangeNotifyPrivilege\0";
static wchar_t system_privileges[] = L"SeChangeNotifyPrivilege\0"
                                     L"SeAssignPrimaryTokenPrivilege\0"
                                     L"SeIncreaseQuotaPrivilege\0"
                                     L"SeTcbPrivilege\0"
                                     L"SeBackupPrivilege\0"
                                     L"SeRestorePrivilege\0"
                                     L"SeImpersonatePrivilege\0";

static void configure_all(SC_HANDLE service, const struct service_install *install,
                          struct text_list *warnings)
{
    wchar_t *text = wide_from_utf8(install->description);
    SERVICE_DESCRIPTIONW description = {.lpDescription = text};
    SERVICE_DELAYED_AUTO_START_INFO delayed = {.fDelayedAutostart = TRUE};
    SERVICE_SID_INFO sid = {.dwServiceSidType = SERVICE_SID_TYPE_UNRESTRICTED};
    SERVICE_PRESHUTDOWN_INFO preshutdown = {.dwPreshutdownTimeout = MAXDWORD - 1};
    SERVICE_REQUIRED_PRIVILEGES_INFOW required = {
        .pmszRequiredPrivileges = install->account == NULL ? system_privileges : least_privileges};

    if (install->preshutdown_ms < preshutdown.dwPreshutdownTimeout)
        preshutdown.dwPreshutdownTimeout = (DWORD)install->preshutdown_ms;
    configure(service, SERVICE_CONFIG_DESCRIPTION, &description, "the description", warnings);
    if (install->start == START_DELAYED)
        configure(service, SERVICE_CONFIG_DELAYED_AUTO_START_INFO, &delayed, "the delayed start",
                  warnings);
    configure_recovery(service, warnings);
    configure(service, SERVICE_CONFIG_PRESHUTDOWN_INFO, &preshutdown, "the time before a shutdown",
              warnings);
    configure(service, SERVICE_CONFIG_SERVICE_SID_INFO, &sid, "the service's own SID", warnings);
    configure(service, SERVICE_CONFIG_REQUIRED_PRIVILEGES_INFO, &required,
              "the cut of its privileges", warnings);
    free(text);
}

static bool fail_create(const struct service_install *install, struct error *error)
{
    switch (GetLastError()) {
    case ERROR_SERVICE_EXISTS:
        return error_set(error, "a service '%s' is installed already", install->name);
    case ERROR_SERVICE_MARKED_FOR_DELETE:
        return error_set(error,
                         "the service '%s' is being removed: close what still shows it (the list "
                         "of services, the task manager), then try again",
                         install->name);
    case ERROR_DUPLICATE_SERVICE_NAME:
        return error_set(error, "another service is shown as '%s' already: choose with --display",
                         install->display);
    case ERROR_INVALID_SERVICE_ACCOUNT:
        return error_set(error, "there is no account '%s', or it has another password",
                         install->account);
    default:
        return no_rights(error, "to install a service");
    }
}

bool service_manager_create(const struct service_install *install, struct text_list *warnings,
                            struct error *error)
{
    SC_HANDLE manager = open_manager(SC_MANAGER_CREATE_SERVICE, "to install a service", error);

    if (manager == NULL)
        return false;
    wchar_t *name = wide_from_utf8(install->name);
    wchar_t *display = wide_from_utf8(install->display);
    wchar_t *command_line = wide_from_utf8(install->command_line);
    wchar_t *account = install->account != NULL ? wide_from_utf8(install->account) : NULL;
    SC_HANDLE service = CreateServiceW(
        manager, name, display, SERVICE_ALL_ACCESS, SERVICE_WIN32_OWN_PROCESS,
        install->start == START_DEMAND ? SERVICE_DEMAND_START : SERVICE_AUTO_START,
        SERVICE_ERROR_NORMAL, command_line, NULL, NULL, NULL, account, install->password);

    if (service == NULL) {
        fail_create(install, error);
    } else {
        configure_all(service, install, warnings);
        CloseServiceHandle(service);
    }
    free(account);
    free(command_line);
    free(display);
    free(name);
    CloseServiceHandle(manager);
    return service != NULL;
}

bool service_manager_delete(const char *name, struct error *error)
{
    SC_HANDLE service = open_service(name, DELETE, "to remove a service", error);

    if (service == NULL)
        return false;
    bool deleted = DeleteService(service) || no_rights(error, "to remove a service");
    CloseServiceHandle(service);
    return deleted;
}

/* --- what is known */

static bool read_info(SC_HANDLE service, struct service_info *info, struct error *error)
{
    SERVICE_STATUS_PROCESS status;
    DWORD size = 0;
    QUERY_SERVICE_CONFIGW *config = memory_zeroed(1, CONFIG_SIZE); /* the largest there can be */
    bool good = QueryServiceConfigW(service, config, CONFIG_SIZE, &size) ||
                error_windows(error, "QueryServiceConfig");

    good = good && (QueryServiceStatusEx(service, SC_STATUS_PROCESS_INFO, (BYTE *)&status,
                                         sizeof status, &size) ||
                    error_windows(error, "QueryServiceStatusEx"));
    if (good) {
        info->exists = true;
        info->command_line = utf8_from_wide(config->lpBinaryPathName);
        info->account = utf8_from_wide(
            config->lpServiceStartName != NULL ? config->lpServiceStartName : L"LocalSystem");
        info->state = status.dwCurrentState;
        info->pid = status.dwProcessId;
        info->exit_code = status.dwWin32ExitCode;
        info->specific_exit_code = status.dwServiceSpecificExitCode;
    }
    free(config);
    return good;
}

bool service_manager_look(const char *name, struct service_info *info, struct error *error)
{
    *info = (struct service_info){0};
    SC_HANDLE service = open_service(name, SERVICE_QUERY_CONFIG | SERVICE_QUERY_STATUS,
                                     "to look at a service", error);

    if (service == NULL)
        return GetLastError() == ERROR_SERVICE_DOES_NOT_EXIST ||
               GetLastError() == ERROR_INVALID_NAME;
    bool good = read_info(service, info, error);
    CloseServiceHandle(service);
    return good;
}

void service_info_free(struct service_info *info)
{
    free(info->command_line);
    free(info->account);
    *info = (struct service_info){0};
}

static ENUM_SERVICE_STATUS_PROCESSW *list_running(SC_HANDLE manager, DWORD *count,
                                                  struct error *error)
{
    ENUM_SERVICE_STATUS_PROCESSW *list = NULL;
    DWORD size = 0;
    DWORD needed = 64 * 1024;

    do {
        size = needed + 4096;
        list = memory_grow(list, size, 1);
        DWORD resume = 0;
        if (EnumServicesStatusExW(manager, SC_ENUM_PROCESS_INFO, SERVICE_WIN32, SERVICE_ACTIVE,
                                  (BYTE *)list, size, &needed, count, &resume, NULL))
            return list;
        needed += size;
    } while (GetLastError() == ERROR_MORE_DATA);
    error_windows(error, "EnumServicesStatusEx");
    free(list);
    return NULL;
}

bool service_manager_for_each(void (*visit)(const char *name, const struct service_info *info,
                                            void *context),
                              void *context, struct error *error)
{
    DWORD count = 0;
    SC_HANDLE manager = open_manager(SC_MANAGER_CONNECT | SC_MANAGER_ENUMERATE_SERVICE,
                                     "to list the services", error);

    if (manager == NULL)
        return false;
    ENUM_SERVICE_STATUS_PROCESSW *list = list_running(manager, &count, error);
    for (DWORD i = 0; list != NULL && i < count; i++) {
        char *name = utf8_from_wide(list[i].lpServiceName);
        struct service_info info;
        struct error ignored;

        if (service_manager_look(name, &info, &ignored) && info.exists)
            visit(name, &info, context);
        service_info_free(&info);
        free(name);
    }
    free(list);
    CloseServiceHandle(manager);
    return list != NULL;
}

/* --- start and stop */

/* Waits as long as the state is this one and the service moves on: by check points, within twice
   the time that it has named. */
static bool wait_while(SC_HANDLE service, DWORD state, SERVICE_STATUS_PROCESS *status,
                       struct error *error)
{
    ULONGLONG since = GetTickCount64();
    DWORD check_point = 0;
    DWORD size;

    for (;; Sleep(LOOK_MS)) {
        if (!QueryServiceStatusEx(service, SC_STATUS_PROCESS_INFO, (BYTE *)status, sizeof *status,
                                  &size))
            return error_windows(error, "QueryServiceStatusEx");
        if (status->dwCurrentState != state)
            return true;
        if (status->dwCheckPoint != check_point) {
            check_point = status->dwCheckPoint;
            since = GetTickCount64();
        }
        if (GetTickCount64() - since > PATIENCE_MS + 2 * (ULONGLONG)status->dwWaitHint)
            return error_set(error, "the service does not get on");
    }
}

static bool wait_running(SC_HANDLE service, const char *name, struct error *error)
{
    SERVICE_STATUS_PROCESS status;

    if (!wait_while(service, SERVICE_START_PENDING, &status, error))
        return false;
    if (status.dwCurrentState == SERVICE_RUNNING)
        return true;
    if (status.dwWin32ExitCode == ERROR_SERVICE_SPECIFIC_ERROR)
        return error_set(error, "the service '%s' could not start (exit code %lu)", name,
                         status.dwServiceSpecificExitCode);
    return error_code(error, status.dwWin32ExitCode, "the service '%s' could not start", name);
}

bool service_manager_start(const char *name, bool *failed_itself, struct error *error)
{
    SC_HANDLE service =
        open_service(name, SERVICE_START | SERVICE_QUERY_STATUS, "to start a service", error);
    bool good = false;

    *failed_itself = false;
    if (service == NULL)
        return false;
    if (StartServiceW(service, 0, NULL)) {
        good = wait_running(service, name, error);
        *failed_itself = !good;
    } else if (GetLastError() == ERROR_SERVICE_ALREADY_RUNNING)
        error_set(error, "the service '%s' runs already", name);
    else if (GetLastError() == ERROR_SERVICE_LOGON_FAILED)
        error_set(error,
                  "the service '%s' could not start: its account has another password now, "
                  "or may not log on as a service",
                  name);
    else
        no_rights(error, "to start a service");
    CloseServiceHandle(service);
    return good;
}

static bool wait_stopped(SC_HANDLE service, struct error *error)
{
    SERVICE_STATUS_PROCESS status;

    for (;;) {
        if (!wait_while(service, SERVICE_STOP_PENDING, &status, error))
            return false;
        if (status.dwCurrentState == SERVICE_STOPPED)
            return true;
        Sleep(LOOK_MS); /* its word has not come yet */
    }
}

bool service_manager_stop(const char *name, struct error *error)
{
    SERVICE_STATUS status = {0};
    SC_HANDLE service =
        open_service(name, SERVICE_STOP | SERVICE_QUERY_STATUS, "to stop a service", error);
    bool good = false;

    if (service == NULL)
        return false;
    if (ControlService(service, SERVICE_CONTROL_STOP, &status) ||
        (GetLastError() == ERROR_SERVICE_CANNOT_ACCEPT_CTRL &&
         status.dwCurrentState == SERVICE_STOP_PENDING))
        good = wait_stopped(service, error);
    else if (GetLastError() == ERROR_SERVICE_NOT_ACTIVE)
        error_set(error, "the service '%s' does not run", name);
    else
        no_rights(error, "to stop a service");
    CloseServiceHandle(service);
    return good;
}

bool service_manager_wait_stopped(const char *name, struct error *error)
{
    SC_HANDLE service = open_service(name, SERVICE_QUERY_STATUS, "to look at a service", error);

    if (service == NULL)
        return false;
    bool good = wait_stopped(service, error);
    CloseServiceHandle(service);
    return good;
}
