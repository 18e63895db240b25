#include "windows/standard_error.h"

struct standard_error standard_error_get(void)
{
    struct standard_error output = {.handle = GetStdHandle(STD_ERROR_HANDLE)};
    DWORD mode;

    output.is_console = GetConsoleMode(output.handle, &mode);
    return output;
}

/* Console output is converted here, because a console's code page is what its user (or a handler
   that shares it) made it. */
static void write_console(HANDLE output, const char *text, size_t length)
{
    while (length > 0) {
        wchar_t wide[2048];
        size_t part = length < 2000 ? length : 2000;
        DWORD written;

        while (part < length && part > 1900 && ((unsigned char)text[part] & 0xC0) == 0x80)
            part--;
        int units = MultiByteToWideChar(CP_UTF8, 0, text, (int)part, wide, ARRAYSIZE(wide));
        if (!WriteConsoleW(output, wide, (DWORD)units, &written, NULL))
            return;
        text += part;
        length -= part;
    }
}

void standard_error_write(const struct standard_error *output, const char *text, size_t length)
{
    if (output->is_console) {
        write_console(output->handle, text, length);
        return;
    }
    while (length > 0) {
        DWORD written = 0;
        if (!WriteFile(output->handle, text, (DWORD)length, &written, NULL) || written == 0)
            return; /* nobody reads any more: there is no place left to say so */
        text += written;
        length -= written;
    }
}
