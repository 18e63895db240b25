/* The findings of a trial as text for people. */
#include "core/exit_code.h"
#include "core/memory.h"
#include "core/text_buffer.h"
#include "core/trial.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 78, LABEL_COLUMN = 30, WAY_COLUMN = 25, CELL = 80 };

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

/* A paragraph, broken at blanks, with an empty line behind it. */
static void add_paragraph(struct text_buffer *out, const char *text)
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

/* --- the table: each row writes the cell of one way */

static void write_time(char cell[CELL], const char *before, uint64_t us)
{
    if (us < 1000)
        snprintf(cell, CELL, "%sunder 1 ms", before);
    else if (us < 10000000)
        snprintf(cell, CELL, "%s%" PRIu64 " ms", before, us / 1000);
    else
        snprintf(cell, CELL, "%s%" PRIu64 " s", before, us / 1000000);
}

static void write_fact(char cell[CELL], enum trial_fact fact, const char *no)
{
    snprintf(cell, CELL, "%s", fact == TRIAL_YES ? "yes" : (fact == TRIAL_NO ? no : "cannot tell"));
}

static void starts(const struct trial *trial, char cell[CELL])
{
    if (trial->began)
        write_time(cell, "yes, in ", trial->start_us);
    else
        snprintf(cell, CELL, "no");
}

static void first_byte(const struct trial *trial, char cell[CELL])
{
    if (!trial->spoke)
        snprintf(cell, CELL, "none");
    else if (trial->first_byte_us == TRIAL_NEVER)
        snprintf(cell, CELL, "cannot tell");
    else
        write_time(cell, "after ", trial->first_byte_us);
}

static void greets(const struct trial *trial, char cell[CELL])
{
    snprintf(cell, CELL, "%s", trial->greeted ? "yes" : "no");
}

static void answers(const struct trial *trial, char cell[CELL])
{
    switch (trial->answer) {
    case TRIAL_ANSWER_GONE:
        snprintf(cell, CELL, "it ended before");
        break;
    case TRIAL_ANSWER_NONE:
        snprintf(cell, CELL, "no");
        break;
    case TRIAL_ANSWER_LATE:
        snprintf(cell, CELL, "when the next comes");
        break;
    case TRIAL_ANSWER_AT_END:
        snprintf(cell, CELL, "when the input ends");
        break;
    case TRIAL_ANSWER_PROMPT:
        write_time(cell, "yes, in ", trial->answer_us);
        break;
    }
}

static void sees_end(const struct trial *trial, char cell[CELL])
{
    if (trial->sees_end == TRIAL_UNKNOWN)
        snprintf(cell, CELL, "it ended before");
    else
        write_fact(cell, trial->sees_end, "no");
}

static void whole(const struct trial *trial, char cell[CELL])
{
    write_fact(cell, trial->whole, "no, it is lost");
}

static void write_exit_code(uint32_t code, char *text, size_t size)
{
    snprintf(text, size, code >= 0x80000000 ? "0x%08" PRIX32 : "%" PRIu32, code);
}

static void ends(const struct trial *trial, char cell[CELL])
{
    char code[20];
    write_exit_code(trial->exit_code, code, sizeof code);
    if (trial->exit == TRIAL_EXIT_NEVER)
        snprintf(cell, CELL, "no");
    else if (trial_crashes(trial))
        snprintf(cell, CELL, "crash %s", code);
    else
        snprintf(cell, CELL, "%s, exit %s", trial->exit == TRIAL_EXIT_UNASKED ? "at once" : "yes",
                 code);
}

static void keeps_bytes(const struct trial *trial, char cell[CELL])
{
    size_t changed = trial_bytes_changed(&trial->bytes);
    bool unknown = trial->bytes.results[TRIAL_CRLF] == TRIAL_BYTE_UNKNOWN;
    if (changed > 0)
        snprintf(cell, CELL, "no, see below");
    else
        write_fact(cell, trial->echoes && !unknown ? TRIAL_YES : TRIAL_UNKNOWN, "no");
}

static void takes_many(const struct trial *trial, char cell[CELL])
{
    if (trial->many == TRIAL_NO)
        snprintf(cell, CELL, "%zu came back", trial->lines_found);
    else
        write_fact(cell, trial->many, "");
}

static void leaves(const struct trial *trial, char cell[CELL])
{
    if (trial->leaves == TRIAL_UNKNOWN)
        snprintf(cell, CELL, "it ended before");
    else
        write_fact(cell, trial->leaves, "no, it goes on");
}

static void complains(const struct trial *trial, char cell[CELL])
{
    snprintf(cell, CELL, "%s", trial->errors.count > 0 ? "yes, see below" : "no");
}

static const struct row {
    const char *label;
    void (*write)(const struct trial *trial, char cell[CELL]);
} rows[] = {
    {"starts", starts},
    {"first byte to its client", first_byte},
    {"writes before it is asked", greets},
    {"answers a line", answers},
    {"sees the end of its input", sees_end},
    {"what it writes then arrives", whole},
    {"ends by itself", ends},
    {"sends bytes back unchanged", keeps_bytes},
    {"sends 1024 lines back", takes_many},
    {"ends if its client vanishes", leaves},
    {"writes to stderr", complains},
};

