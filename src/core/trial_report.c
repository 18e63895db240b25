/* The findings of a trial in words. */
#include "core/exit_code.h"
#include "core/memory.h"
#include "core/trial_table.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 78 };

static const char *const ways[TRIAL_WAYS] = {[TRIAL_SOCKET] = "socket", [TRIAL_PIPE] = "pipe"};

static void add(struct text_buffer *out, const char *format, ...) PRINTF_LIKE(2, 3);

static void add(struct text_buffer *out, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    char *text = memory_vformat(format, values);
    va_end(values);
    text_buffer_add_text(out, text);
    free(text);
}

/* Broken at blanks, with an empty line behind it. */
static void add_wrapped(struct text_buffer *out, const char *text)
{
    size_t column = 0;
    while (*text != '\0') {
        size_t length = strcspn(text, " ");
        if (column > 0 && column + 1 + length > WIDTH) {
            text_buffer_add_text(out, "\n");
            column = 0;
        } else if (column > 0) {
            text_buffer_add_text(out, " ");
            column++;
        }
        text_buffer_add(out, text, length);
        column += length;
        text += length;
        text += strspn(text, " ");
    }
    text_buffer_add_text(out, "\n\n");
}

static void add_paragraph(struct text_buffer *out, const char *format, ...) PRINTF_LIKE(2, 3);

static void add_paragraph(struct text_buffer *out, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    char *text = memory_vformat(format, values);
    va_end(values);
    add_wrapped(out, text);
    free(text);
}

/* --- what it said */

static void add_errors(struct text_buffer *out, const struct trial *trial, const char *where)
{
    if (trial->errors.count == 0)
        return;
    add(out, "On stderr%s it said:\n", where);
    for (size_t i = 0; i < trial->errors.count; i++)
        add(out, "    %s\n", trial->errors.items[i]);
    text_buffer_add_text(out, trial->errors_left_out ? "    ...\n\n" : "\n");
}

static void add_words(struct text_buffer *out, const struct trial trials[TRIAL_WAYS],
                      enum trial_way choice)
{
    const struct trial *trial = &trials[choice < TRIAL_WAYS ? choice : TRIAL_SOCKET];
    if (trial->greeting[0] != '\0')
        add(out, "It began with          %s\n", trial->greeting);
    if (trial->reply[0] != '\0')
        add(out, "Its answer to 'hello'  %s\n", trial->reply);
    if (trial->greeting[0] != '\0' || trial->reply[0] != '\0')
        text_buffer_add_text(out, "\n");
    if (text_list_equals(&trials[TRIAL_SOCKET].errors, &trials[TRIAL_PIPE].errors)) {
        add_errors(out, trial, "");
        return;
    }
    add_errors(out, &trials[TRIAL_SOCKET], ", with stdio = socket,");
    add_errors(out, &trials[TRIAL_PIPE], ", with stdio = pipe,");
}

/* --- why */

/* What one that does not work does; the caller frees it. */
static char *describe_failure(const struct trial *trial)
{
    char code[TRIAL_EXIT_CODE_SIZE];
    trial_exit_code(trial->exit_code, code);
    if (!trial->began)
        return memory_format("it cannot be started (%s)", trial->failure.text);
    if (trial_crashes(trial))
        return memory_format("it crashes with exit code %s%s", code,
                             exit_code_hint(trial->exit_code));
    if (trial->exit == TRIAL_EXIT_NEVER)
        return memory_copy("it says nothing to its client and does not end");
    return memory_format("it ends at once, with exit code %s, and says nothing to its client",
                         code);
}

/* Of a program whose read holds its write up. */
static const char two_threads[] =
    " Most likely it reads and writes from two threads: on a socket a read that waits for the "
    "client keeps a write waiting, through pipes it does not.";

