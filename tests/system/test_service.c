/* From install to uninstall, as an administrator does it. */
#include "harness.h"
#include "messages.h"
#include "service.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char table[] = "[service upper]\n"
                            "port = 0\n"
                            "server = upper.exe\n"
                            "instances = 500\n";

enum { MANY = 200, AT_ONCE = 20, MOST_CLIENTS = 5000 };

static void expect_log(const char *pattern)
{
    char *log = service_log();

    if (!text_has(log, pattern))
        FAIL("no '%s' in the log:\n%s", pattern, log);
    free(log);
}

static void what_is_stored_is_absolute_and_quoted(void **state)
{
    char expected[2048];

    (void)state;
    service_prepare(table);
    service_install();
    snprintf(expected, sizeof expected,
             "\"%s\\with blanks\\bin\\stdinetd.exe\" service --name %s -c "
             "\"%s\\with blanks\\the table.ini\"",
             folder_own(), service_name(), folder_own());
    assert_string_equal(service_command_line(), expected);
    assert_int_equal(service_state(), SERVICE_STOPPED);
    service_expect("status", 1, "service '*': stopped; 'stdinetd start --name ");
}

static void it_serves_two_hundred_and_leaves_only_its_log(void **state)
{
    char address[100];

    (void)state;
    service_prepare(table);
    service_install();
    service_start();
    assert_int_equal(service_state(), SERVICE_RUNNING);
    snprintf(address, sizeof address, "%s", service_address("upper"));
    for (int i = 0; i < MANY; i++) {
        SOCKET client = client_connect_to(address);
        client_expect_served(client);
    }
    service_expect("status", 0, "upper 127.0.0.1:* 0 of 500 0 200 0 0 ");
    service_expect("stop", 0, "stopped: every connection was finished\n");
    assert_int_equal(service_state(), SERVICE_STOPPED);
    assert_true(client_try(address) == INVALID_SOCKET);
    service_expect("uninstall", 0, "removed the service '");
    assert_false(service_is_installed());
    expect_log(" info listen upper 127.0.0.1:*");
    expect_log(" info close upper#200 ");
    expect_log(" info stop no connection open\n");
}

/* Clients that stay, and new ones all the while, until nobody listens any more. */
static void a_stop_under_load_loses_nobody(void **state)
{
    char address[100];
    SOCKET staying[AT_ONCE];
    int came = 0;

    (void)state;
    service_prepare(table);
    service_install();
    service_start();
    snprintf(address, sizeof address, "%s", service_address("upper"));
    for (int i = 0; i < AT_ONCE; i++) {
        staying[i] = client_connect_to(address);
        client_say(staying[i], "before\n");
        client_expect(staying[i], "BEFORE\r\n");
    }
    struct process *stop = service_command_begin("stop");
    for (; came < MOST_CLIENTS; came++) {
        SOCKET client = client_try(address);
        if (client == INVALID_SOCKET)
            break;
        client_say(client, "during\n");
        client_expect(client, "DURING\r\n");
        client_goodbye(client);
    }
    assert_true(came < MOST_CLIENTS);
    assert_int_equal(service_state(), SERVICE_STOP_PENDING);
    for (int i = 0; i < AT_ONCE; i++) {
        client_say(staying[i], "after\n");
        client_expect(staying[i], "AFTER\r\n");
        client_goodbye(staying[i]);
    }
    assert_int_equal(process_wait(stop), 0);
    assert_true(output_wait(&stop->out, "stopped: every connection was finished\n", PATIENCE_MS));
    assert_int_equal(service_state(), SERVICE_STOPPED);
}

static void paramchange_has_the_table_read_again(void **state)
{
    char address[100];

    (void)state;
    service_prepare(table);
    service_install();
    service_start();
    snprintf(address, sizeof address, "%s", service_address("upper"));
    SOCKET before = client_connect_to(address);
    client_say(before, "before\n");
    client_expect(before, "BEFORE\r\n");
    service_write_table("[service upper]\nport = 0\nserver = upper.exe\ninstances = 7\n"
                        "[service new]\nport = 0\nserver = upper.exe\n");
    service_control(SERVICE_CONTROL_PARAMCHANGE);
    service_wait_for_log(" info reload added 1, changed 1, removed 0, kept 0\n");
    service_expect("status", 0, "upper 127.0.0.1:* 1 of 7 ");
    client_expect_served(client_connect_to(service_address("new")));
    client_expect_served(client_connect_to(address));
    service_write_table("[service upper]\nport = 0\nserver = nowhere.exe\n");
    service_control(SERVICE_CONTROL_PARAMCHANGE);
    service_wait_for_log(" error reload *the table.ini:*: there is no program 'nowhere.exe'");
    service_expect("reload", 2, "1 error; nothing was changed\n");
    client_goodbye(before);
    service_expect("stop", 0, "stopped: every connection was finished\n");
}

