#include "service.h"

#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_SIZE = 1024, LOG_SIZE = 256 * 1024 };

static unsigned number;

/* Not by the process id: what a run that was ended by force has left is none of this one's. */
const char *service_name(void)
{
    static FILETIME began;
    static char name[60];

    if (began.dwHighDateTime == 0)
        GetSystemTimeAsFileTime(&began);
    snprintf(name, sizeof name, "stdinetd-test-service-%lx%08lx-%u", began.dwHighDateTime,
             began.dwLowDateTime, number);
    return name;
}

void service_write_table(const char *ini)
{
    folder_write("with blanks\\the table.ini", ini);
}

void service_prepare(const char *ini)
{
    number++;
    folder_copy("bin\\stdinetd.exe", "with blanks\\bin\\stdinetd.exe");
    folder_copy("handlers\\upper.exe", "with blanks\\upper.exe");
    folder_copy("tests\\probe.exe", "with blanks\\probe.exe");
    service_write_table(ini);
}

struct process *service_command_begin(const char *command)
{
    char program[1024];
    char arguments[512];

    snprintf(program, sizeof program, "%s\\with blanks\\bin\\stdinetd.exe", folder_own());
    snprintf(arguments, sizeof arguments, "%s --name %s", command, service_name());
    return process_start(program, arguments);
}

struct process *service_command(const char *command)
{
    struct process *process = service_command_begin(command);

    process_wait(process);
    return process;
}

void service_expect(const char *command, DWORD exit_code, const char *pattern)
{
    struct process *process = service_command(command);
    char *out = output_copy(&process->out);
    char *err = output_copy(&process->err);

    if (process_wait(process) != exit_code || (!text_has(out, pattern) && !text_has(err, pattern)))
        FAIL("'%s' ends with %lu, not %lu with '%s':\n%s%s\nThe log of the service:\n%s", command,
             process_wait(process), exit_code, pattern, out, err, service_log());
    free(err);
    free(out);
}

void service_install(void)
{
    service_expect("install -c \"with blanks\\the table.ini\" --start demand "
                   "--account LocalSystem",
                   0, "installed the service '");
}

void service_start(void)
{
    service_expect("start", 0, "the service '* runs\n");
}

/* --- the service manager's view */

static SC_HANDLE open_service(DWORD access)
{
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT);
    SC_HANDLE service = OpenServiceA(manager, service_name(), access);

    CloseServiceHandle(manager);
    return service;
}

bool service_is_installed(void)
{
    SC_HANDLE service = open_service(SERVICE_QUERY_STATUS);

    if (service != NULL)
        CloseServiceHandle(service);
    return service != NULL;
}

static SERVICE_STATUS_PROCESS query(void)
{
    SERVICE_STATUS_PROCESS status = {0};
    SC_HANDLE service = open_service(SERVICE_QUERY_STATUS);
    DWORD size;

    if (!QueryServiceStatusEx(service, SC_STATUS_PROCESS_INFO, (BYTE *)&status, sizeof status,
                              &size))
        FAIL("QueryServiceStatusEx: %lu", GetLastError());
    CloseServiceHandle(service);
    return status;
}

DWORD service_state(void)
{
    return query().dwCurrentState;
}

DWORD service_process_id(void)
{
    return query().dwProcessId;
}

const char *service_command_line(void)
{
    static char text[2048];
    static BYTE buffer[8192];
    SC_HANDLE service = open_service(SERVICE_QUERY_CONFIG);
    QUERY_SERVICE_CONFIGW *config = (void *)buffer;
    DWORD size;

    if (!QueryServiceConfigW(service, config, sizeof buffer, &size))
        FAIL("QueryServiceConfig: %lu", GetLastError());
    WideCharToMultiByte(CP_UTF8, 0, config->lpBinaryPathName, -1, text, sizeof text, NULL, NULL);
    CloseServiceHandle(service);
    return text;
}

/* --- what it says */

const char *service_address(const char *service)
{
    static char address[100];
    struct process *status = service_command("status");
    char *text = output_copy(&status->out);
    bool found = false;

    for (char *line = strtok(text, "\n"); line != NULL && !found; line = strtok(NULL, "\n")) {
        char name[100];

        found = sscanf(line, "%99s %99s", name, address) == 2 && strcmp(name, service) == 0;
    }
    free(text);
    if (!found)
        FAIL("status knows no service %s", service);
    return address;
}

static void log_path(wchar_t path[PATH_SIZE])
{
    swprintf(path, PATH_SIZE, L"%ls\\stdinetd\\%hs.log", _wgetenv(L"ProgramData"), service_name());
}

char *service_log(void)
{
    wchar_t path[PATH_SIZE];
    char *text = calloc(1, LOG_SIZE);
    DWORD length = 0;

    log_path(path);
    HANDLE file =
        CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                    NULL, OPEN_EXISTING, 0, NULL);
    assert_non_null(text);
    if (file != INVALID_HANDLE_VALUE) {
        ReadFile(file, text, LOG_SIZE - 1, &length, NULL);
        CloseHandle(file);
    }
    return text;
}

void service_control(DWORD control)
{
    SC_HANDLE service = open_service(SERVICE_PAUSE_CONTINUE);
    SERVICE_STATUS status;

    if (!ControlService(service, control, &status))
        FAIL("ControlService %lu: %lu", control, GetLastError());
    CloseServiceHandle(service);
}

void service_wait_for_log(const char *pattern)
{
    for (int i = 0;; i++) {
        char *log = service_log();
        bool found = text_has(log, pattern);

        if (!found && i == PATIENCE_MS / 20)
            FAIL("no '%s' in the log:\n%s", pattern, log);
        free(log);
        if (found)
            return;
        Sleep(20);
    }
}

/* --- the end */

static void end_service(SC_HANDLE service)
{
    SERVICE_STATUS_PROCESS status = {0};
    DWORD size;

    QueryServiceStatusEx(service, SC_STATUS_PROCESS_INFO, (BYTE *)&status, sizeof status, &size);
    if (status.dwProcessId != 0) {
        HANDLE process = OpenProcess(SYNCHRONIZE | PROCESS_TERMINATE, FALSE, status.dwProcessId);

        if (process != NULL) {
            TerminateProcess(process, 99);
            WaitForSingleObject(process, PATIENCE_MS);
            CloseHandle(process);
        }
    }
    DeleteService(service);
}

int service_teardown(void **state)
{
    wchar_t path[PATH_SIZE];
    SC_HANDLE service = open_service(SERVICE_ALL_ACCESS);

    if (service != NULL) {
        end_service(service);
        CloseServiceHandle(service);
    }
    log_path(path);
    DeleteFileW(path);
    *wcsrchr(path, L'\\') = L'\0';
    RemoveDirectoryW(path);
    return harness_teardown(state);
}
