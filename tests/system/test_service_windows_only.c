/* What only a real Windows does with a service. As an administrator. */
#include "harness.h"
#include "service.h"

#include <aclapi.h>
#include <sddl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char table[] = "[server]\n"
                            "drain = 20s\n"
                            "[service upper]\n"
                            "port = 0\n"
                            "server = upper.exe\n"
                            "stop_time = 3s\n";

enum { LOOKS = 400, LOOK_MS = 50 };

static void crashed_it_starts_by_itself(void **state)
{
    (void)state;
    service_prepare(table);
    service_install();
    service_start();
    DWORD before = service_process_id();
    HANDLE server = process_open(before);
    TerminateProcess(server, 99);
    process_expect_gone(server);
    for (int looks = 0; looks < LOOKS; looks++) {
        if (service_state() == SERVICE_RUNNING && service_process_id() != before)
            break;
        Sleep(LOOK_MS);
    }
    assert_int_equal(service_state(), SERVICE_RUNNING);
    assert_int_not_equal(service_process_id(), before);
    client_expect_served(client_connect_to(service_address("upper")));
}

static void query(DWORD level, void *info, DWORD size)
{
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT);
    SC_HANDLE service = OpenServiceA(manager, service_name(), SERVICE_QUERY_CONFIG);
    DWORD needed;

    if (!QueryServiceConfig2W(service, level, info, size, &needed))
        FAIL("QueryServiceConfig2 %lu: %lu", level, GetLastError());
    CloseServiceHandle(service);
    CloseServiceHandle(manager);
}

static void what_install_promises_is_set(void **state)
{
    union {
        BYTE bytes[8192];
        SERVICE_FAILURE_ACTIONSW failure;
        SERVICE_FAILURE_ACTIONS_FLAG flag;
        SERVICE_SID_INFO sid;
        SERVICE_PRESHUTDOWN_INFO preshutdown;
        SERVICE_REQUIRED_PRIVILEGES_INFOW privileges;
        SERVICE_DELAYED_AUTO_START_INFO delayed;
    } info;

    (void)state;
    service_prepare(table);
    service_expect("install -c \"with blanks\\the table.ini\" --start delayed", 0, "installed");
    query(SERVICE_CONFIG_FAILURE_ACTIONS, &info, sizeof info);
    assert_int_equal(info.failure.cActions, 3);
    assert_int_equal(info.failure.lpsaActions[0].Delay, 1000);
    assert_int_equal(info.failure.lpsaActions[2].Delay, 60000);
    query(SERVICE_CONFIG_FAILURE_ACTIONS_FLAG, &info, sizeof info);
    assert_true(info.flag.fFailureActionsOnNonCrashFailures);
    query(SERVICE_CONFIG_SERVICE_SID_INFO, &info, sizeof info);
    assert_int_equal(info.sid.dwServiceSidType, SERVICE_SID_TYPE_UNRESTRICTED);
    query(SERVICE_CONFIG_PRESHUTDOWN_INFO, &info, sizeof info);
    assert_int_equal(info.preshutdown.dwPreshutdownTimeout, 28000);
    query(SERVICE_CONFIG_REQUIRED_PRIVILEGES_INFO, &info, sizeof info);
    assert_int_equal(wcscmp(info.privileges.pmszRequiredPrivileges, L"SeChangeNotifyPrivilege"), 0);
    query(SERVICE_CONFIG_DELAYED_AUTO_START_INFO, &info, sizeof info);
    assert_true(info.delayed.fDelayedAutostart);
}

static PSECURITY_DESCRIPTOR folder_descriptor(wchar_t folder[1024])
{
    PSECURITY_DESCRIPTOR descriptor = NULL;

    swprintf(folder, 1024, L"%hs\\stdinetd", getenv("ProgramData"));
    if (GetNamedSecurityInfoW(folder, SE_FILE_OBJECT,
                              OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION, NULL, NULL,
                              NULL, NULL, &descriptor) != ERROR_SUCCESS)
        FAIL("no folder %ls", folder);
    return descriptor;
}

/* Administrators own it, and what ProgramData lets users do does not hold in it. */
static void the_folder_of_the_logs_is_its_own(void **state)
{
    wchar_t folder[1024];
    char grant[1200];
    char program[300];
    SECURITY_DESCRIPTOR_CONTROL control;
    DWORD revision;
    PSID owner = NULL;
    BOOL defaulted;
    wchar_t *text = NULL;

    (void)state;
    service_prepare(table);
    snprintf(grant, sizeof grant, "\"%s\" /grant *S-1-5-19:(OI)(CI)RX /T", folder_own());
    snprintf(program, sizeof program, "%s\\System32\\icacls.exe", getenv("SystemRoot"));
    assert_int_equal(process_wait(process_run(program, grant)), 0);
    service_expect("install -c \"with blanks\\the table.ini\" --start demand", 0, "installed");
    service_start(); /* LocalService can write its log in there */
    PSECURITY_DESCRIPTOR descriptor = folder_descriptor(folder);
    assert_true(GetSecurityDescriptorControl(descriptor, &control, &revision));
    assert_true(control & SE_DACL_PROTECTED);
    assert_true(GetSecurityDescriptorOwner(descriptor, &owner, &defaulted));
    assert_true(IsWellKnownSid(owner, WinBuiltinAdministratorsSid));
    assert_true(ConvertSecurityDescriptorToStringSecurityDescriptorW(
        descriptor, SDDL_REVISION_1, DACL_SECURITY_INFORMATION, &text, NULL));
    assert_null(wcsstr(text, L";;;BU)"));
    assert_null(wcsstr(text, L";;;WD)"));
    assert_null(wcsstr(text, L";;;AU)"));
    assert_non_null(wcsstr(text, L";;;S-1-5-80-"));
    char *log = service_log();
    assert_true(text_has(log, " info listen upper "));
    free(log);
    LocalFree(text);
    LocalFree(descriptor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVICE_TEST(crashed_it_starts_by_itself),
        SERVICE_TEST(what_install_promises_is_set),
        SERVICE_TEST(the_folder_of_the_logs_is_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
