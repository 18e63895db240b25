#include "windows/access_list.h"

#include "core/memory.h"
#include "windows/text.h"
#include "windows/token.h"

#include <aclapi.h>
#include <sddl.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

/* What inherits: files of the system and of administrators are theirs; whoever makes one may change
   it (0x1301bf: all but taking it over). Nothing comes from the folder above (P). */
static const wchar_t folder_descriptor[] =
    L"O:BAG:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OIIO;0x1301bf;;;CO)";

enum {
    SERVICE_IN_FOLDER = FILE_LIST_DIRECTORY | FILE_ADD_FILE | FILE_TRAVERSE | FILE_READ_ATTRIBUTES |
                        FILE_READ_EA | READ_CONTROL | SYNCHRONIZE,
    CHANGES =
        FILE_WRITE_DATA | FILE_APPEND_DATA | DELETE | WRITE_DAC | WRITE_OWNER | FILE_DELETE_CHILD
};

static GENERIC_MAPPING file_rights = {FILE_GENERIC_READ, FILE_GENERIC_WRITE, FILE_GENERIC_EXECUTE,
                                      FILE_ALL_ACCESS};

/* --- who is trusted */

/* NT SERVICE\TrustedInstaller, to whom Windows' own files belong */
static const wchar_t installer[] =
    L"S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464";

static bool is_sid(PSID sid, const wchar_t *text)
{
    PSID other = NULL;
    bool equal = ConvertStringSidToSidW(text, &other) && EqualSid(sid, other);

    LocalFree(other);
    return equal;
}

static bool is_administrator(PSID sid)
{
    return IsWellKnownSid(sid, WinLocalSystemSid) ||
           IsWellKnownSid(sid, WinBuiltinAdministratorsSid) || is_sid(sid, installer);
}

/* The owner of what this process makes, where it may act as administrator (Wine 8 knows no other
   owner). */
static bool is_own(PSID sid)
{
    return token_is_administrator() && token_is_user(sid);
}

static char *name_of(PSID sid)
{
    wchar_t name[256];
    wchar_t domain[256];
    DWORD name_units = ARRAYSIZE(name);
    DWORD domain_units = ARRAYSIZE(domain);
    SID_NAME_USE use;
    wchar_t *text = NULL;
    char *result;

    if (LookupAccountSidW(NULL, sid, name, &name_units, domain, &domain_units, &use)) {
        char *utf8 = utf8_from_wide(name);
        char *before = utf8_from_wide(domain);
        result = before[0] != '\0' ? memory_format("%s\\%s", before, utf8) : memory_copy(utf8);
        free(before);
        free(utf8);
    } else {
        result =
            ConvertSidToStringSidW(sid, &text) ? utf8_from_wide(text) : memory_copy("somebody");
        LocalFree(text);
    }
    return result;
}

/* --- a folder of our own */

/* The folder itself, not where a link leads. INVALID_HANDLE_VALUE where it cannot be had. */
static HANDLE open_folder(const wchar_t *path, DWORD access)
{
    return CreateFileW(path, access, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                       OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT,
                       NULL);
}

static bool check_open_folder(HANDLE folder, const char *path, struct error *error)
{
    BY_HANDLE_FILE_INFORMATION information;
    PSECURITY_DESCRIPTOR descriptor = NULL;
    PSID owner = NULL;
    bool good = false;

    if (!GetFileInformationByHandle(folder, &information))
        return error_windows(error, "GetFileInformationByHandle %s", path);
    if (!(information.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) ||
        (information.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT))
        return error_set(error, "%s is no folder, but a file or a link: remove it first", path);
    DWORD code = GetSecurityInfo(folder, SE_FILE_OBJECT, OWNER_SECURITY_INFORMATION, &owner, NULL,
                                 NULL, NULL, &descriptor);
    if (code != ERROR_SUCCESS)
        error_code(error, code, "GetSecurityInfo %s", path);
    else if (owner != NULL && (is_administrator(owner) || is_own(owner)))
        good = true;
    else {
        char *name = owner != NULL ? name_of(owner) : memory_copy("nobody");
        error_set(error,
                  "the folder %s belongs to %s, who is no administrator and may have put anything "
                  "into it: look what is in there, then remove it",
                  path, name);
        free(name);
    }
    LocalFree(descriptor);
    return good;
}

