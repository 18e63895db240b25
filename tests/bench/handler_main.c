/* stdinetd-bench-handler: the program that the servers of the bench start. A program of its own,
   because the less it needs to start, the more a figure says about the server: it loads nothing but
   kernel32 and the C run-time library. */
#include "handler.h"

#include <wchar.h>

int wmain(int argc, wchar_t **argv)
{
    static const struct {
        const wchar_t *name;
        int (*serve)(HANDLE input, HANDLE output);
    } modes[] = {{L"line", handler_line},
                 {L"hold", handler_hold},
                 {L"bytes", handler_bytes},
                 {L"slow", handler_slow}};

    for (size_t i = 0; argc == 2 && i < ARRAYSIZE(modes); i++)
        if (wcscmp(modes[i].name, argv[1]) == 0)
            return modes[i].serve(GetStdHandle(STD_INPUT_HANDLE), GetStdHandle(STD_OUTPUT_HANDLE));
    return 2;
}
