#include "probe.h"

#include <fcntl.h>
#include <io.h>
#include <stdarg.h>
#include <stdio.h>
#include <windows.h>

static const struct mode {
    const wchar_t *name;
    int (*run)(wchar_t **arguments);
} modes[] = {
    {L"allocate", probe_allocate},
    {L"arguments", probe_arguments},
    {L"break-away", probe_break_away},
    {L"close-stdin", probe_close_stdin},
    {L"close-stdout", probe_close_stdout},
    {L"console", probe_console},
    {L"crash", probe_crash},
    {L"deaf", probe_deaf},
    {L"duplex", probe_duplex},
    {L"early", probe_early},
    {L"echo-but", probe_echo_but},
    {L"echo-for-ever", probe_echo_for_ever},
    {L"echo-late", probe_echo_late},
    {L"echo-lines", probe_echo_lines},
    {L"echo-on-pipe", probe_echo_on_pipe},
    {L"echo-on-socket", probe_echo_on_socket},
    {L"echo-text", probe_echo_text},
    {L"echo-threads", probe_echo_threads},
    {L"environment", probe_environment},
    {L"exit", probe_exit},
    {L"flood", probe_flood},
    {L"folder", probe_folder},
    {L"handles", probe_handles},
    {L"hang", probe_hang},
    {L"limits", probe_limits},
    {L"parent", probe_parent},
    {L"peer", probe_peer},
    {L"polite", probe_polite},
    {L"priority", probe_priority},
    {L"rights", probe_rights},
    {L"sink", probe_sink},
    {L"socket", probe_socket},
    {L"spin", probe_spin},
    {L"stderr", probe_stderr},
    {L"stderr-binary", probe_stderr_binary},
    {L"stderr-flood", probe_stderr_flood},
    {L"stderr-handle", probe_stderr_handle},
    {L"stderr-long", probe_stderr_long},
};

void say(const wchar_t *format, ...)
{
    wchar_t text[8192];
    char line[3 * 8192];
    va_list values;
    int length;

    va_start(values, format);
    if (vswprintf(text, sizeof text / sizeof text[0], format, values) < 0)
        text[0] = L'\0'; /* too long */
    va_end(values);
    length = WideCharToMultiByte(CP_UTF8, 0, text, -1, line, sizeof line, NULL, NULL);
    if (length > 0) {
        line[length - 1] = '\n'; /* in the place of its NUL */
        _write(1, line, (unsigned)length);
    }
}

size_t hear(char *line, size_t size)
{
    size_t length = 0;

    while (length < size - 1 && _read(0, line + length, 1) == 1 && line[length] != '\n')
        length++;
    line[length] = '\0';
    return length;
}

int wmain(int argc, wchar_t **argv)
{
    _setmode(0, _O_BINARY);
    _setmode(1, _O_BINARY);
    for (size_t i = 0; argc > 1 && i < sizeof modes / sizeof modes[0]; i++) {
        if (wcscmp(argv[1], modes[i].name) == 0)
            return modes[i].run(argv + 2);
    }
    fputs("usage: probe MODE [ARGUMENT]; see probe.h\n", stderr);
    return 2;
}
