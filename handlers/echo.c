/* echo: sends every byte back as it came (RFC 862). The model of a handler that works on bytes. */

#include <fcntl.h>
#include <io.h>
#include <windows.h>

#define STDIN  0
#define STDOUT 1

int main(void)
{
    /* Whole pages. (Any array would do on Windows. Wine 8 takes half of the address of a block that
       was written and had to wait for flags of the next read; an address that ends in zeros is
       harmless.) */
    const unsigned size = 65536;
    char *block = VirtualAlloc(NULL, size, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE);
    int count;

    if (block == NULL)
        return 1;

    /* In text mode, where every C program starts, the C library turns \n into \r\n on the way out
       and takes byte 26 (Ctrl-Z) for the end of input. For bytes both must be off. */
    _setmode(STDIN, _O_BINARY);
    _setmode(STDOUT, _O_BINARY);

    /* _read returns what has come so far, as soon as there is something; 0 is the end of input.
       fread would wait until the whole block is full, and the client would wait for its answer. */
    while ((count = _read(STDIN, block, size)) > 0) {
        if (_write(STDOUT, block, (unsigned)count) != count)
            return 1; /* the client is gone */
    }
    return count == 0 ? 0 : 1;
}
