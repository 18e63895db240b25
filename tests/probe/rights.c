#include "probe.h"

#include <stdbool.h>
#include <stdlib.h>
#include <windows.h>
#include <sddl.h>

/* What its token says of itself. It ends with the process. */
static void *ask(HANDLE token, TOKEN_INFORMATION_CLASS kind)
{
    DWORD size = 0;

    GetTokenInformation(token, kind, NULL, 0, &size);
    void *answer = calloc(1, size + 1);
    if (answer != NULL && GetTokenInformation(token, kind, answer, size, &size))
        return answer;
    say(L"GetTokenInformation %d: %lu", (int)kind, GetLastError());
    exit(1);
}

static wchar_t *text_of(PSID sid)
{
    wchar_t *text = L"?";

    ConvertSidToStringSidW(sid, &text);
    return text;
}

static void say_groups(const TOKEN_GROUPS *groups)
{
    for (DWORD i = 0; i < groups->GroupCount; i++) {
        DWORD attributes = groups->Groups[i].Attributes;
        bool denies = (attributes & SE_GROUP_USE_FOR_DENY_ONLY) != 0;

        say(L"group %ls %ls", text_of(groups->Groups[i].Sid),
            denies ? L"denies" : ((attributes & SE_GROUP_ENABLED) != 0 ? L"grants" : L"off"));
    }
}

static void say_privileges(const TOKEN_PRIVILEGES *privileges)
{
    for (DWORD i = 0; i < privileges->PrivilegeCount; i++) {
        wchar_t name[100] = L"?";
        DWORD length = sizeof name / sizeof name[0];

        LookupPrivilegeNameW(NULL, (LUID *)&privileges->Privileges[i].Luid, name, &length);
        say(L"privilege %ls", name);
    }
}

/* Who may do anything with what it makes. */
static void say_access(const ACL *list)
{
    for (DWORD i = 0; list != NULL && i < list->AceCount; i++) {
        ACCESS_ALLOWED_ACE *entry;

        if (GetAce((ACL *)list, i, (void **)&entry) && entry->Header.AceType == 0)
            say(L"access %ls %lx", text_of(&entry->SidStart), entry->Mask);
    }
}

int probe_rights(wchar_t **arguments)
{
    HANDLE token;

    (void)arguments;
    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
        return 1;
    const TOKEN_USER *user = ask(token, TokenUser);
    const TOKEN_MANDATORY_LABEL *label = ask(token, TokenIntegrityLevel);
    const TOKEN_DEFAULT_DACL *access = ask(token, TokenDefaultDacl);
    say(L"user %ls", text_of(user->User.Sid));
    say_groups(ask(token, TokenGroups));
    say_privileges(ask(token, TokenPrivileges));
    say(L"integrity %lu", *GetSidSubAuthority(label->Label.Sid, 0));
    say_access(access->DefaultDacl);
    HANDLE itself = OpenProcess(PROCESS_ALL_ACCESS, FALSE, GetCurrentProcessId());
    say(L"itself %ls", itself != NULL ? L"open" : L"closed");
    return 0;
}

int probe_break_away(wchar_t **arguments)
{
    STARTUPINFOW startup = {.cb = sizeof startup};
    PROCESS_INFORMATION child;
    wchar_t program[1024];
    wchar_t command_line[] = L"probe exit 0";

    (void)arguments;
    GetModuleFileNameW(NULL, program, sizeof program / sizeof program[0]);
    say(CreateProcessW(program, command_line, NULL, NULL, FALSE, CREATE_BREAKAWAY_FROM_JOB, NULL,
                       NULL, &startup, &child)
            ? L"away"
            : L"kept");
    return 0;
}
