#include "windows/log.h"

#include "core/memory.h"
#include "windows/text.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_SIZE = 5000, QUEUE_SIZE = 512 * 1024, STACK_SIZE = 64 * 1024 };

struct log {
    enum level level;
    HANDLE output;
    bool output_is_console;
    HANDLE thread;

    SRWLOCK lock; /* everything below */
    CONDITION_VARIABLE changed;
    char *filling; /* complete lines; the writer takes them all at once … */
    char *writing; /* … and leaves its own empty buffer in their place */
    size_t filled;
    uint64_t dropped;
    bool closing;
};

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

static void write_output(const struct log *log, const char *text, size_t length)
{
    if (log->output_is_console) {
        write_console(log->output, text, length);
        return;
    }
    while (length > 0) {
        DWORD written = 0;
        if (!WriteFile(log->output, text, (DWORD)length, &written, NULL) || written == 0)
            return; /* nobody reads any more: there is no place left to say so */
        text += written;
        length -= written;
    }
}

static void write_dropped(const struct log *log, uint64_t dropped)
{
    char line[200];
    char detail[100];
    struct record record = {.level = LEVEL_WARNING, .verb = "fail", .detail = detail};

    snprintf(detail, sizeof detail, "log: %llu records dropped, because the output was too slow",
             (unsigned long long)dropped);
    write_output(log, line, record_text(&record, line, sizeof line));
}

static DWORD WINAPI write_lines(void *parameter)
{
    struct log *log = parameter;

    AcquireSRWLockExclusive(&log->lock);
    while (log->filled > 0 || log->dropped > 0 || !log->closing) {
        if (log->filled == 0 && log->dropped == 0) {
            SleepConditionVariableSRW(&log->changed, &log->lock, INFINITE, 0);
            continue;
        }
        size_t length = log->filled;
        uint64_t dropped = log->dropped;
        char *lines = log->filling;

        log->filling = log->writing;
        log->writing = lines;
        log->filled = 0;
        log->dropped = 0;
        ReleaseSRWLockExclusive(&log->lock);
        write_output(log, lines, length);
        if (dropped > 0)
            write_dropped(log, dropped);
        AcquireSRWLockExclusive(&log->lock);
    }
    ReleaseSRWLockExclusive(&log->lock);
    return 0;
}

static void log_free(struct log *log)
{
    free(log->filling);
    free(log->writing);
    free(log);
}

struct log *log_open(enum level level, struct error *error)
{
    struct log *log = memory_zeroed(1, sizeof *log);
    DWORD mode;

    log->filling = memory_grow(NULL, QUEUE_SIZE, 1);
    log->writing = memory_grow(NULL, QUEUE_SIZE, 1);
    log->level = level;
    log->output = GetStdHandle(STD_ERROR_HANDLE);
    log->output_is_console = GetConsoleMode(log->output, &mode);
    InitializeSRWLock(&log->lock);
    InitializeConditionVariable(&log->changed);
    log->thread =
        CreateThread(NULL, STACK_SIZE, write_lines, log, STACK_SIZE_PARAM_IS_A_RESERVATION, NULL);
    if (log->thread == NULL) {
        error_windows(error, "CreateThread for the log");
        log_free(log);
        return NULL;
    }
    return log;
}

void log_write(struct log *log, const struct record *record)
{
    char line[LINE_SIZE];

    if (record->level > log->level)
        return;
    size_t length = record_text(record, line, sizeof line);
    AcquireSRWLockExclusive(&log->lock);
    if (log->dropped == 0 && log->filled + length <= QUEUE_SIZE) {
        memcpy(log->filling + log->filled, line, length);
        log->filled += length;
    } else {
        log->dropped++;
    }
    ReleaseSRWLockExclusive(&log->lock);
    WakeConditionVariable(&log->changed);
}

bool log_is_busy(struct log *log)
{
    AcquireSRWLockShared(&log->lock);
    bool busy = log->filled > QUEUE_SIZE / 2;
    ReleaseSRWLockShared(&log->lock);
    return busy;
}

void log_close(struct log *log, unsigned wait_ms)
{
    AcquireSRWLockExclusive(&log->lock);
    log->closing = true;
    ReleaseSRWLockExclusive(&log->lock);
    WakeConditionVariable(&log->changed);
    if (WaitForSingleObject(log->thread, wait_ms) == WAIT_TIMEOUT)
        return; /* the output is stuck: the thread and its log end with the process */
    CloseHandle(log->thread);
    log_free(log);
}
