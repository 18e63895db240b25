/* What a handler may do: its groups and privileges against those of the server, which are the
   test's own. Wine 8 has one user and one integrity level, so that user and integrity are in
   test_windows_only.c. */
#include "harness.h"

#include "core/memory.h"
#include "windows/token.h"

#include <sddl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ADMINISTRATORS "group S-1-5-32-544 "

/* What "probe rights" says as a handler; the caller frees it. */
static char *ask(struct process *server, const char *service)
{
    SOCKET client = client_connect(server, service);
    char *answer = memory_copy(client_rest(client));

    client_close(client);
    return answer;
}

/* The same as a child of this test; the caller frees it. */
static char *own_rights(void)
{
    struct process *probe = process_run("tests\\probe.exe", "rights");

    return output_copy(&probe->out);
}

/* How many lines begin so, "\r" aside. */
static size_t count(const char *text, const char *beginning)
{
    size_t lines = 0;

    for (; text != NULL && *text != '\0'; text = strchr(text, '\n')) {
        text += *text == '\n';
        lines += strncmp(text, beginning, strlen(beginning)) == 0;
    }
    return lines;
}

/* The lines that begin so, in their order; the caller frees them. */
static char *lines_of(const char *text, const char *beginning)
{
    char *lines = memory_copy("");

    for (const char *line = text; *line != '\0'; line += strcspn(line, "\n"), line += *line != 0) {
        if (strncmp(line, beginning, strlen(beginning)) != 0)
            continue;
        char *longer = memory_format("%s%.*s\n", lines, (int)strcspn(line, "\r\n"), line);
        free(lines);
        lines = longer;
    }
    return lines;
}

static void expect_same(const char *a, const char *b, const char *beginning)
{
    char *of_a = lines_of(a, beginning);
    char *of_b = lines_of(b, beginning);

    assert_string_equal(of_a, of_b);
    free(of_a);
    free(of_b);
}

static struct process *start(void)
{
    return server_start("[defaults]\n"
                        "port = 0\n"
                        "server = tests\\probe.exe\n"
                        "server_args = rights\n"
                        "[service keep]\n"
                        "privileges = keep\n"
                        "[service drop]\n"
                        "privileges = drop\n"
                        "[service auto]\n"
                        "[service low]\n"
                        "privileges = keep\n"
                        "integrity = low\n");
}

static void expect_dropped(const char *answer, const char *own)
{
    assert_int_equal(count(answer, "privilege "), 1);
    assert_int_equal(count(answer, "privilege SeChangeNotifyPrivilege"), 1);
    assert_int_equal(count(answer, ADMINISTRATORS "grants"), 0);
    assert_int_equal(count(answer, ADMINISTRATORS), count(own, ADMINISTRATORS));
    assert_int_equal(count(answer, "group "), count(own, "group "));
    expect_same(answer, own, "user ");
    expect_same(answer, own, "integrity ");
}

static void dropped_privileges_are_gone_and_administrators_grants_nothing(void **state)
{
    struct process *server = start();
    char *own = own_rights();
    char *answer = ask(server, "drop");

    (void)state;
    assert_true(count(own, "privilege ") > 1); /* else this test shows nothing */
    expect_dropped(answer, own);
    free(answer);
    free(own);
}

static void what_a_handler_makes_is_its_users_and_not_the_administrators(void **state)
{
    struct process *server = start();
    char *answer = ask(server, "drop");
    char user[200];

    (void)state;
    assert_int_equal(sscanf(answer, "user %180s", user), 1);
    char *access = memory_format("access %s 10000000\n", user);
    assert_int_equal(count(answer, "access "), 2);
    assert_int_equal(count(answer, "access S-1-5-18 10000000\n"), 1);
    assert_int_equal(count(answer, access), 1);
    assert_int_equal(count(answer, "itself open"), 1);
    free(access);
    free(answer);
}

