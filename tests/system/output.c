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

static bool line_has(const char *line, const char *end, const char *pattern)
{
    while (line < end && !text_begins(line, pattern))
        line++;
    return line < end;
}

size_t text_count(const char *text, const char *pattern)
{
    size_t count = 0;

    while (*text != '\0') {
        const char *end = text + strcspn(text, "\n");

        count += line_has(text, end, pattern);
        text = *end == '\n' ? end + 1 : end;
    }
    return count;
}

/* Waits until has(output, context), which is called under the lock whenever there is more. */
static bool wait_until(struct output *output, bool (*has)(struct output *output, void *context),
                       void *context, DWORD timeout_ms)
{
    uint64_t deadline = GetTickCount64() + timeout_ms;
    bool found;

    EnterCriticalSection(&output->lock);
    while (!(found = has(output, context)) && !output->ended) {
        uint64_t now = GetTickCount64();

        if (now >= deadline)
            break;
        SleepConditionVariableCS(&output->grown, &output->lock, (DWORD)(deadline - now));
    }
    LeaveCriticalSection(&output->lock);
    return found;
}

static bool has_pattern(struct output *output, void *context)
{
    return text_has(output->text, context);
}

bool output_wait(struct output *output, const char *pattern, DWORD timeout_ms)
{
    return wait_until(output, has_pattern, (void *)pattern, timeout_ms);
}

struct line_search {
    const char *pattern;
    size_t wanted;
    size_t found; /* in the complete lines before this place */
    size_t place;
};

static bool has_lines(struct output *output, void *context)
{
    struct line_search *search = context;
    const char *end;

    while ((end = strchr(output->text + search->place, '\n')) != NULL) {
        search->found += line_has(output->text + search->place, end, search->pattern);
        search->place = (size_t)(end + 1 - output->text);
    }
    const char *rest =
        output->text + search->place; /* a line that has only begun may have it too */
    return search->found + line_has(rest, rest + strlen(rest), search->pattern) >= search->wanted;
}

bool output_wait_lines(struct output *output, const char *pattern, size_t lines, DWORD timeout_ms)
{
    struct line_search search = {.pattern = pattern, .wanted = lines};

    return wait_until(output, has_lines, &search, timeout_ms);
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

/* Under the lock. Twice the size each time: a long log would be copied again with every block. */
static void append(struct output *output, const char *block, size_t count)
{
    if (output->length + count >= output->size) {
        size_t size = 2 * (output->length + count) + 1;
        char *text = realloc(output->text, size);

        if (text == NULL)
            return;
        output->text = text;
        output->size = size;
    }
    memcpy(output->text + output->length, block, count);
    output->length += count;
    output->text[output->length] = '\0';
}

static DWORD WINAPI collect(void *argument)
{
    struct output *output = argument;
    char block[4096];
    DWORD count;

    while (ReadFile(output->pipe, block, sizeof block, &count, NULL) && count > 0) {
        EnterCriticalSection(&output->lock);
        append(output, block, count);
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
    output->size = 1;
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
