/* A DLL that does not let its process start, as one does that is out of desktop heap. */
#include <winsock2.h>
#include <windows.h>

BOOL WINAPI DllMain(HINSTANCE self, DWORD reason, void *reserved)
{
    (void)self;
    (void)reserved;
    return reason != DLL_PROCESS_ATTACH;
}

__declspec(dllexport) int refusing_dll(void);

int refusing_dll(void)
{
    return 0;
}