static void explain_answer(struct text_buffer *out, const struct trial *worse, const char *bad,
                           const char *threads)
{
    static const char *const texts[] = {
        [TRIAL_ANSWER_GONE] = "has ended before it could answer",
        [TRIAL_ANSWER_UNTOLD] = "never pauses for an answer",
        [TRIAL_ANSWER_NONE] = "does not answer a line",
        [TRIAL_ANSWER_LATE] = "answers a line only when the next one comes",
        [TRIAL_ANSWER_AT_END] = "answers a line only when its input has ended",
        [TRIAL_ANSWER_ONCE] = "answers only the first of two lines",
        [TRIAL_ANSWER_PROMPT] = "answers"};
    bool has_waited = worse->answer >= TRIAL_ANSWER_NONE;
    add(out, "With a %s it %s.%s", bad, texts[worse->answer], has_waited ? threads : "");
}

/* What the worse of two ways lacks. */
static void explain(struct text_buffer *out, enum trial_reason reason, const struct trial *worse,
                    enum trial_way way)
{
    const char *bad = ways[way];
    const char *threads = way == TRIAL_SOCKET ? two_threads : "";
    char code[TRIAL_EXIT_CODE_SIZE];
    char *failure = describe_failure(worse);
    trial_exit_code(worse->exit_code, code);
    switch (reason) {
    case TRIAL_BY_WORKING:
        add(out, "With a %s as its standard input and output %s.", bad, failure);
        break;
    case TRIAL_BY_ANSWER:
        explain_answer(out, worse, bad, threads);
        break;
    case TRIAL_BY_GREETING:
        add(out, "With a %s it says nothing before it is asked, as it otherwise does.%s", bad,
            threads);
        break;
    case TRIAL_BY_END:
        add(out, "With a %s it does not notice the end of its input.", bad);
        break;
    case TRIAL_BY_WHOLE:
        add(out, "With a %s the end of its output does not arrive.", bad);
        break;
    case TRIAL_BY_MANY:
        add(out, "With a %s not all of a longer input comes back.", bad);
        break;
    case TRIAL_BY_BYTES:
        add(out, "With a %s more bytes are changed on their way.", bad);
        break;
    case TRIAL_BY_EXIT_CODE:
        add(out, "With a %s it ends with exit code %s, so something went wrong.", bad, code);
        break;
    case TRIAL_BY_NOTHING:
        break;
    }
    free(failure);
}

static void add_choice(struct text_buffer *out, const struct trial trials[TRIAL_WAYS],
                       const struct trial_program *program, enum trial_way choice)
{
    enum trial_way better = choice;
    enum trial_way other = choice == TRIAL_SOCKET ? TRIAL_PIPE : TRIAL_SOCKET;
    enum trial_reason reason = trial_compare(trials, &better);
    struct text_buffer why = {0};
    if (reason != TRIAL_BY_NOTHING)
        explain(&why, reason, &trials[other], other);
    else if (choice == TRIAL_PIPE)
        add(&why,
            "Both ways passed, but '%s' is known to need pipes for what a short trial does "
            "not show.",
            program->known);
    else
        add(&why, "Either way serves it, and with a socket it talks to its client directly; "
                  "through pipes the server has to copy every byte.");
    add_paragraph(out, "Take %s. %s", choice == TRIAL_SOCKET ? "the socket" : "pipes", why.text);
    free(why.text);
}

/* --- auto: what a service gets that does not say it */

static enum trial_way automatic(const struct trial_program *program)
{
    return program->known != NULL || !program->has_sockets ? TRIAL_PIPE : TRIAL_SOCKET;
}

static void add_auto(struct text_buffer *out, const struct trial_program *program,
                     enum trial_way choice)
{
    enum trial_way own = automatic(program);
    struct text_buffer why = {0};
    if (program->known != NULL)
        add(&why, "it is, or starts, '%s', which is known to need it.", program->known);
    else if (own == TRIAL_PIPE)
        add(&why, "this system has no sockets that a program can have as its input and output.");
    else
        add(&why, "it is not among the programs that are known to need a pipe.");
    if (own == choice)
        add_paragraph(out, "stdio = auto, the default, chooses %s too: %s", ways[own], why.text);
    else
        add_paragraph(out,
                      "stdio = auto, the default, would choose %s: %s So stdio = %s has to be "
                      "written down.",
                      ways[own], why.text, ways[choice]);
    free(why.text);
}

