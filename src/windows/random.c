#include "windows/random.h"

#include <winsock2.h>
#include <windows.h>

#include <bcrypt.h>

bool random_bytes(void *block, size_t size)
{
    NTSTATUS status = BCryptGenRandom(NULL, block, (ULONG)size, BCRYPT_USE_SYSTEM_PREFERRED_RNG);

    if (status >= 0)
        return true;
    SetLastError(ERROR_GEN_FAILURE);
    return false;
}