static void add_cells(struct text_buffer *out, const char *label, const char *socket,
                      const char *pipe)
{
    add(out, "%-*s%-*s%s\n", LABEL_COLUMN, label, WAY_COLUMN, socket, pipe);
}

/* One that has not started has no more to tell. */
static void add_table(struct text_buffer *out, const struct trial trials[TRIAL_WAYS])
{
    bool began = trials[TRIAL_SOCKET].began || trials[TRIAL_PIPE].began;
    add_cells(out, "", "stdio = socket", "stdio = pipe");
    for (size_t i = 0; i < (began ? sizeof rows / sizeof *rows : 1); i++) {
        char cells[TRIAL_WAYS][CELL];
        for (size_t way = 0; way < TRIAL_WAYS; way++) {
            snprintf(cells[way], CELL, "-");
            if (trials[way].began || i == 0)
                rows[i].write(&trials[way], cells[way]);
        }
        add_cells(out, rows[i].label, cells[TRIAL_SOCKET], cells[TRIAL_PIPE]);
    }
    text_buffer_add_text(out, "\n");
}

/* --- what it said */

static void add_errors(struct text_buffer *out, const struct trial *trial, const char *where)
{
    if (trial->errors.count == 0)
        return;
    add(out, "To stderr it wrote%s:\n", where);
    for (size_t i = 0; i < trial->errors.count; i++)
        add(out, "    %s\n", trial->errors.items[i]);
    if (trial->errors_left_out > 0)
        add(out, "    ... and %zu more\n", trial->errors_left_out);
    text_buffer_add_text(out, "\n");
}

static void add_words(struct text_buffer *out, const struct trial trials[TRIAL_WAYS],
                      enum trial_way choice)
{
    const struct trial *trial = &trials[choice < TRIAL_WAYS ? choice : TRIAL_SOCKET];
    if (trial->greeting[0] != '\0')
        add(out, "It began with       %s\n", trial->greeting);
    if (trial->reply[0] != '\0')
        add(out, "'hello' brought     %s\n", trial->reply);
    if (trial->greeting[0] != '\0' || trial->reply[0] != '\0')
        text_buffer_add_text(out, "\n");
    if (text_list_equals(&trials[TRIAL_SOCKET].errors, &trials[TRIAL_PIPE].errors)) {
        add_errors(out, trial, "");
        return;
    }
    add_errors(out, &trials[TRIAL_SOCKET], " with stdio = socket");
    add_errors(out, &trials[TRIAL_PIPE], " with stdio = pipe");
}

/* --- why */