/* --- what else is good to know */

static void add_byte_warnings(struct text_buffer *out, const struct trial_bytes *bytes)
{
    if (trial_bytes_count(bytes, TRIAL_BYTE_CHANGED) == 0)
        return;
    add(out, "These do not come back as they were:\n");
    for (int i = 0; i < TRIAL_BYTE_CHECKS; i++)
        if (bytes->results[i] == TRIAL_BYTE_CHANGED)
            add(out, "    %s\n", trial_byte_text((enum trial_byte_check)i));
    text_buffer_add_text(out, "\n");
    add_paragraph(out, "It is the program that changes them. C programs begin in text mode, "
                       "which is right for text; 'Text and bytes' in handlers\\README.md tells "
                       "how to leave it.");
}

static void add_warnings(struct text_buffer *out, const struct trial *trial,
                         const struct trial *other)
{
    if (trial->sees_end == TRIAL_NO)
        add_paragraph(out, "It goes on when its input has ended, so a client that has said all it "
                           "wants to say, and waits for the end, waits for ever. The option "
                           "max_time ends such a program after a while.");
    if (trial->leaves == TRIAL_NO)
        add_paragraph(out, "It goes on when its client has vanished; max_time ends it then, too.%s",
                      other->leaves == TRIAL_YES ? " With stdio = pipe the server ends it at once."
                                                 : "");
    if (trial->whole == TRIAL_NO)
        add_paragraph(out, "Its answer to the last line before the end of its input is lost.");
    if (trial->many == TRIAL_NO)
        add_paragraph(out, "Of %d lines, 64 KB in all, %zu came back.", TRIAL_MANY_LINES,
                      trial->lines_found);
    add_byte_warnings(out, &trial->bytes);
}

static void add_next(struct text_buffer *out, const struct trial_program *program,
                     enum trial_way choice)
{
    add(out, "To serve it, type\n\n    stdinetd serve 7000 %s-- %s\n\n",
        automatic(program) == choice ? ""
                                     : (choice == TRIAL_PIPE ? "stdio=pipe " : "stdio=socket "),
        program->command);
    if (program->section != NULL)
        add(out, "or put this into stdinetd.ini:\n\n%s", program->section);
    add(out, "stdio = %s\n", ways[choice]);
}

/* --- neither */

static void add_failure(struct text_buffer *out, const struct trial trials[TRIAL_WAYS])
{
    const struct trial *trial = &trials[TRIAL_SOCKET];
    char *socket = describe_failure(trial);
    char *pipe = describe_failure(&trials[TRIAL_PIPE]);
    if (strcmp(socket, pipe) == 0)
        add_paragraph(out, "Neither way works: %s.", socket);
    else
        add_paragraph(out, "Neither way works. With a socket %s; with pipes %s.", socket, pipe);
    free(socket);
    free(pipe);
    if (!trial->began || trial_crashes(trial))
        return;
    if (trial->errors.count > 0)
        add_paragraph(out, "What it says on stderr goes to the server's log; with stderr = socket "
                           "the client gets it.");
    if (trial->exit == TRIAL_EXIT_UNASKED)
        add_paragraph(out, "Perhaps it needs arguments: whatever stands behind PROGRAM is handed "
                           "to it.");
    else
        add_paragraph(out, "A program for stdinetd reads its standard input and writes to its "
                           "standard output. One that has a window, or draws on the screen and "
                           "reads the keyboard, does neither.");
}

char *trial_report(const struct trial trials[TRIAL_WAYS], const struct trial_program *program)
{
    struct text_buffer out = {0};
    enum trial_way choice = trial_choose(trials, program);
    trial_add_table(&out, trials);
    add_words(&out, trials, choice);
    if (choice == TRIAL_WAYS) {
        add_failure(&out, trials);
        return out.text;
    }
    add_choice(&out, trials, program, choice);
    add_auto(&out, program, choice);
    add_warnings(&out, &trials[choice],
                 &trials[choice == TRIAL_SOCKET ? TRIAL_PIPE : TRIAL_SOCKET]);
    add_next(&out, program, choice);
    return out.text;
}
