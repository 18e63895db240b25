#include "windows/account.h"

#include "core/memory.h"
#include "windows/text.h"

#include <ntsecapi.h>
#include <stdlib.h>
#include <string.h>

static const struct built_in {
    const char *name, *full; /* full NULL: LocalSystem */
    WELL_KNOWN_SID_TYPE sid;
} built_in[] = {
    {"LocalService", "NT AUTHORITY\\LocalService", WinLocalServiceSid},
    {"NetworkService", "NT AUTHORITY\\NetworkService", WinNetworkServiceSid},
    {"LocalSystem", NULL, WinLocalSystemSid},
    {"System", NULL, WinLocalSystemSid},
};

/* What stands behind a beginning, without regard to case; NULL where it does not begin so. */
static const char *behind(const char *text, const char *beginning)
{
    size_t length = strlen(beginning);

    return _strnicmp(text, beginning, length) == 0 ? text + length : NULL;
}

/* --- accounts by name */

/* The caller frees it; NULL with GetLastError(). */
static PSID look_up(const char *name, SID_NAME_USE *use)
{
    wchar_t *wide = wide_from_utf8(name);
    wchar_t domain[256];
    DWORD domain_units = ARRAYSIZE(domain);
    DWORD size = SECURITY_MAX_SID_SIZE;
    PSID sid = memory_zeroed(1, size);

    if (!LookupAccountNameW(NULL, wide, sid, &size, domain, &domain_units, use)) {
        DWORD code = GetLastError();
        free(sid);
        sid = NULL;
        SetLastError(code);
    }
    free(wide);
    return sid;
}

static bool resolve_user(struct account *account, const char *given, struct error *error)
{
    const char *local = behind(given, ".\\");
    SID_NAME_USE use = SidTypeUser;

    account->is_user = true;
    account->needs_password = given[strlen(given) - 1] != '$'; /* a managed account has none */
    account->sid = look_up(local != NULL ? local : given, &use);
    if (account->sid == NULL)
        return error_windows(error, "--account: there is no account '%s'", given);
    if (use != SidTypeUser && use != SidTypeComputer)
        return error_set(error, "--account: '%s' is a group: a service needs a user", given);
    account->name =
        strpbrk(given, "\\@") != NULL ? memory_copy(given) : memory_format(".\\%s", given);
    return true;
}

bool account_resolve(struct account *account, const char *given, const char *service,
                     struct error *error)
{
    const char *plain = behind(given, "NT AUTHORITY\\");
    const char *own = behind(given, "NT SERVICE\\");

    *account = (struct account){0};
    if (given[0] == '\0')
        return error_set(error, "--account: an empty name is none");
    for (size_t i = 0; i < ARRAYSIZE(built_in); i++)
        if (_stricmp(plain != NULL ? plain : given, built_in[i].name) == 0) {
            DWORD size = SECURITY_MAX_SID_SIZE;

            account->name = built_in[i].full != NULL ? memory_copy(built_in[i].full) : NULL;
            account->sid = memory_zeroed(1, size);
            return CreateWellKnownSid(built_in[i].sid, NULL, account->sid, &size) ||
                   error_windows(error, "CreateWellKnownSid");
        }
    if (own == NULL)
        return resolve_user(account, given, error);
    account->name = memory_format("NT SERVICE\\%s", service);
    return _stricmp(own, service) == 0 ||
           error_set(error, "--account: the service '%s' can only be its own 'NT SERVICE\\%s'",
                     service, service);
}

void account_free(struct account *account)
{
    free(account->name);
    free(account->sid);
    *account = (struct account){0};
}

PSID account_service_sid(const char *service)
{
    char *name = memory_format("NT SERVICE\\%s", service);
    SID_NAME_USE use;
    PSID sid = look_up(name, &use);

    free(name);
    return sid;
}

/* --- rights */

bool account_allow_service(const struct account *account, struct error *error)
{
    static wchar_t right[] = L"SeServiceLogonRight";
    LSA_OBJECT_ATTRIBUTES attributes = {.Length = sizeof attributes};
    LSA_UNICODE_STRING name = {
        .Length = sizeof right - sizeof *right, .MaximumLength = sizeof right, .Buffer = right};
    LSA_HANDLE policy = NULL;
    NTSTATUS status =
        LsaOpenPolicy(NULL, &attributes, POLICY_CREATE_ACCOUNT | POLICY_LOOKUP_NAMES, &policy);

    if (status == 0) {
        status = LsaAddAccountRights(policy, account->sid, &name, 1);
        LsaClose(policy);
    }
    return status == 0 ||
           error_code(error, LsaNtStatusToWinError(status),
                      "'%s' could not be given the right to log on as a service", account->name);
}
