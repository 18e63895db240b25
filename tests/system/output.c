#include "harness.h"

#include <stdlib.h>
#include <string.h>

bool text_begins(const char *text, const char *pattern)
{
    for (; *pattern != '\0'; pattern++) {
        if (*pattern == '*') {
            for (;; text++) {
                if (text_begins(text, pattern + 1))
                    return true;
                if (*text == '\0' || *text == '\n')
                    return false;
            }
        }
        if (*pattern == '\n' && *text == '\r')
            text++;
        if (*text != *pattern)
            return false;
        text++;
        if (*pattern == ' ')
            text += strspn(text, " ");
    }
    return true;
}

bool text_has(const char *text, const char *pattern)
{
    for (; *text != '\0'; text++) {
        if (text_begins(text, pattern))
            return true;
    }
    return false;
}

size_t text_count(const char *text, const char *pattern)
{
    size_t count = 0;

    while (*text != '\0') {
        const char *end = text + strcspn(text, "\n");
        while (text < end && !text_begins(text, pattern))
            text++;
        if (text < end)
            count++;
        text = *end == '\n' ? end + 1 : end;
    }
    return count;
}

static bool has_lines(const char *text, const char *pattern, size_t lines)
{
    return lines == 0 ? text_has(text, pattern) : text_count(text, pattern) >= lines;
}

bool output_wait_lines(struct output *output, const char *pattern, size_t lines, DWORD timeout_ms)
{
    uint64_t deadline = GetTickCount64() + timeout_ms;
    bool found;

    EnterCriticalSection(&output->lock);
    while (!(found = has_lines(output->text, pattern, lines)) && !output->ended) {
        uint64_t now = GetTickCount64();

        if (now >= deadline)
            break;
        SleepConditionVariableCS(&output->grown, &output->lock, (DWORD)(deadline - now));
    }
    LeaveCriticalSection(&output->lock);
    return found;
}

/* 0 lines: a pattern may go over the end of one. */
bool output_wait(struct output *output, const char *pattern, DWORD timeout_ms)
{
    return output_wait_lines(output, pattern, 0, timeout_ms);
}

char *output_copy(struct output *output)
{
    EnterCriticalSection(&output->lock);
    char *copy = malloc(output->length + 1);
    if (copy != NULL)
        memcpy(copy, output->text, output->length + 1);
    LeaveCriticalSection(&output->lock);
    assert_non_null(copy);
    return copy;
}

static void set_paused(struct output *output, bool paused)
{
    EnterCriticalSection(&output->lock);
    output->paused = paused;
    LeaveCriticalSection(&output->lock);
    WakeAllConditionVariable(&output->resumed);
}

void output_pause(struct output *output)
{
    set_paused(output, true);
}

void output_resume(struct output *output)
{
    set_paused(output, false);
}

static void wait_while_paused(struct output *output)
{
    EnterCriticalSection(&output->lock);
    while (output->paused)
        SleepConditionVariableCS(&output->resumed, &output->lock, INFINITE);
    LeaveCriticalSection(&output->lock);
}

static DWORD WINAPI collect(void *argument)
{
    struct output *output = argument;
    char block[4096];
    DWORD count;

    while (ReadFile(output->pipe, block, sizeof block, &count, NULL) && count > 0) {
        EnterCriticalSection(&output->lock);
        char *text = realloc(output->text, output->length + count + 1);
        if (text != NULL) {
            memcpy(text + output->length, block, count);
            output->length += count;
            text[output->length] = '\0';
            output->text = text;
        }
        LeaveCriticalSection(&output->lock);
        WakeAllConditionVariable(&output->grown);
        wait_while_paused(output);
    }
    EnterCriticalSection(&output->lock);
    output->ended = true;
    LeaveCriticalSection(&output->lock);
    WakeAllConditionVariable(&output->grown);
    return 0;
}

HANDLE output_open(struct output *output)
{
    SECURITY_ATTRIBUTES inheritable = {sizeof inheritable, NULL, TRUE};
    HANDLE write_end;

    if (!CreatePipe(&output->pipe, &write_end, &inheritable, 0))
        fail_msg("CreatePipe: %lu", GetLastError());
    SetHandleInformation(output->pipe, HANDLE_FLAG_INHERIT, 0);
    InitializeCriticalSection(&output->lock);
    InitializeConditionVariable(&output->grown);
    InitializeConditionVariable(&output->resumed);
    output->text = calloc(1, 1);
    output->thread = CreateThread(NULL, 0, collect, output, 0, NULL);
    assert_non_null(output->thread);
    return write_end;
}

void output_close(struct output *output)
{
    output_resume(output);
    /* All writers are dead. Only a process that had got hold of the pipe and out of the job would
     * keep it open. */
    if (WaitForSingleObject(output->thread, PATIENCE_MS) != WAIT_OBJECT_0)
        fail_msg("a process has survived the test");
    CloseHandle(output->thread);
    CloseHandle(output->pipe);
    DeleteCriticalSection(&output->lock);
    free(output->text);
}
