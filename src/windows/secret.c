#include "windows/secret.h"

#include "core/ascii.h"
#include "core/memory.h"
#include "windows/text.h"

#include <ntsecapi.h>
#include <stdlib.h>
#include <string.h>

/* L$ keeps it on this machine. */
static const char prefix[] = "L$stdinetd/";

static bool fail(struct error *error, NTSTATUS status, const char *call)
{
    return error_code(error, LsaNtStatusToWinError(status), "%s", call);
}

static LSA_UNICODE_STRING lsa_string(wchar_t *text)
{
    size_t bytes = wcslen(text) * sizeof *text;

    return (LSA_UNICODE_STRING){(USHORT)bytes, (USHORT)(bytes + sizeof *text), text};
}

static wchar_t *key_of(const char *account)
{
    if (strncmp(account, ".\\", 2) == 0)
        account += 2;
    char *text = memory_format("%s%s", prefix, account);
    for (char *c = text + strlen(prefix); *c != '\0'; c++)
        *c = (char)(*c == '\\' ? '/' : ascii_upper(*c)); /* it is the name of a registry key */
    wchar_t *key = wide_from_utf8(text);
    free(text);
    return key;
}

static LSA_HANDLE open_policy(ACCESS_MASK access, struct error *error)
{
    LSA_OBJECT_ATTRIBUTES attributes = {.Length = sizeof attributes};
    LSA_HANDLE policy = NULL;
    NTSTATUS status = LsaOpenPolicy(NULL, &attributes, access, &policy);

    if (status >= 0)
        return policy;
    fail(error, status, "LsaOpenPolicy");
    return NULL;
}

bool secret_store(const char *account, const wchar_t *password, struct error *error)
{
    LSA_HANDLE policy = open_policy(POLICY_CREATE_SECRET, error);

    if (policy == NULL)
        return false;
    wchar_t *key = key_of(account);
    LSA_UNICODE_STRING name = lsa_string(key);
    LSA_UNICODE_STRING value = {0};
    if (password != NULL)
        value = lsa_string((wchar_t *)password);
    NTSTATUS status = LsaStorePrivateData(policy, &name, password == NULL ? NULL : &value);
    free(key);
    LsaClose(policy);
    return status >= 0 || fail(error, status, "LsaStorePrivateData");
}

wchar_t *secret_read(const char *account, struct error *error)
{
    LSA_HANDLE policy = open_policy(POLICY_GET_PRIVATE_INFORMATION, error);

    if (policy == NULL)
        return NULL;
    wchar_t *key = key_of(account);
    LSA_UNICODE_STRING name = lsa_string(key);
    LSA_UNICODE_STRING *value = NULL;
    wchar_t *password = NULL;
    NTSTATUS status = LsaRetrievePrivateData(policy, &name, &value);
    if (status < 0) {
        fail(error, status, "LsaRetrievePrivateData");
    } else if (value == NULL) {
        error_set(error, "there is no password");
    } else {
        password = memory_zeroed(value->Length / sizeof *password + 1, sizeof *password);
        memcpy(password, value->Buffer, value->Length);
        SecureZeroMemory(value->Buffer, value->Length);
        LsaFreeMemory(value);
    }
    free(key);
    LsaClose(policy);
    return password;
}

void secret_free(wchar_t *password)
{
    if (password != NULL)
        SecureZeroMemory(password, wcslen(password) * sizeof *password);
    free(password);
}