bool access_list_check_folder(const char *path, struct error *error)
{
    wchar_t *wide = wide_from_utf8(path);
    HANDLE folder = open_folder(wide, READ_CONTROL | FILE_READ_ATTRIBUTES);
    DWORD code = GetLastError();
    bool good = true;

    free(wide);
    if (folder == INVALID_HANDLE_VALUE)
        return code == ERROR_FILE_NOT_FOUND || code == ERROR_PATH_NOT_FOUND ||
               error_code(error, code, "CreateFile %s", path);
    good = check_open_folder(folder, path, error);
    CloseHandle(folder);
    return good;
}

static bool is_service(PSID sid)
{
    static SID_IDENTIFIER_AUTHORITY nt = SECURITY_NT_AUTHORITY;

    return memcmp(GetSidIdentifierAuthority(sid), &nt, sizeof nt) == 0 &&
           *GetSidSubAuthorityCount(sid) > 0 &&
           *GetSidSubAuthority(sid, 0) == SECURITY_SERVICE_ID_BASE_RID;
}

/* Whether an entry that the folder has by now may stay: what other services of ours got, what
   somebody has denied, and what lets nobody change anything. */
static bool may_stay(const ACCESS_ALLOWED_ACE *ace)
{
    DWORD rights = ace->Mask;

    if (ace->Header.AceFlags & INHERITED_ACE)
        return false;
    if (ace->Header.AceType == ACCESS_DENIED_ACE_TYPE)
        return true;
    MapGenericMask(&rights, &file_rights);
    return ace->Header.AceType == ACCESS_ALLOWED_ACE_TYPE &&
           (is_service((PSID)&ace->SidStart) || !(rights & CHANGES));
}

/* Appends the entries of a list, but for those of service. */
static bool copy_entries(ACL *to, ACL *from, PSID service, bool all)
{
    bool good = true;

    for (DWORD i = 0; from != NULL && good && i < from->AceCount; i++) {
        void *entry = NULL;

        if (!GetAce(from, i, &entry))
            return false;
        ACCESS_ALLOWED_ACE *ace = entry;
        if ((all || may_stay(ace)) && (service == NULL || !EqualSid((PSID)&ace->SidStart, service)))
            good = AddAce(to, ACL_REVISION, MAXDWORD, ace, ace->Header.AceSize);
    }
    return good;
}

/* The caller frees it. The entries for service are made here one by one: were they combined, it
   might change files that it has not made. */
static ACL *make_list(ACL *ours, ACL *before, PSID service, bool give)
{
    DWORD size = (DWORD)sizeof(ACL) + ours->AclSize + (before != NULL ? before->AclSize : 0) +
                 2 * (DWORD)(sizeof(ACCESS_ALLOWED_ACE) + SECURITY_MAX_SID_SIZE);
    ACL *list = memory_zeroed(1, size);
    bool good = InitializeAcl(list, size, ACL_REVISION) &&
                copy_entries(list, before, service, false) && copy_entries(list, ours, NULL, true);

    if (good && give)
        good = AddAccessAllowedAceEx(list, ACL_REVISION, 0, SERVICE_IN_FOLDER, service) &&
               AddAccessAllowedAceEx(list, ACL_REVISION, OBJECT_INHERIT_ACE | INHERIT_ONLY_ACE,
                                     FILE_GENERIC_READ, service);
    if (good)
        return list;
    free(list);
    return NULL;
}

