#include "core/trial.h"

#include "core/utf8.h"

#include <string.h>

/* As NTSTATUS has errors. */
#define FIRST_CRASH_CODE 0xC0000000u

void trial_free(struct trial *trial)
{
    text_list_free(&trial->errors);
}

void trial_sample(char sample[TRIAL_SAMPLE], const char *text, size_t length)
{
    size_t size = 0;
    while (length > 0 && strchr("\r\n\t ", *text) != NULL && *text != '\0') {
        text++;
        length--;
    }
    while (length > 0 && *text != '\r' && *text != '\n') {
        size_t bytes = utf8_length(text, length);
        bool printable = bytes > 1 || (bytes == 1 && *text >= ' ' && *text != 127);
        if (bytes == 0)
            bytes = 1;
        if (size + bytes > TRIAL_SAMPLE - sizeof "...") {
            memcpy(sample + size, "...", 3);
            size += 3;
            break;
        }
        if (*text == '\t')
            sample[size] = ' ';
        else if (printable)
            memcpy(sample + size, text, bytes);
        else
            sample[size] = '.';
        size += bytes;
        text += bytes;
        length -= bytes;
    }
    sample[size] = '\0';
}

void trial_add_error(struct trial *trial, const char *line)
{
    char excerpt[200];
    utf8_excerpt(excerpt, sizeof excerpt, line);
    bool is_blank = excerpt[strspn(excerpt, " \t")] == '\0';
    if (is_blank || text_list_contains(&trial->errors, excerpt))
        return;
    if (trial->errors.count < TRIAL_ERROR_LINES)
        text_list_append(&trial->errors, excerpt);
    else
        trial->errors_left_out = true;
}

bool trial_crashes(const struct trial *trial)
{
    return trial->exit != TRIAL_EXIT_NEVER && trial->exit_code >= FIRST_CRASH_CODE;
}

bool trial_works(const struct trial *trial)
{
    return trial->began && !trial_crashes(trial) &&
           (trial->spoke || trial->exit == TRIAL_EXIT_AT_END ||
            trial->exit == TRIAL_EXIT_AFTER_LINE);
}

/* --- comparing. Each gives a number, the better one the larger; the first that differs decides.
   What is not known is no worse than what is good. */

static int by_working(const struct trial *trial)
{
    return trial_works(trial);
}

/* One that has ended, or never stops, has not been asked. */
static int by_answer(const struct trial *trial)
{
    return trial->answer < TRIAL_ANSWER_NONE ? (int)TRIAL_ANSWER_NONE : (int)trial->answer;
}

static int by_greeting(const struct trial *trial)
{
    return trial->greeted;
}

static int by_end(const struct trial *trial)
{
    return trial->sees_end != TRIAL_NO;
}

static int by_whole(const struct trial *trial)
{
    return trial->whole != TRIAL_NO;
}

static int by_many(const struct trial *trial)
{
    return trial->many != TRIAL_NO;
}

static int by_bytes(const struct trial *trial)
{
    return -(int)trial_bytes_count(&trial->bytes, TRIAL_BYTE_CHANGED);
}

static int by_exit_code(const struct trial *trial)
{
    return trial->exit == TRIAL_EXIT_NEVER || trial->exit_code == 0;
}

static int (*const comparisons[])(const struct trial *) = {
    [TRIAL_BY_WORKING] = by_working,   [TRIAL_BY_ANSWER] = by_answer,
    [TRIAL_BY_GREETING] = by_greeting, [TRIAL_BY_END] = by_end,
    [TRIAL_BY_WHOLE] = by_whole,       [TRIAL_BY_MANY] = by_many,
    [TRIAL_BY_BYTES] = by_bytes,       [TRIAL_BY_EXIT_CODE] = by_exit_code,
};

enum trial_reason trial_compare(const struct trial trials[TRIAL_WAYS], enum trial_way *better)
{
    for (int i = 0; i < TRIAL_BY_NOTHING; i++) {
        int socket = comparisons[i](&trials[TRIAL_SOCKET]);
        int pipe = comparisons[i](&trials[TRIAL_PIPE]);
        if (socket != pipe) {
            *better = socket > pipe ? TRIAL_SOCKET : TRIAL_PIPE;
            return (enum trial_reason)i;
        }
    }
    return TRIAL_BY_NOTHING;
}

enum trial_way trial_choose(const struct trial trials[TRIAL_WAYS],
                            const struct trial_program *program)
{
    enum trial_way better = program->known != NULL ? TRIAL_PIPE : TRIAL_SOCKET;
    trial_compare(trials, &better);
    return trial_works(&trials[better]) ? better : TRIAL_WAYS;
}
