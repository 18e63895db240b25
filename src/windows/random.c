#define _CRT_RAND_S
#include "windows/random.h"

#include <stdlib.h>
#include <string.h>

bool random_bytes(void *block, size_t size)
{
    unsigned char *bytes = block;

    while (size > 0) {
        unsigned value;
        size_t part = size < sizeof value ? size : sizeof value;

        if (rand_s(&value) != 0)
            return false;
        memcpy(bytes, &value, part);
        bytes += part;
        size -= part;
    }
    return true;
}