ACL *access_list_for_folder(ACL *before, PSID service, bool give)
{
    PSECURITY_DESCRIPTOR descriptor = NULL;
    BOOL present = FALSE;
    BOOL defaulted = FALSE;
    ACL *ours = NULL;
    ACL *list = NULL;

    if (ConvertStringSecurityDescriptorToSecurityDescriptorW(folder_descriptor, SDDL_REVISION_1,
                                                             &descriptor, NULL) &&
        GetSecurityDescriptorDacl(descriptor, &present, &ours, &defaulted) && present)
        list = make_list(ours, before, service, give);
    LocalFree(descriptor);
    return list;
}

/* Gives the folder the list that it shall have with the service, or without. */
static bool set_list(HANDLE folder, PSID service, bool give, const char *path, struct error *error)
{
    PSECURITY_DESCRIPTOR descriptor = NULL;
    ACL *before = NULL;
    ACL *after = NULL;
    DWORD code = GetSecurityInfo(folder, SE_FILE_OBJECT, DACL_SECURITY_INFORMATION, NULL, NULL,
                                 &before, NULL, &descriptor);

    if (code == ERROR_SUCCESS) {
        after = access_list_for_folder(before, service, give);
        code =
            after == NULL
                ? GetLastError()
                : SetSecurityInfo(folder, SE_FILE_OBJECT,
                                  DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION,
                                  NULL, NULL, after, NULL);
    }
    free(after);
    LocalFree(descriptor);
    return code == ERROR_SUCCESS || error_code(error, code, "the access list of %s", path);
}

static bool secure(const wchar_t *wide, const char *path, PSECURITY_DESCRIPTOR descriptor,
                   PSID service, bool *made, struct error *error)
{
    SECURITY_ATTRIBUTES security = {.nLength = sizeof security, .lpSecurityDescriptor = descriptor};

    *made = CreateDirectoryW(wide, &security);
    if (!*made && GetLastError() != ERROR_ALREADY_EXISTS)
        return error_windows(error, "CreateDirectory %s", path);
    HANDLE folder = open_folder(wide, READ_CONTROL | WRITE_DAC | FILE_READ_ATTRIBUTES);
    if (folder == INVALID_HANDLE_VALUE)
        return error_windows(error, "CreateFile %s", path);
    bool good =
        check_open_folder(folder, path, error) && set_list(folder, service, true, path, error);
    CloseHandle(folder);
    return good;
}

bool access_list_secure_folder(const char *path, PSID service, bool *made, struct error *error)
{
    PSECURITY_DESCRIPTOR descriptor = NULL;
    wchar_t *wide = wide_from_utf8(path);

    *made = false;
    bool good = ConvertStringSecurityDescriptorToSecurityDescriptorW(
                    folder_descriptor, SDDL_REVISION_1, &descriptor, NULL)
                    ? secure(wide, path, descriptor, service, made, error)
                    : error_windows(error, "the access list of %s", path);

    if (!good && *made)
        RemoveDirectoryW(wide);
    LocalFree(descriptor);
    free(wide);
    return good;
}

void access_list_leave_folder(const char *path, PSID service)
{
    struct error error;
    wchar_t *wide = wide_from_utf8(path);
    HANDLE folder = open_folder(wide, READ_CONTROL | WRITE_DAC | FILE_READ_ATTRIBUTES);

    if (folder != INVALID_HANDLE_VALUE) {
        if (service != NULL && check_open_folder(folder, path, &error))
            set_list(folder, service, false, path, &error);
        CloseHandle(folder);
    }
    RemoveDirectoryW(wide); /* refuses where something is in it */
    free(wide);
}

/* --- what others let happen */

/* The caller frees it with LocalFree. NULL where it cannot be read. */
static PSECURITY_DESCRIPTOR descriptor_of(const char *path)
{
    wchar_t *wide = wide_from_utf8(path);
    PSECURITY_DESCRIPTOR descriptor = NULL;

    if (GetNamedSecurityInfoW(wide, SE_FILE_OBJECT,
                              OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION, NULL, NULL,
                              NULL, NULL, &descriptor) != ERROR_SUCCESS)
        descriptor = NULL;
    free(wide);
    return descriptor;
}