static void stop_now_does_not_wait(void **state)
{
    (void)state;
    service_prepare("[service hang]\nport = 0\nserver = probe.exe\nserver_args = hang\n"
                    "stop_time = 100ms\n");
    service_install();
    service_start();
    SOCKET client = client_connect_to(service_address("hang"));
    HANDLE handler = process_open(strtoul(client_line(client), NULL, 10));
    service_expect("stop --now", 1, "stopped: connections were cut short\n");
    assert_int_equal(service_state(), SERVICE_STOPPED);
    process_expect_gone(handler);
    client_close(client);
    service_expect("status", 1, "service '*': stopped; "); /* no failure: it was told to */
}

/* Whoever shares its console can send them: a handler, for one. */
static void events_of_the_console_mean_nothing(void **state)
{
    static const char *const events[] = {"ctrl-c", "ctrl-c", "ctrl-break"};
    char arguments[64];

    (void)state;
    service_prepare(table);
    service_install();
    service_start();
    SOCKET client = client_connect_to(service_address("upper"));
    client_say(client, "before\n");
    client_expect(client, "BEFORE\r\n");
    for (size_t i = 0; i < ARRAYSIZE(events); i++) {
        snprintf(arguments, sizeof arguments, "%lu %s", service_process_id(), events[i]);
        if (process_wait(process_run("tests\\console_event.exe", arguments)) != 0)
            skip(); /* in another session of Windows there is no way to that console */
    }
    service_expect("status", 0, ", running for ");
    assert_int_equal(service_state(), SERVICE_RUNNING);
    client_goodbye(client);
    service_expect("stop", 0, "stopped: every connection was finished\n");
}

static void killed_it_leaves_nothing_and_starts_again(void **state)
{
    char address[100];
    char text[200];

    (void)state;
    service_prepare("[service hang]\nport = 0\nserver = probe.exe\nserver_args = hang\n");
    service_install();
    service_start();
    snprintf(address, sizeof address, "%s", service_address("hang"));
    SOCKET client = client_connect_to(address);
    HANDLE handler = process_open(strtoul(client_line(client), NULL, 10));
    HANDLE server = process_open(service_process_id());
    assert_non_null(handler);
    assert_non_null(server);
    TerminateProcess(server, 99);
    process_expect_gone(server);
    process_expect_gone(handler);
    client_close(client);
    /* on the very port that it had */
    snprintf(text, sizeof text, "[service upper]\nport = %s\nserver = upper.exe\n",
             strchr(address, ':') + 1);
    service_write_table(text);
    for (int tries = 0; tries < 400 && service_state() != SERVICE_STOPPED; tries++)
        Sleep(50);
    service_start();
    client_expect_served(client_connect_to(address));
    service_expect("stop", 0, "stopped: every connection was finished\n");
}

/* --- what is said where it cannot be done */

static void a_bad_table_is_not_installed(void **state)
{
    (void)state;
    service_prepare("[service upper]\nport = 70000\nserver = upper.exe\n");
    service_expect("install -c \"with blanks\\the table.ini\"", 2,
                   "with blanks\\the table.ini:2: port 70000 is out of range");
    assert_false(service_is_installed());
    service_expect("install -c \"with blanks\\not-there.ini\"", 2, "not-there.ini: 2: ");
    assert_false(service_is_installed());
}

static void wrong_words_are_explained(void **state)
{
    (void)state;
    service_prepare(table);
    service_expect("install --start never -c \"with blanks\\the table.ini\"", 2,
                   "--start is one of auto, delayed, demand, not 'never'\n");
    service_expect("install --account \"NT SERVICE\\other\" -c \"with blanks\\the table.ini\"", 2,
                   "can only be its own 'NT SERVICE\\stdinetd-test-service-");
    service_expect("install --account nobody-of-this-name -c \"with blanks\\the table.ini\"", 2,
                   "--account: there is no account 'nobody-of-this-name'");
    assert_false(service_is_installed());
    struct process *help = process_run("bin\\stdinetd.exe", "install --help");
    assert_int_equal(process_wait(help), 0);
    assert_true(output_wait(&help->out, "Run as\nadministrator", PATIENCE_MS));
}

static void installed_twice_or_removed_while_it_runs_it_stays_as_it_is(void **state)
{
    (void)state;
    service_prepare(table);
    service_install();
    service_expect("install -c \"with blanks\\the table.ini\"", 1,
                   "is installed already; choose another --name, or 'stdinetd uninstall --name ");
    service_start();
    service_expect("start", 1, "the service '*' runs already\n");
    service_expect("uninstall", 1, "the service '*' runs: 'stdinetd stop --name *' first\n");
    assert_int_equal(service_state(), SERVICE_RUNNING);
    client_expect_served(client_connect_to(service_address("upper")));
    service_expect("stop", 0, "stopped");
    service_expect("uninstall", 0, "removed");
    service_expect("uninstall", 1, "no service '*' is installed\n");
    service_expect("start", 1, "no service '*' is installed\n");
}