static void kept_rights_are_those_of_the_server(void **state)
{
    struct process *server = start();
    char *own = own_rights();
    char *answer = ask(server, "keep");

    (void)state;
    expect_same(answer, own, "");
    free(answer);
    free(own);
}

static void a_lower_integrity_alone_keeps_groups_and_privileges(void **state)
{
    struct process *server = start();
    char *own = own_rights();
    char *answer = ask(server, "low");

    (void)state;
    expect_same(answer, own, "group ");
    expect_same(answer, own, "privilege ");
    free(answer);
    free(own);
}

static void without_the_option_an_administrators_handlers_are_dropped(void **state)
{
    struct process *server = start();
    char *own = own_rights();
    char *answer = ask(server, "auto");

    (void)state;
    if (token_is_administrator())
        expect_dropped(answer, own);
    else
        expect_same(answer, own, "");
    free(answer);
    free(own);
}

/* Who shares the server's user without being an administrator cannot open it. */
static void an_administrators_server_belongs_to_administrators(void **state)
{
    wchar_t *text = NULL;
    BYTE descriptor[4096];
    DWORD size;

    (void)state;
    if (!token_is_administrator())
        skip();
    struct process *server = start();
    assert_true(GetKernelObjectSecurity(server->handle,
                                        OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION,
                                        descriptor, sizeof descriptor, &size));
    assert_true(ConvertSecurityDescriptorToStringSecurityDescriptorW(
        descriptor, SDDL_REVISION_1, OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION, &text,
        NULL));
    if (wcscmp(text, L"O:BAD:P(A;;0x1fffff;;;BA)(A;;0x1fffff;;;SY)(A;;0x101000;;;WD)") != 0)
        fail_msg("%ls", text);
    LocalFree(text);
}

/* Where this test is LocalSystem itself it is not asked. */
static void another_user_needs_a_server_that_is_local_system(void **state)
{
    (void)state;
    if (token_is_local_system())
        skip();
    char *arguments =
        memory_format("serve 0 user=LocalService -- \"%s\\handlers\\upper.exe\"", folder_build());
    struct process *server = process_run("bin\\stdinetd.exe", arguments);
    free(arguments);
    char *said = output_copy(&server->err);
    assert_int_equal(process_wait(server), 1);
    assert_true(text_has(said, "stdinetd: service upper: user = LocalService needs a server that "
                               "runs as LocalSystem, which this one does not\n"));
    assert_false(text_has(said, "listen "));
    free(said);
}

static void expect_wrong_password_command(const char *arguments, const char *complaint)
{
    struct process *command = process_run("bin\\stdinetd.exe", arguments);
    char *said = output_copy(&command->err);

    assert_int_equal(process_wait(command), 2);
    if (!text_has(said, complaint))
        fail_msg("%s", said);
    free(said);
}

static void a_password_is_asked_for_one_account_and_never_on_the_command_line(void **state)
{
    (void)state;
    expect_wrong_password_command("password", "it takes the name of one account\n");
    expect_wrong_password_command("password bob secret", "it takes the name of one account\n");
    expect_wrong_password_command("password bob", "bob needs a password: type it, or give it as "
                                                  "the first line of stdin; nothing is stored\n");
    expect_wrong_password_command("password a\\b\\c", "'a\\b\\c' cannot be an account; ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(dropped_privileges_are_gone_and_administrators_grants_nothing),
        SYSTEM_TEST(what_a_handler_makes_is_its_users_and_not_the_administrators),
        SYSTEM_TEST(kept_rights_are_those_of_the_server),
        SYSTEM_TEST(a_lower_integrity_alone_keeps_groups_and_privileges),
        SYSTEM_TEST(without_the_option_an_administrators_handlers_are_dropped),
        SYSTEM_TEST(an_administrators_server_belongs_to_administrators),
        SYSTEM_TEST(another_user_needs_a_server_that_is_local_system),
        SYSTEM_TEST(a_password_is_asked_for_one_account_and_never_on_the_command_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