static ACL *list_in(PSECURITY_DESCRIPTOR descriptor)
{
    BOOL present = FALSE;
    BOOL defaulted = FALSE;
    ACL *list = NULL;

    return GetSecurityDescriptorDacl(descriptor, &present, &list, &defaulted) && present ? list
                                                                                         : NULL;
}

/* One entry of a list; NULL where it has no effect on the object itself or is of another kind. */
static const ACCESS_ALLOWED_ACE *entry_at(ACL *list, DWORD index, DWORD *rights)
{
    void *entry = NULL;

    if (!GetAce(list, index, &entry))
        return NULL;
    const ACCESS_ALLOWED_ACE *ace = entry; /* a denying one looks the same */
    if ((ace->Header.AceFlags & INHERIT_ONLY_ACE) ||
        (ace->Header.AceType != ACCESS_ALLOWED_ACE_TYPE &&
         ace->Header.AceType != ACCESS_DENIED_ACE_TYPE))
        return NULL;
    *rights = ace->Mask;
    MapGenericMask(rights, &file_rights);
    return ace;
}

char *access_list_writer_in(PSECURITY_DESCRIPTOR descriptor)
{
    PSID owner = NULL;
    BOOL defaulted = FALSE;
    ACL *list = list_in(descriptor);
    char *name = NULL;

    if (list == NULL)
        return memory_copy("everybody");
    GetSecurityDescriptorOwner(descriptor, &owner, &defaulted);
    if (owner != NULL && !is_administrator(owner) && !is_own(owner))
        name = name_of(owner);
    for (DWORD i = 0; name == NULL && i < list->AceCount; i++) {
        DWORD rights = 0;
        const ACCESS_ALLOWED_ACE *ace = entry_at(list, i, &rights);

        if (ace == NULL || ace->Header.AceType != ACCESS_ALLOWED_ACE_TYPE || !(rights & CHANGES))
            continue;
        PSID sid = (PSID)&ace->SidStart;
        if (!is_administrator(sid) && !is_own(sid) && !IsWellKnownSid(sid, WinCreatorOwnerSid))
            name = name_of(sid);
    }
    return name;
}

char *access_list_foreign_writer(const char *path)
{
    PSECURITY_DESCRIPTOR descriptor = descriptor_of(path);
    char *name = descriptor != NULL ? access_list_writer_in(descriptor) : NULL;

    LocalFree(descriptor);
    return name;
}

/* Whether an entry for sid holds for the account. */
static bool holds_for(PSID sid, PSID account)
{
    static const WELL_KNOWN_SID_TYPE everybody[] = {WinWorldSid, WinAuthenticatedUserSid,
                                                    WinBuiltinUsersSid, WinServiceSid};

    if (EqualSid(sid, account))
        return true;
    for (size_t i = 0; i < ARRAYSIZE(everybody); i++)
        if (IsWellKnownSid(sid, everybody[i]))
            return true;
    return IsWellKnownSid(account, WinLocalSystemSid) &&
           IsWellKnownSid(sid, WinBuiltinAdministratorsSid);
}

bool access_list_readable_in(PSECURITY_DESCRIPTOR descriptor, PSID account, bool execute)
{
    ACL *list = list_in(descriptor);
    DWORD open = FILE_READ_DATA | (execute ? FILE_EXECUTE : 0);
    DWORD denied = 0;

    for (DWORD i = 0; list != NULL && i < list->AceCount; i++) {
        DWORD rights = 0;
        const ACCESS_ALLOWED_ACE *ace = entry_at(list, i, &rights);

        if (ace == NULL || !holds_for((PSID)&ace->SidStart, account))
            continue;
        if (ace->Header.AceType == ACCESS_DENIED_ACE_TYPE)
            denied |= rights;
        else
            open &= ~(rights & ~denied);
    }
    return list == NULL || open == 0;
}

bool access_list_may_read(const char *path, PSID account, bool execute)
{
    PSECURITY_DESCRIPTOR descriptor = descriptor_of(path);
    bool may = descriptor == NULL || access_list_readable_in(descriptor, account, execute);

    LocalFree(descriptor);
    return may;
}