/* "install" where Windows refuses a call: see tests/faults/faults.h. */
static void expect_fault(const char *faults, const char *complaint)
{
    char arguments[300];

    SetEnvironmentVariableA("STDINETD_FAULTS", faults);
    snprintf(arguments, sizeof arguments, "install -c \"with blanks\\the table.ini\" --name %s",
             service_name());
    struct process *install = process_run("tests\\stdinetd_with_faults.exe", arguments);
    SetEnvironmentVariableA("STDINETD_FAULTS", NULL);
    if (process_wait(install) != 1 || !output_wait(&install->err, complaint, PATIENCE_MS))
        FAIL("no '%s'", complaint);
    assert_false(service_is_installed());
}

static void without_rights_it_says_what_is_missing(void **state)
{
    (void)state;
    service_prepare(table);
    expect_fault("OpenSCManagerW=0,99,5",
                 "to install a service needs an administrator: open the console with 'Run as");
}

static void without_its_folder_there_is_no_service(void **state)
{
    (void)state;
    service_prepare(table);
    expect_fault("CreateDirectoryW=0,99,5", "CreateDirectory C:\\ProgramData\\stdinetd: 5: ");
}

static void services_of_others_are_left_alone(void **state)
{
    (void)state;
    struct process *uninstall = process_run("bin\\stdinetd.exe", "uninstall --name RpcSs");
    assert_int_equal(process_wait(uninstall), 1);
    assert_true(output_wait(&uninstall->err, "the service 'RpcSs' is none of stdinetd's: it runs *",
                            PATIENCE_MS));
}

/* Exit codes that the service manager shows, and where the reason is. */
static void a_start_that_fails_says_why(void **state)
{
    char text[200];

    (void)state;
    service_prepare(table);
    service_install();
    service_write_table("[service upper]\nport = 0\nserver = not-there.exe\n");
    service_expect("start", 1, "could not start (exit code 2)\n");
    service_expect("status", 1, "service '*': stopped, and failed with exit code 2\n");
    expect_log(" error fail *the table.ini:3: there is no program 'not-there.exe'");

    struct process *other =
        server_start_with("serve 0 -- \"%s\\handlers\\upper.exe\"", folder_build());
    const char *taken = server_address(other, "upper", 0);
    snprintf(text, sizeof text, "[service upper]\nport = %s\nserver = upper.exe\n",
             strchr(taken, ':') + 1);
    service_write_table(text);
    service_expect("start", 1, "could not start (exit code 1)\n");
    expect_log(" error fail *the table.ini:1: service upper: bind 127.0.0.1:");
    service_write_table(table);
    service_start();
}

static void run_names_the_service_that_has_its_port(void **state)
{
    char arguments[300];

    (void)state;
    service_prepare(table);
    service_install();
    service_start();
    snprintf(arguments, sizeof arguments, "serve %s -- \"%s\\handlers\\upper.exe\"",
             strchr(service_address("upper"), ':') + 1, folder_build());
    struct process *server = process_run("bin\\stdinetd.exe", arguments);
    assert_int_equal(process_wait(server), 1);
    snprintf(arguments, sizeof arguments, "belongs to the installed service '%s' (pid %lu); ",
             service_name(), service_process_id());
    assert_true(output_wait(&server->err, arguments, PATIENCE_MS));
}

static void by_hand_it_says_how_to_start_it(void **state)
{
    (void)state;
    service_prepare(table);
    service_expect("service -c x.ini", 2,
                   "only the service manager calls this; use 'stdinetd "
                   "start'");
}

/* --- what the Event Log shows */

static bool has_source(void)
{
    char key[300];
    char program[1024];
    char value[1024];
    DWORD size = sizeof value;

    snprintf(key, sizeof key,
             "SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\stdinetd-%s",
             service_name());
    snprintf(program, sizeof program, "%s\\with blanks\\bin\\stdinetd.exe", folder_own());
    return RegGetValueA(HKEY_LOCAL_MACHINE, key, "EventMessageFile", RRF_RT_REG_SZ, NULL, value,
                        &size) == ERROR_SUCCESS &&
           strcmp(value, program) == 0;
}

static void the_event_log_knows_it_while_it_is_installed(void **state)
{
    (void)state;
    service_prepare(table);
    service_install();
    assert_true(has_source());
    service_expect("uninstall", 0, "removed");
    assert_false(has_source());
}

