#include "windows/stack.h"

#include <winsock2.h>
#include <windows.h>

#include <stdint.h>

enum {
    PAGE_SIZE = 4096,
    CALL_SIZE = 4 * PAGE_SIZE /* the calls from here on need some of it themselves */
};

/* Up from its end: what it may still take, a guard page, and what it has taken. */
void stack_trim(void)
{
    ULONG_PTR limit, top;
    MEMORY_BASIC_INFORMATION region;

    GetCurrentThreadStackLimits(&limit, &top);
    char *end = (char *)((uintptr_t)&limit & ~(uintptr_t)(PAGE_SIZE - 1)) - CALL_SIZE;
    char *start = (char *)limit;
    while (start < end && VirtualQuery(start, &region, sizeof region) != 0 &&
           (region.State != MEM_COMMIT || region.Protect != PAGE_READWRITE))
        start += region.RegionSize;
    if (start < end)
        VirtualAlloc(start, (SIZE_T)(end - start), MEM_RESET, PAGE_READWRITE);
}
