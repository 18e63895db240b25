#include "windows/protect.h"

#include "windows/text.h"
#include "windows/token.h"

#include <sddl.h>

/* PROCESS_ALL_ACCESS; and for everybody what "stdinetd stop" needs, SYNCHRONIZE and
   PROCESS_QUERY_LIMITED_INFORMATION, to wait for the end and take the exit code. */
static const wchar_t administrators[] =
    L"O:BAD:P(A;;0x1fffff;;;BA)(A;;0x1fffff;;;SY)(A;;0x101000;;;WD)";

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
