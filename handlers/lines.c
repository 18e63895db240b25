/* lines: numbers the lines of its input, and leaves every byte of them as it is: "\r\n" or "\n" at
   their ends, zeros, byte 26. The model of a filter. */

#include <fcntl.h>
#include <io.h>
#include <stdio.h>

int main(void)
{
    static char block[65536];
    unsigned long long number = 0;
    int at_start = 1; /* of a line */
    int count;

    /* Binary mode on both sides. In text mode "\r\n" would come in as "\n", every "\n" would go out
       as "\r\n", and byte 26 would be the end of input. */
    _setmode(_fileno(stdin), _O_BINARY);
    _setmode(_fileno(stdout), _O_BINARY);

    /* _read takes what has come; then all of the answer to it goes out at once. So a client that
       waits after each line has its answer, and a large file is not sent byte by byte. */
    while ((count = _read(_fileno(stdin), block, sizeof block)) > 0) {
        for (int i = 0; i < count; i++) {
            if (at_start)
                printf("%llu\t", ++number);
            putchar(block[i]);
            at_start = block[i] == '\n';
        }
        if (fflush(stdout) != 0)
            return 1; /* the client is gone */
    }
    return count == 0 ? 0 : 1;
}
