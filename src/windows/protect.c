#include "windows/protect.h"

#include "windows/text.h"
#include "windows/token.h"

#include <sddl.h>

/* 0x1fffff is PROCESS_ALL_ACCESS. */
static const wchar_t administrators[] = L"O:BAD:P(A;;0x1fffff;;;BA)(A;;0x1fffff;;;SY)";

bool protect_own_process(struct error *error)
{
    PSECURITY_DESCRIPTOR descriptor = NULL;

    if (!token_is_administrator())
        return true;
    bool good =
        ConvertStringSecurityDescriptorToSecurityDescriptorW(administrators, SDDL_REVISION_1,
                                                             &descriptor, NULL) &&
        SetKernelObjectSecurity(GetCurrentProcess(),
                                OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION, descriptor);
    if (!good)
        error_windows(error, "SetKernelObjectSecurity of the server's process");
    LocalFree(descriptor);
    return good;
}
