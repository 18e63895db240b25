#include "windows/token.h"

#include "core/memory.h"
#include "windows/handle.h"
#include "windows/station.h"
#include "windows/text.h"

#include <stdlib.h>

enum { SERVICE_SID_PARTS = 6 };

/* SIDs of a fixed size, aligned as a SID must be. */
union sid {
    SID sid;
    BYTE room[SECURITY_MAX_SID_SIZE];
};

/* --- asking */

void *token_query(HANDLE token, TOKEN_INFORMATION_CLASS kind)
{
    HANDLE own = NULL;
    DWORD size = 0;
    void *information = NULL;

    if (token == NULL && !OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &own))
        return NULL;
    GetTokenInformation(token == NULL ? own : token, kind, NULL, 0, &size);
    if (size > 0) /* else it is no question of the size */
        information = calloc(1, size);
    bool good = information != NULL &&
                GetTokenInformation(token == NULL ? own : token, kind, information, size, &size);
    DWORD code = size > 0 && information == NULL ? ERROR_NOT_ENOUGH_MEMORY : GetLastError();
    if (own != NULL)
        CloseHandle(own);
    if (good)
        return information;
    free(information);
    SetLastError(code);
    return NULL;
}

static void *query(HANDLE token, TOKEN_INFORMATION_CLASS kind, struct error *error)
{
    void *information = token_query(token, kind);

    if (information == NULL)
        error_windows(error, "GetTokenInformation %d", (int)kind);
    return information;
}

static bool make_sid(union sid *sid, WELL_KNOWN_SID_TYPE kind)
{
    DWORD size = sizeof *sid;

    return CreateWellKnownSid(kind, NULL, &sid->sid, &size);
}

bool token_is_administrator(void)
{
    union sid administrators;
    BOOL member = FALSE;

    return make_sid(&administrators, WinBuiltinAdministratorsSid) &&
           CheckTokenMembership(NULL, &administrators.sid, &member) && member;
}

bool token_is_user(PSID sid)
{
    TOKEN_USER *user = token_query(NULL, TokenUser);
    bool is = user != NULL && EqualSid(user->User.Sid, sid);

    free(user);
    return is;
}

bool token_is_local_system(void)
{
    union sid system;

    return make_sid(&system, WinLocalSystemSid) && token_is_user(&system.sid);
}

bool token_is_service(void)
{
    TOKEN_GROUPS *groups = token_query(NULL, TokenGroups);
    bool is = false;

    for (DWORD i = 0; groups != NULL && i < groups->GroupCount; i++)
        is = is || IsWellKnownSid(groups->Groups[i].Sid, WinServiceSid);
    free(groups);
    return is || token_is_local_system();
}

/* --- taking away */

/* What a token says of itself before it is restricted. */
struct original {
    HANDLE token;
    TOKEN_USER *user;
    TOKEN_GROUPS *groups;
    TOKEN_PRIVILEGES *privileges;
};

static bool original_read(struct original *original, HANDLE token, struct error *error)
{
    const DWORD rights =
        TOKEN_QUERY | TOKEN_DUPLICATE | TOKEN_ASSIGN_PRIMARY | TOKEN_ADJUST_DEFAULT;

    HANDLE self = GetCurrentProcess();
    bool open = token == NULL
                    ? OpenProcessToken(self, rights, &original->token)
                    : DuplicateHandle(self, token, self, &original->token, rights, FALSE, 0);
    if (!open) {
        error_windows(error, token == NULL ? "OpenProcessToken" : "DuplicateHandle of a token");
        return false;
    }
    original->user = query(original->token, TokenUser, error);
    original->groups = query(original->token, TokenGroups, error);
    original->privileges = query(original->token, TokenPrivileges, error);
    return original->user != NULL && original->groups != NULL && original->privileges != NULL;
}

static void original_free(struct original *original)
{
    free(original->user);
    free(original->groups);
    free(original->privileges);
    if (original->token != NULL)
        CloseHandle(original->token);
}

/* "NT SERVICE\NAME", but not the group of all services. */
static bool is_service_sid(PSID sid)
{
    const SID_IDENTIFIER_AUTHORITY authority = SECURITY_NT_AUTHORITY;

    return memcmp(GetSidIdentifierAuthority(sid), &authority, sizeof authority) == 0 &&
           *GetSidSubAuthorityCount(sid) == SERVICE_SID_PARTS &&
           *GetSidSubAuthority(sid, 0) == SECURITY_SERVICE_ID_BASE_RID;
}

/* The SIDs that are to grant nothing any more; room holds one for each group and one more. */
static DWORD list_denied(const struct original *original, SID_AND_ATTRIBUTES *room)
{
    DWORD count = 0;

    if (is_service_sid(original->user->User.Sid))
        room[count++].Sid = original->user->User.Sid;
    for (DWORD i = 0; i < original->groups->GroupCount; i++) {
        PSID sid = original->groups->Groups[i].Sid;

        if (IsWellKnownSid(sid, WinBuiltinAdministratorsSid) || is_service_sid(sid))
            room[count++].Sid = sid;
    }
    return count;
}