/* As the Event Viewer does it: from the program's own message table. */
static void its_entries_are_whole_sentences(void **state)
{
    static const DWORD messages[] = {
        EVENT_STARTED, EVENT_STOPPING,    EVENT_STOPPED,  EVENT_STOPPED_CUT_SHORT,
        EVENT_FAILED,  EVENT_LOG_TROUBLE, EVENT_RELOADED, EVENT_RELOAD_REFUSED};
    char program[1024];
    const wchar_t *texts[] = {L"NAME", L"SECOND", L"THIRD"};

    (void)state;
    snprintf(program, sizeof program, "%s\\bin\\stdinetd.exe", folder_build());
    HMODULE file = LoadLibraryExA(program, NULL, LOAD_LIBRARY_AS_DATAFILE);
    assert_non_null(file);
    for (size_t i = 0; i < ARRAYSIZE(messages); i++) {
        wchar_t text[500] = L"";

        FormatMessageW(FORMAT_MESSAGE_FROM_HMODULE | FORMAT_MESSAGE_ARGUMENT_ARRAY, file,
                       messages[i], 0, text, ARRAYSIZE(text), (va_list *)texts);
        if (wcsncmp(text, L"The service NAME ", 17) != 0 || wcschr(text, L'.') == NULL)
            FAIL("message %lx is '%ls'", messages[i], text);
    }
    FreeLibrary(file);
}

static void the_program_has_icon_version_and_manifest(void **state)
{
    char program[1024];

    (void)state;
    snprintf(program, sizeof program, "%s\\bin\\stdinetd.exe", folder_build());
    HMODULE file = LoadLibraryExA(program, NULL, LOAD_LIBRARY_AS_DATAFILE);
    assert_non_null(file);
    assert_non_null(FindResourceA(file, MAKEINTRESOURCEA(1), MAKEINTRESOURCEA(14)));
    assert_non_null(FindResourceA(file, MAKEINTRESOURCEA(1), MAKEINTRESOURCEA(16)));
    HRSRC found = FindResourceA(file, MAKEINTRESOURCEA(1), MAKEINTRESOURCEA(24));
    assert_non_null(found);
    const char *manifest = LockResource(LoadResource(file, found));
    char *copy = calloc(1, SizeofResource(file, found) + 1);
    assert_non_null(copy);
    memcpy(copy, manifest, SizeofResource(file, found));
    assert_non_null(strstr(copy, "level=\"asInvoker\""));
    assert_non_null(strstr(copy, ">true</longPathAware>"));
    assert_non_null(strstr(copy, ">UTF-8</activeCodePage>"));
    free(copy);
    FreeLibrary(file);
}

/* --- accounts */

static void a_user_needs_a_password_which_no_terminal_gives(void **state)
{
    char command[400];
    char user[256];
    DWORD size = sizeof user;

    (void)state;
    service_prepare(table);
    assert_true(GetUserNameA(user, &size));
    snprintf(command, sizeof command, "install --account %s -c \"with blanks\\the table.ini\"",
             user);
    service_expect(command, 1, "needs a password: type it, or give it as the first line of stdin");
    assert_false(service_is_installed());
    service_expect("install --account Administrators -c \"with blanks\\the table.ini\"", 2,
                   "'Administrators' is a group: a service needs a user");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVICE_TEST(what_is_stored_is_absolute_and_quoted),
        SERVICE_TEST(it_serves_two_hundred_and_leaves_only_its_log),
        SERVICE_TEST(a_stop_under_load_loses_nobody),
        SERVICE_TEST(paramchange_has_the_table_read_again),
        SERVICE_TEST(stop_now_does_not_wait),
        SERVICE_TEST(events_of_the_console_mean_nothing),
        SERVICE_TEST(killed_it_leaves_nothing_and_starts_again),
        SERVICE_TEST(a_bad_table_is_not_installed),
        SERVICE_TEST(wrong_words_are_explained),
        SERVICE_TEST(installed_twice_or_removed_while_it_runs_it_stays_as_it_is),
        SERVICE_TEST(without_rights_it_says_what_is_missing),
        SERVICE_TEST(without_its_folder_there_is_no_service),
        SERVICE_TEST(services_of_others_are_left_alone),
        SERVICE_TEST(a_start_that_fails_says_why),
        SERVICE_TEST(run_names_the_service_that_has_its_port),
        SERVICE_TEST(by_hand_it_says_how_to_start_it),
        SERVICE_TEST(the_event_log_knows_it_while_it_is_installed),
        SERVICE_TEST(its_entries_are_whole_sentences),
        SERVICE_TEST(the_program_has_icon_version_and_manifest),
        SERVICE_TEST(a_user_needs_a_password_which_no_terminal_gives),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
