#include "windows/log.h"

#include "core/memory.h"
#include "windows/log_writer.h"
#include "windows/stack.h"
#include "windows/text.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A line holds any record whole: 4,096 bytes of a handler's are 24K in JSON where each of them has
   to be escaped. */
enum {
    LINE_SIZE = 32 * 1024,
    QUEUE_SIZE = 512 * 1024,
    PART_SIZE = 64 * 1024, /* written at a time; more than a line */
    STACK_SIZE = 64 * 1024,
    LONGEST_WAITS = 10
};

struct log {
    volatile LONG level;      /* enum level */
    struct log_writer writer; /* the thread's, but for its format */
    HANDLE thread;
    volatile LONG progress; /* counts what has been written */

    SRWLOCK lock; /* everything below */
    CONDITION_VARIABLE changed;
    char *filling; /* complete lines; the writer takes them all at once … */
    char *writing; /* … and leaves its own empty buffer in their place */
    size_t filled;
    uint64_t dropped;
    uint64_t size, keep; /* for the writer, before its next line */
    bool closing;
};

static void write_dropped(struct log *log, uint64_t dropped)
{
    char line[400];
    char detail[100];
    struct record record = {.level = LEVEL_WARNING, .verb = "fail", .detail = detail};

    snprintf(detail, sizeof detail, "log: %llu records dropped, because the output was too slow",
             (unsigned long long)dropped);
    size_t length = log_writer_format(&log->writer, &record, line, sizeof line);
    log_writer_write(&log->writer, line, length);
}

/* In parts, each of whole lines, so that whoever waits sees it go on. */
static void write_lines(struct log *log, const char *lines, size_t length)
{
    while (length > 0) {
        size_t part = length < PART_SIZE ? length : PART_SIZE;

        while (lines[part - 1] != '\n')
            part--;
        log_writer_write(&log->writer, lines, part);
        InterlockedIncrement(&log->progress);
        lines += part;
        length -= part;
    }
}

/* Under the lock: waits for something to do, and looks after a file in trouble. */
static void wait_for_lines(struct log *log)
{
    DWORD patience_ms = log_writer_patience_ms(&log->writer);

    if (patience_ms > 0) {
        SleepConditionVariableSRW(&log->changed, &log->lock, patience_ms, 0);
        return;
    }
    ReleaseSRWLockExclusive(&log->lock);
    log_writer_try_again(&log->writer);
    AcquireSRWLockExclusive(&log->lock);
}

static DWORD WINAPI run(void *parameter)
{
    struct log *log = parameter;

    stack_trim();
    log_writer_begin(&log->writer);
    AcquireSRWLockExclusive(&log->lock);
    while (log->filled > 0 || log->dropped > 0 || !log->closing) {
        if (log->filled == 0 && log->dropped == 0) {
            wait_for_lines(log);
            continue;
        }
        size_t length = log->filled;
        uint64_t dropped = log->dropped;
        char *lines = log->filling;

        log->filling = log->writing;
        log->writing = lines;
        log->filled = 0;
        log->dropped = 0;
        log_writer_limit(&log->writer, log->size, log->keep);
        ReleaseSRWLockExclusive(&log->lock);
        write_lines(log, lines, length);
        if (dropped > 0)
            write_dropped(log, dropped);
        AcquireSRWLockExclusive(&log->lock);
    }
    ReleaseSRWLockExclusive(&log->lock);
    log_writer_try_again(&log->writer);
    return 0;
}

static void log_free(struct log *log)
{
    log_writer_free(&log->writer);
    free(log->filling);
    free(log->writing);
    free(log);
}

struct log *log_open(const struct log_settings *settings, struct error *error)
{
    struct log *log = memory_zeroed(1, sizeof *log);

    log->filling = memory_grow(NULL, QUEUE_SIZE, 1);
    log->writing = memory_grow(NULL, QUEUE_SIZE, 1);
    log->level = (LONG)settings->level;
    log->size = settings->size;
    log->keep = settings->keep;
    log_writer_init(&log->writer, settings->json, settings->file, settings->size, settings->keep);
    InitializeSRWLock(&log->lock);
    InitializeConditionVariable(&log->changed);
    log->thread = CreateThread(NULL, STACK_SIZE, run, log, STACK_SIZE_PARAM_IS_A_RESERVATION, NULL);
    if (log->thread == NULL) {
        error_windows(error, "CreateThread for the log");
        log_free(log);
        return NULL;
    }
    return log;
}

void log_change(struct log *log, const struct log_settings *settings)
{
    log->level = (LONG)settings->level;
    AcquireSRWLockExclusive(&log->lock);
    log->size = settings->size;
    log->keep = settings->keep;
    ReleaseSRWLockExclusive(&log->lock);
}

void log_write(struct log *log, const struct record *record)
{
    char line[LINE_SIZE];

    if ((LONG)record->level > log->level)
        return;
    size_t length = log_writer_format(&log->writer, record, line, sizeof line);
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
    LONG before;
    DWORD waited;
    int waits = 0;

    AcquireSRWLockExclusive(&log->lock);
    log->closing = true;
    ReleaseSRWLockExclusive(&log->lock);
    WakeConditionVariable(&log->changed);
    do {
        before = log->progress;
        waited = WaitForSingleObject(log->thread, wait_ms);
    } while (waited == WAIT_TIMEOUT && log->progress != before && ++waits < LONGEST_WAITS);
    if (waited == WAIT_TIMEOUT)
        return; /* the output is stuck: the thread and its log end with the process */
    CloseHandle(log->thread);
    log_free(log);
}
