#include "windows/event_log.h"

#include "core/memory.h"
#include "windows/text.h"

#include <stdlib.h>

enum { MOST_TEXTS = 4, LONGEST_TEXT = 8000 /* of 31,839 characters that an entry holds */ };

static wchar_t *key_of(const char *source)
{
    char *key =
        memory_format("SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\%s", source);
    wchar_t *wide = wide_from_utf8(key);

    free(key);
    return wide;
}

static LSTATUS set_values(HKEY key, const wchar_t *program)
{
    DWORD types = EVENTLOG_ERROR_TYPE | EVENTLOG_WARNING_TYPE | EVENTLOG_INFORMATION_TYPE;
    LSTATUS status = RegSetValueExW(key, L"EventMessageFile", 0, REG_SZ, (const BYTE *)program,
                                    (DWORD)((wcslen(program) + 1) * sizeof *program));

    return status != ERROR_SUCCESS ? status
                                   : RegSetValueExW(key, L"TypesSupported", 0, REG_DWORD,
                                                    (const BYTE *)&types, sizeof types);
}

bool event_log_add_source(const char *source, const char *program, struct error *error)
{
    wchar_t *path = key_of(source);
    wchar_t *wide = wide_from_utf8(program);
    HKEY key = NULL;
    LSTATUS status =
        RegCreateKeyExW(HKEY_LOCAL_MACHINE, path, 0, NULL, 0, KEY_SET_VALUE, NULL, &key, NULL);

    if (status == ERROR_SUCCESS) {
        status = set_values(key, wide);
        RegCloseKey(key);
    }
    free(wide);
    free(path);
    return status == ERROR_SUCCESS ||
           error_code(error, (DWORD)status, "the source '%s' of the Event Log", source);
}

bool event_log_remove_source(const char *source, struct error *error)
{
    wchar_t *path = key_of(source);
    LSTATUS status = RegDeleteKeyW(HKEY_LOCAL_MACHINE, path);

    free(path);
    return status == ERROR_SUCCESS || status == ERROR_FILE_NOT_FOUND ||
           error_code(error, (DWORD)status, "the source '%s' of the Event Log", source);
}

/* A "%1" within a text would be taken for a place to put a text into. */
static wchar_t *harmless(const char *text)
{
    char *copy = memory_copy(text);

    for (char *at = copy; *at != '\0'; at++)
        if (at[0] == '%' && at[1] >= '0' && at[1] <= '9')
            *at = '?';
    wchar_t *wide = wide_from_utf8(copy);
    if (wcslen(wide) > LONGEST_TEXT)
        wide[LONGEST_TEXT] = L'\0';
    free(copy);
    return wide;
}

static WORD type_of(DWORD message)
{
    static const WORD types[] = {EVENTLOG_SUCCESS, EVENTLOG_INFORMATION_TYPE, EVENTLOG_WARNING_TYPE,
                                 EVENTLOG_ERROR_TYPE};

    return types[message >> 30];
}

void event_log_report(const char *source, DWORD message, const char *const *texts, size_t count)
{
    wchar_t *wide[MOST_TEXTS] = {NULL};
    wchar_t *name = wide_from_utf8(source);
    HANDLE log = RegisterEventSourceW(NULL, name);

    for (size_t i = 0; i < count && i < MOST_TEXTS; i++)
        wide[i] = harmless(texts[i]);
    if (log != NULL) {
        ReportEventW(log, type_of(message), 0, message, NULL, (WORD)count, 0,
                     (const wchar_t **)wide, NULL);
        DeregisterEventSource(log);
    }
    for (size_t i = 0; i < MOST_TEXTS; i++)
        free(wide[i]);
    free(name);
}
