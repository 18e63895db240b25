#include "windows/station.h"

#include "windows/system_library.h"
#include "windows/text.h"

#include <aclapi.h>

/* What a program without windows on the screen needs, and no more: not to read the screen, not to
   switch desktops, not to change who may come. */
#define STATION_ACCESS                                                                             \
    (WINSTA_ACCESSCLIPBOARD | WINSTA_ACCESSGLOBALATOMS | WINSTA_CREATEDESKTOP |                    \
     WINSTA_ENUMDESKTOPS | WINSTA_ENUMERATE | WINSTA_READATTRIBUTES | READ_CONTROL)
#define DESKTOP_ACCESS                                                                             \
    (DESKTOP_CREATEMENU | DESKTOP_CREATEWINDOW | DESKTOP_ENUMERATE | DESKTOP_READOBJECTS |         \
     DESKTOP_WRITEOBJECTS | READ_CONTROL)

static bool admit(HANDLE object, PSID sid, DWORD access, const char *what, struct error *error)
{
    EXPLICIT_ACCESSW entry = {.grfAccessPermissions = access,
                              .grfAccessMode = GRANT_ACCESS,
                              .grfInheritance = NO_INHERITANCE,
                              .Trustee = {.TrusteeForm = TRUSTEE_IS_SID,
                                          .TrusteeType = TRUSTEE_IS_UNKNOWN,
                                          .ptstrName = sid}};
    PSECURITY_DESCRIPTOR descriptor = NULL;
    ACL *before = NULL;
    ACL *after = NULL;

    DWORD code = GetSecurityInfo(object, SE_WINDOW_OBJECT, DACL_SECURITY_INFORMATION, NULL, NULL,
                                 &before, NULL, &descriptor);
    if (code == ERROR_SUCCESS)
        code = SetEntriesInAclW(1, &entry, before, &after);
    if (code == ERROR_SUCCESS)
        code = SetSecurityInfo(object, SE_WINDOW_OBJECT, DACL_SECURITY_INFORMATION, NULL, NULL,
                               after, NULL);
    LocalFree(after);
    LocalFree(descriptor);
    return code == ERROR_SUCCESS || error_code(error, code, "SetSecurityInfo of the %s", what);
}

bool station_admit(PSID sid, struct error *error)
{
    HWINSTA(WINAPI * station)
    (void) = (HWINSTA(WINAPI *)(void))system_function(L"user32.dll", "GetProcessWindowStation");
    HDESK(WINAPI * desktop)
    (DWORD) = (HDESK(WINAPI *)(DWORD))system_function(L"user32.dll", "GetThreadDesktop");

    if (station == NULL || desktop == NULL)
        return error_windows(error, "user32.dll");
    return admit(station(), sid, STATION_ACCESS, "window station", error) &&
           admit(desktop(GetCurrentThreadId()), sid, DESKTOP_ACCESS, "desktop", error);
}
