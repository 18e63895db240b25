/* What an access list lets whom do; and the one that the folder of the logs gets. Of lists in
   memory, because Wine 8 keeps none with a file. */
#include "harness.h"

#include "windows/access_list.h"

#include <sddl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const wchar_t service_text[] = L"S-1-5-80-1-2-3-4-5";
static const wchar_t user_text[] = L"S-1-5-21-1-2-3-1001";

static PSECURITY_DESCRIPTOR descriptor(const wchar_t *text)
{
    PSECURITY_DESCRIPTOR result = NULL;

    if (!ConvertStringSecurityDescriptorToSecurityDescriptorW(text, SDDL_REVISION_1, &result, NULL))
        FAIL("no access list: %ls", text);
    return result;
}

static PSID sid(const wchar_t *text)
{
    PSID result = NULL;

    assert_true(ConvertStringSidToSidW(text, &result));
    return result;
}

static void expect_writer(const wchar_t *text, bool expected)
{
    PSECURITY_DESCRIPTOR list = descriptor(text);
    char *writer = access_list_writer_in(list);

    if ((writer != NULL) != expected)
        FAIL("%ls: writer %s", text, writer != NULL ? writer : "none");
    free(writer);
    LocalFree(list);
}

static void who_may_change_it_and_is_no_administrator_is_found(void **state)
{
    (void)state;
    expect_writer(L"O:BAD:(A;;FA;;;SY)(A;;FA;;;BA)(A;;0x1200a9;;;BU)", false);
    expect_writer(L"O:BAD:(A;;FA;;;BA)(A;OICIIO;GA;;;CO)(A;OICIIO;GA;;;BU)", false);
    expect_writer(L"O:BAD:(D;;FA;;;BU)(A;;FA;;;BA)", false);
    expect_writer(L"O:S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464D:(A;;FA;;;BA)",
                  false);
    expect_writer(L"O:BAD:(A;;FA;;;BA)(A;;0x1301bf;;;AU)", true);
    expect_writer(L"O:BAD:(A;;FA;;;BA)(A;;WD;;;BU)", true); /* the right to rewrite the list */
    expect_writer(L"O:BAD:(A;;GW;;;WD)", true);
    expect_writer(L"O:S-1-5-21-1-2-3-1001D:(A;;FA;;;BA)", true); /* an owner may do that always */
}

static void no_list_at_all_lets_everybody(void **state)
{
    SECURITY_DESCRIPTOR open;

    (void)state;
    assert_true(InitializeSecurityDescriptor(&open, SECURITY_DESCRIPTOR_REVISION));
    assert_true(SetSecurityDescriptorDacl(&open, TRUE, NULL, FALSE));
    char *writer = access_list_writer_in(&open);
    assert_string_equal(writer, "everybody");
    free(writer);
}

static void expect_readable(const wchar_t *text, const wchar_t *account, bool execute,
                            bool expected)
{
    PSECURITY_DESCRIPTOR list = descriptor(text);
    PSID who = sid(account);

    if (access_list_readable_in(list, who, execute) != expected)
        FAIL("%ls for %ls", text, account);
    LocalFree(who);
    LocalFree(list);
}

static void whether_an_account_may_read_and_start_is_known(void **state)
{
    (void)state;
    expect_readable(L"D:(A;;FA;;;BA)(A;;0x1200a9;;;BU)", L"S-1-5-19", true, true);
    expect_readable(L"D:(A;;FA;;;BA)(A;;FR;;;BU)", L"S-1-5-19", false, true);
    expect_readable(L"D:(A;;FA;;;BA)(A;;FR;;;BU)", L"S-1-5-19", true, false);
    expect_readable(L"D:(A;;FA;;;BA)(A;;FA;;;S-1-5-21-1-2-3-1001)", L"S-1-5-19", false, false);
    expect_readable(L"D:(A;;FA;;;BA)(A;;FA;;;S-1-5-21-1-2-3-1001)", user_text, true, true);
    expect_readable(L"D:(D;;FR;;;LS)(A;;FA;;;WD)", L"S-1-5-19", false, false);
    expect_readable(L"D:(A;;FA;;;BA)", L"S-1-5-18", true, true); /* the system is in that group */
    expect_readable(L"D:(A;OICIIO;FA;;;WD)", L"S-1-5-19", false, false);
}

/* --- the folder of the logs */