/* All but the one without which no folder on the way to a file could be passed. */
static DWORD list_privileges(const struct original *original, LUID_AND_ATTRIBUTES *room)
{
    LUID kept = {0};
    DWORD count = 0;

    LookupPrivilegeValueW(NULL, SE_CHANGE_NOTIFY_NAME, &kept);
    for (DWORD i = 0; i < original->privileges->PrivilegeCount; i++) {
        const LUID_AND_ATTRIBUTES *privilege = &original->privileges->Privileges[i];

        if (memcmp(&privilege->Luid, &kept, sizeof kept) != 0)
            room[count++] = *privilege;
    }
    return count;
}

/* DISABLE_MAX_PRIVILEGE is all that Windows needs, and it ignores the list then; Wine 8 ignores the
   flag. */
static HANDLE make_token(const struct original *original, bool drop, struct error *error)
{
    SID_AND_ATTRIBUTES *denied = memory_zeroed(original->groups->GroupCount + 1, sizeof *denied);
    LUID_AND_ATTRIBUTES *privileges =
        memory_zeroed(original->privileges->PrivilegeCount + 1, sizeof *privileges);
    DWORD denied_count = drop ? list_denied(original, denied) : 0;
    DWORD privilege_count = drop ? list_privileges(original, privileges) : 0;
    HANDLE token = NULL;

    if (!CreateRestrictedToken(original->token, drop ? DISABLE_MAX_PRIVILEGE : 0, denied_count,
                               denied, privilege_count, privileges, 0, NULL, &token)) {
        error_windows(error, "CreateRestrictedToken");
        token = NULL;
    }
    free(denied);
    free(privileges);
    return token;
}

/* --- what its processes make */

/* Who stands for the token in access lists: its user, or where that grants nothing its logon
   session. NULL where there is neither. */
static PSID holder_of(const struct original *original)
{
    if (!is_service_sid(original->user->User.Sid))
        return original->user->User.Sid;
    for (DWORD i = 0; i < original->groups->GroupCount; i++)
        if ((original->groups->Groups[i].Attributes & SE_GROUP_LOGON_ID) == SE_GROUP_LOGON_ID)
            return original->groups->Groups[i].Sid;
    return NULL;
}

/* The access list of an administrator's token names Administrators, so that its processes could
   not open what they have made themselves. */
static bool set_default_access(HANDLE token, PSID holder, struct error *error)
{
    union {
        ACL list;
        BYTE room[sizeof(ACL) + 2 * (sizeof(ACCESS_ALLOWED_ACE) + SECURITY_MAX_SID_SIZE)];
    } access;
    TOKEN_DEFAULT_DACL information = {.DefaultDacl = &access.list};
    union sid system;

    if (!make_sid(&system, WinLocalSystemSid) ||
        !InitializeAcl(&access.list, sizeof access, ACL_REVISION) ||
        !AddAccessAllowedAce(&access.list, ACL_REVISION, GENERIC_ALL, &system.sid) ||
        !AddAccessAllowedAce(&access.list, ACL_REVISION, GENERIC_ALL, holder) ||
        !SetTokenInformation(token, TokenDefaultDacl, &information, sizeof information))
        return error_windows(error, "SetTokenInformation TokenDefaultDacl");
    return true;
}

static bool set_access(HANDLE token, const struct original *original, struct error *error)
{
    PSID holder = holder_of(original);

    if (holder == NULL)
        return error_set(error, "the token of the server has neither a user nor a logon session");
    if (!set_default_access(token, holder, error))
        return false;
    /* Its window station belongs to the user, who does not count any more. */
    return holder == original->user->User.Sid || station_admit(holder, error);
}

static bool lower_integrity(HANDLE token, DWORD most, struct error *error)
{
    SID_IDENTIFIER_AUTHORITY authority = SECURITY_MANDATORY_LABEL_AUTHORITY;
    union sid level;
    TOKEN_MANDATORY_LABEL wanted = {{&level.sid, SE_GROUP_INTEGRITY}};
    TOKEN_MANDATORY_LABEL *now = query(token, TokenIntegrityLevel, error);

    if (now == NULL)
        return false;
    DWORD held = *GetSidSubAuthority(now->Label.Sid, 0);
    free(now);
    if (held <= most)
        return true;
    if (!InitializeSid(&level.sid, &authority, 1))
        return error_windows(error, "InitializeSid");
    *GetSidSubAuthority(&level.sid, 0) = most;
    if (!SetTokenInformation(token, TokenIntegrityLevel, &wanted,
                             (DWORD)sizeof wanted + GetLengthSid(&level.sid)))
        return error_windows(error, "SetTokenInformation TokenIntegrityLevel");
    return true;
}

HANDLE token_restrict(HANDLE original, const struct token_restriction *restriction,
                      struct error *error)
{
    struct original from = {0};
    HANDLE token = NULL;

    bool good = original_read(&from, original, error);
    if (good)
        token = make_token(&from, restriction->drop, error);
    good = token != NULL && (!restriction->drop || set_access(token, &from, error)) &&
           (restriction->integrity == 0 || lower_integrity(token, restriction->integrity, error));
    original_free(&from);
    if (!good)
        handle_close(&token);
    return token;
}