/* What one that does not work does: "it ends at once, with exit code 1, and says nothing". */
static char *describe_failure(const struct trial *trial)
{
    char code[20];
    write_exit_code(trial->exit_code, code, sizeof code);
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

static char *why_it_works(const struct trial *worse, const char *bad)
{
    char *failure = describe_failure(worse);
    char *why = memory_format("With a %s as its standard input and output %s.", bad, failure);
    free(failure);
    return why;
}

static const char late[] =
    "With a socket its answer comes only when the client sends the next line. It reads and writes "
    "from two threads, and on a socket a read that waits for the client keeps a write waiting.";

/* Why the one is better than the other. */
static char *explain(enum trial_reason reason, const struct trial *worse, enum trial_way better)
{
    const char *bad = ways[better == TRIAL_SOCKET ? TRIAL_PIPE : TRIAL_SOCKET];
    switch (reason) {
    case TRIAL_BY_WORKING:
        return why_it_works(worse, bad);
    case TRIAL_BY_ANSWER:
        return better == TRIAL_PIPE && worse->answer == TRIAL_ANSWER_LATE
                   ? memory_copy(late)
                   : memory_format("With a %s it does not answer a line as soon as it could.", bad);
    case TRIAL_BY_GREETING:
        return memory_format("With a %s it says nothing before it is asked, as it otherwise does.",
                             bad);
    case TRIAL_BY_END:
        return memory_format("With a %s it does not notice the end of its input.", bad);
    case TRIAL_BY_WHOLE:
        return memory_format("With a %s the end of its output does not arrive.", bad);
    case TRIAL_BY_MANY:
        return memory_format("With a %s not all of a longer input came back.", bad);
    case TRIAL_BY_BYTES:
        return memory_format("With a %s more bytes are changed on their way.", bad);
    case TRIAL_BY_EXIT_CODE:
        return memory_format("With a %s it ends with exit code %" PRIu32
                             ", which says that something went wrong.",
                             bad, worse->exit_code);
    case TRIAL_BY_NOTHING:
        break;
    }
    return memory_copy("");
}

static void add_choice(struct text_buffer *out, const struct trial trials[TRIAL_WAYS],
                       const struct trial_program *program, enum trial_way choice)
{
    enum trial_way better = choice;
    enum trial_reason reason = trial_compare(trials, &better);
    char *text;
    if (reason != TRIAL_BY_NOTHING) {
        const struct trial *worse = &trials[choice == TRIAL_SOCKET ? TRIAL_PIPE : TRIAL_SOCKET];
        char *why = explain(reason, worse, choice);
        text = memory_format("Take %s. %s", choice == TRIAL_SOCKET ? "the socket" : "pipes", why);
        free(why);
    } else if (choice == TRIAL_PIPE) {
        text = memory_format("Take pipes. Both ways passed, but %s is known to need them for what "
                             "a short trial does not show.",
                             program->known);
    } else {
        text = memory_copy("Take the socket. Both ways are the same to this program, and with the "
                           "socket it talks to its client directly; through pipes the server "
                           "would have to copy every byte.");
    }
    add_paragraph(out, text);
    free(text);
}

/* What a service without the option gets. */
static void add_auto(struct text_buffer *out, const struct trial_program *program,
                     enum trial_way choice)
{
    enum trial_way automatic =
        program->known != NULL || !program->has_sockets ? TRIAL_PIPE : TRIAL_SOCKET;
    char *why;
    if (program->known != NULL)
        why = memory_format("it is, or starts, '%s', which is known to need it", program->known);
    else if (!program->has_sockets)
        why = memory_copy("this system has no sockets that can be a program's input and output");
    else
        why = memory_copy("it is none of the programs that are known to need a pipe");
    char *text = memory_format(
        "stdio = auto, which holds where nothing is said, is %s here: %s.%s", ways[automatic], why,
        automatic == choice || choice == TRIAL_WAYS ? "" : " So it has to be said.");
    add_paragraph(out, text);
    free(text);
    free(why);
}

/* --- what else is good to know */

static void add_warnings(struct text_buffer *out, const struct trial *trial)
{
    if (trial->sees_end == TRIAL_NO)
        add_paragraph(out, "It goes on when its input has ended: a client that has said all it "
                           "wants to say and waits for the end waits for ever. The option "
                           "max_time ends it after a while, idle_time (with stdio = pipe) when "
                           "nothing passes.");
    else if (trial->leaves == TRIAL_NO)
        add_paragraph(out, "It goes on when its client has vanished. The option max_time ends it "
                           "after a while.");
    if (trial->many == TRIAL_NO)
        add_paragraph(out, "It did not send back all of 1024 lines, 64 KB in all.");
    for (int i = 0; i < TRIAL_BYTE_CHECKS; i++)
        if (trial->bytes.results[i] == TRIAL_BYTE_CHANGED)
            add(out, "%s\n", trial_byte_sentence((enum trial_byte_check)i));
    if (trial_bytes_changed(&trial->bytes) > 0) {
        text_buffer_add_text(out, "\n");
        add_paragraph(out, "That is what text mode does, in which C programs begin; for text it "
                           "is mostly right. A program that is for all bytes has to switch it "
                           "off (see 'Text and bytes' in handlers\\README.md).");
    }
}

static void add_next(struct text_buffer *out, const struct trial_program *program,
                     enum trial_way choice)
{
    bool automatic = (program->known != NULL || !program->has_sockets) == (choice == TRIAL_PIPE);
    add(out, "To serve it, type this:\n\n    stdinetd serve 7000 %s%s%s-- %s\n\n",
        automatic ? "" : "stdio=", automatic ? "" : ways[choice], automatic ? "" : " ",
        program->command);
    if (program->section != NULL)
        add(out, "or put this into stdinetd.ini:\n\n%s", program->section);
    add(out, "stdio = %s\n", ways[choice]);
}

/* --- neither */

static void add_failure(struct text_buffer *out, const struct trial trials[TRIAL_WAYS])
{
    char *socket = describe_failure(&trials[TRIAL_SOCKET]);
    char *pipe = describe_failure(&trials[TRIAL_PIPE]);
    char *text =
        strcmp(socket, pipe) == 0
            ? memory_format("Neither way works: %s.", socket)
            : memory_format("Neither way works. With a socket %s; with pipes %s.", socket, pipe);
    add_paragraph(out, text);
    free(text);
    free(socket);
    free(pipe);
    const struct trial *trial = &trials[TRIAL_SOCKET];
    if (!trial->began || trial_crashes(trial))
        return;
    if (trial->errors.count > 0)
        add_paragraph(out, "What it writes to stderr goes to the server's log, not to the client; "
                           "with stderr = socket the client gets it too.");
    else if (trial->exit == TRIAL_EXIT_NEVER)
        add_paragraph(out, "A program for stdinetd reads its standard input and writes its "
                           "standard output. One with a window, or one that reads the keyboard "
                           "and draws on the screen, does neither.");
}

char *trial_report(const struct trial trials[TRIAL_WAYS], const struct trial_program *program)
{
    struct text_buffer out = {0};
    enum trial_way choice = trial_choose(trials, program);
    add_table(&out, trials);
    add_words(&out, trials, choice);
    if (choice == TRIAL_WAYS) {
        add_failure(&out, trials);
        return out.text;
    }
    add_choice(&out, trials, program, choice);
    add_auto(&out, program, choice);
    add_warnings(&out, &trials[choice]);
    add_next(&out, program, choice);
    return out.text;
}