static DWORD rights_of(ACL *list, const wchar_t *text, bool of_files)
{
    PSID who = sid(text);
    DWORD rights = 0;

    for (DWORD i = 0; i < list->AceCount; i++) {
        void *entry = NULL;

        assert_true(GetAce(list, i, &entry));
        const ACCESS_ALLOWED_ACE *ace = entry;
        bool for_files = (ace->Header.AceFlags & OBJECT_INHERIT_ACE) != 0;
        bool for_folder = !(ace->Header.AceFlags & INHERIT_ONLY_ACE);
        if (EqualSid((PSID)&ace->SidStart, who) && (of_files ? for_files : for_folder))
            rights |= ace->Mask;
    }
    LocalFree(who);
    return rights;
}

static ACL *list_for(const wchar_t *before, bool give)
{
    PSECURITY_DESCRIPTOR from = descriptor(before);
    PSID service = sid(service_text);
    BOOL present = FALSE;
    BOOL defaulted = FALSE;
    ACL *list = NULL;

    assert_true(GetSecurityDescriptorDacl(from, &present, &list, &defaulted));
    list = access_list_for_folder(list, service, give);
    assert_non_null(list);
    LocalFree(service);
    LocalFree(from);
    return list;
}

/* The folder may hold tables as well, which the service must not change. */
static void the_service_makes_files_and_reads_but_changes_only_its_own(void **state)
{
    ACL *list = list_for(L"D:P", true);

    (void)state;
    assert_int_equal(rights_of(list, L"S-1-5-18", false), FILE_ALL_ACCESS);
    assert_int_equal(rights_of(list, L"S-1-5-32-544", true), FILE_ALL_ACCESS);
    DWORD folder = rights_of(list, service_text, false);
    assert_true(folder & FILE_ADD_FILE);
    assert_int_equal(folder & (FILE_DELETE_CHILD | FILE_ADD_SUBDIRECTORY | DELETE | WRITE_DAC |
                               WRITE_OWNER | FILE_WRITE_ATTRIBUTES),
                     0);
    assert_int_equal(rights_of(list, service_text, true), FILE_GENERIC_READ);
    assert_true(rights_of(list, L"S-1-3-0", true) & DELETE); /* of what it has made: it rotates */
    assert_int_equal(rights_of(list, L"S-1-3-0", false), 0);
    assert_int_equal(rights_of(list, L"S-1-5-32-545", false), 0);
    free(list);
}

static void what_others_had_before_is_kept_only_where_it_is_harmless(void **state)
{
    ACL *list = list_for(L"D:(A;OICI;FR;;;S-1-5-21-1-2-3-1001)(A;OICI;FA;;;AU)"
                         L"(A;CIID;0x116;;;BU)(A;;0x1200ab;;;S-1-5-80-9-9-9-9-9)",
                         true);

    (void)state;
    assert_int_equal(rights_of(list, user_text, true), FILE_GENERIC_READ);
    assert_int_equal(rights_of(list, L"S-1-5-11", true), 0);
    assert_int_equal(rights_of(list, L"S-1-5-32-545", false), 0);
    assert_true(rights_of(list, L"S-1-5-80-9-9-9-9-9", false) & FILE_ADD_FILE);
    free(list);
}

static void installing_again_adds_nothing_and_uninstalling_takes_it_back(void **state)
{
    ACL *once = list_for(L"D:P", true);
    DWORD entries = once->AceCount;
    PSID service = sid(service_text);
    ACL *twice = access_list_for_folder(once, service, true);
    ACL *without = access_list_for_folder(twice, service, false);

    (void)state;
    assert_int_equal(twice->AceCount, entries);
    assert_int_equal(without->AceCount, entries - 2);
    assert_int_equal(rights_of(without, service_text, false), 0);
    assert_int_equal(rights_of(without, service_text, true), 0);
    LocalFree(service);
    free(without);
    free(twice);
    free(once);
}

/* --- whose folder it is */

static void a_file_in_its_place_is_refused(void **state)
{
    struct error error;
    char path[1024];

    (void)state;
    folder_write("stdinetd", "no folder");
    snprintf(path, sizeof path, "%s\\stdinetd", folder_own());
    assert_false(access_list_check_folder(path, &error));
    assert_non_null(strstr(error.text, "is no folder, but a file or a link"));
    snprintf(path, sizeof path, "%s\\not-there", folder_own());
    assert_true(access_list_check_folder(path, &error));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(who_may_change_it_and_is_no_administrator_is_found),
        SYSTEM_TEST(no_list_at_all_lets_everybody),
        SYSTEM_TEST(whether_an_account_may_read_and_start_is_known),
        SYSTEM_TEST(the_service_makes_files_and_reads_but_changes_only_its_own),
        SYSTEM_TEST(what_others_had_before_is_kept_only_where_it_is_harmless),
        SYSTEM_TEST(installing_again_adds_nothing_and_uninstalling_takes_it_back),
        SYSTEM_TEST(a_file_in_its_place_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
