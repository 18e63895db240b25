#include "windows/logon.h"

#include "core/ascii.h"
#include "core/memory.h"
#include "windows/secret.h"
#include "windows/system_library.h"
#include "windows/text.h"

#include <stdlib.h>
#include <string.h>
#include <userenv.h>

/* --- userenv.dll */

static void (*userenv(const char *name))(void)
{
    return system_function(L"userenv.dll", name);
}

static BOOL load_profile(HANDLE token, PROFILEINFOW *profile)
{
    BOOL(WINAPI * load)
    (HANDLE, PROFILEINFOW *) = (BOOL(WINAPI *)(HANDLE, PROFILEINFOW *))userenv("LoadUserProfileW");

    return load != NULL && load(token, profile);
}

static void unload_profile(HANDLE token, HANDLE profile)
{
    BOOL(WINAPI * unload)
    (HANDLE, HANDLE) = (BOOL(WINAPI *)(HANDLE, HANDLE))userenv("UnloadUserProfile");

    if (unload != NULL)
        unload(token, profile);
}

static void *create_environment(HANDLE token)
{
    BOOL(WINAPI * create)
    (void **, HANDLE, BOOL) =
        (BOOL(WINAPI *)(void **, HANDLE, BOOL))userenv("CreateEnvironmentBlock");
    void *block = NULL;

    return create != NULL && create(&block, token, FALSE) ? block : NULL;
}

static void destroy_environment(void *block)
{
    BOOL(WINAPI * destroy)
    (void *) = (BOOL(WINAPI *)(void *))userenv("DestroyEnvironmentBlock");

    if (destroy != NULL)
        destroy(block);
}

/* --- names */

/* The accounts of Windows itself that need no password. */
static const char *well_known(const char *account)
{
    static const char *const names[] = {"LocalService", "NetworkService"};

    for (size_t i = 0; i < ARRAYSIZE(names); i++)
        if (ascii_compare(account, names[i]) == 0)
            return names[i];
    return NULL;
}

/* What LogonUser wants: a name, and its domain, "." being this machine; NULL where the name says
   it itself. The caller frees both. */
static void split_account(const char *account, wchar_t **name, wchar_t **domain)
{
    const char *backslash = strchr(account, '\\');

    *domain = NULL;
    if (backslash != NULL) {
        char *text = memory_format("%.*s", (int)(backslash - account), account);
        *domain = wide_from_utf8(text);
        free(text);
    } else if (strchr(account, '@') == NULL) {
        *domain = wide_from_utf8(".");
    }
    *name = wide_from_utf8(backslash == NULL ? account : backslash + 1);
}

/* --- logging on */

static bool explain(struct error *error, DWORD code, const char *account)
{
    if (code == ERROR_LOGON_FAILURE)
        return error_code(error, code,
                          "LogonUser (is there such an account, and is its password the one that "
                          "'stdinetd password %s' stored?)",
                          account);
    if (code == ERROR_LOGON_TYPE_NOT_GRANTED)
        return error_code(error, code,
                          "LogonUser (the account needs the right to log on as a batch job, or as "
                          "a service)");
    return error_code(error, code, "LogonUser");
}

static bool log_on(struct logon *logon, const char *account, const wchar_t *password,
                   struct error *error)
{
    wchar_t *name;
    wchar_t *domain;

    split_account(account, &name, &domain);
    bool good = LogonUserW(name, domain, password, LOGON32_LOGON_BATCH, LOGON32_PROVIDER_DEFAULT,
                           &logon->token);
    if (!good && GetLastError() == ERROR_LOGON_TYPE_NOT_GRANTED)
        good = LogonUserW(name, domain, password, LOGON32_LOGON_SERVICE, LOGON32_PROVIDER_DEFAULT,
                          &logon->token);
    DWORD code = GetLastError();
    if (good) {
        PROFILEINFOW profile = {.dwSize = sizeof profile, .dwFlags = PI_NOUI, .lpUserName = name};

        good = load_profile(logon->token, &profile) || error_windows(error, "LoadUserProfile");
        logon->profile = good ? profile.hProfile : NULL;
    } else {
        logon->token = NULL;
        explain(error, code, account);
    }
    free(name);
    free(domain);
    return good;
}

static bool log_on_well_known(struct logon *logon, const char *name, struct error *error)
{
    wchar_t *wide = wide_from_utf8(name);
    bool good = LogonUserW(wide, L"NT AUTHORITY", NULL, LOGON32_LOGON_SERVICE,
                           LOGON32_PROVIDER_DEFAULT, &logon->token);

    if (!good) {
        logon->token = NULL;
        error_windows(error, "LogonUser");
    }
    free(wide);
    return good;
}

static bool log_on_with_secret(struct logon *logon, const char *account, struct error *error)
{
    wchar_t *password = secret_read(account, error);

    if (password == NULL) {
        struct error reason = *error;
        return error_set(error, "%s (an administrator stores it with 'stdinetd password %s')",
                         reason.text, account);
    }
    bool good = log_on(logon, account, password, error);
    secret_free(password);
    return good;
}

bool logon_open(struct logon *logon, const char *account, struct error *error)
{
    const char *name = well_known(account);

    if (!(name != NULL ? log_on_well_known(logon, name, error)
                       : log_on_with_secret(logon, account, error)))
        return false;
    wchar_t *block = create_environment(logon->token);
    if (block == NULL)
        return error_windows(error, "CreateEnvironmentBlock");
    logon->environment = utf8_block_from_wide(block);
    destroy_environment(block);
    return true;
}

void logon_close(struct logon *logon)
{
    if (logon->profile != NULL)
        unload_profile(logon->token, logon->profile);
    if (logon->token != NULL)
        CloseHandle(logon->token);
    free(logon->environment);
    *logon = (struct logon){0};
}
