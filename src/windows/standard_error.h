#ifndef STDINETD_WINDOWS_STANDARD_ERROR_H
#define STDINETD_WINDOWS_STANDARD_ERROR_H

#include <stdbool.h>
#include <stddef.h>
#include <winsock2.h>
#include <windows.h>

/* The stderr of this process: a console, a pipe, a file, or nothing. */
struct standard_error {
    HANDLE handle;
    bool is_console;
};

struct standard_error standard_error_get(void);

/* Writes UTF-8. Waits as long as nobody takes it; what nobody can take any more is lost. */
void standard_error_write(const struct standard_error *output, const char *text, size_t length);

#endif
