#include "windows/system_library.h"

#include <winsock2.h>
#include <windows.h>

void (*system_function(const wchar_t *library, const char *name))(void)
{
    HMODULE module = LoadLibraryExW(library, NULL, LOAD_LIBRARY_SEARCH_SYSTEM32);

    return module == NULL ? NULL : (void (*)(void))GetProcAddress(module, name);
}
