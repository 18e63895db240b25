#include "core/trial_table.h"

#include <inttypes.h>
#include <stdio.h>

enum { LABEL_COLUMN = 29, WAY_COLUMN = 25, CELL = 40 };

static void write_time(char cell[CELL], const char *before, uint64_t us)
{
    if (us < 1000)
        snprintf(cell, CELL, "%sunder 1 ms", before);
    else if (us < 10000000)
        snprintf(cell, CELL, "%s%" PRIu64 " ms", before, us / 1000);
    else
        snprintf(cell, CELL, "%s%" PRIu64 " s", before, us / 1000000);
}

static void write_fact(char cell[CELL], enum trial_fact fact, const char *no, const char *unknown)
{
    snprintf(cell, CELL, "%s", fact == TRIAL_YES ? "yes" : (fact == TRIAL_NO ? no : unknown));
}

void trial_exit_code(uint32_t code, char text[TRIAL_EXIT_CODE_SIZE])
{
    snprintf(text, TRIAL_EXIT_CODE_SIZE, code >= 0x80000000 ? "0x%08" PRIX32 : "%" PRIu32, code);
}

/* --- each writes the cell of one way */

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
        snprintf(cell, CELL, "never");
    else if (trial->first_byte_us != TRIAL_NEVER)
        write_time(cell, "after ", trial->first_byte_us);
    else if (trial->answer == TRIAL_ANSWER_AT_END)
        write_time(cell, "input's end + ", trial->answer_us);
    else
        snprintf(cell, CELL, "cannot tell");
}

static void greets(const struct trial *trial, char cell[CELL])
{
    snprintf(cell, CELL, "%s", trial->greeted ? "yes" : "no");
}

static void answers(const struct trial *trial, char cell[CELL])
{
    static const char *const texts[] = {[TRIAL_ANSWER_GONE] = "- (it ended before)",
                                        [TRIAL_ANSWER_UNTOLD] = "- (it never pauses)",
                                        [TRIAL_ANSWER_NONE] = "no",
                                        [TRIAL_ANSWER_LATE] = "when the next one comes",
                                        [TRIAL_ANSWER_AT_END] = "when its input ends",
                                        [TRIAL_ANSWER_ONCE] = "the first of two"};
    if (trial->answer == TRIAL_ANSWER_PROMPT)
        write_time(cell, "yes, in ", trial->answer_us);
    else
        snprintf(cell, CELL, "%s", texts[trial->answer]);
}

static void sees_end(const struct trial *trial, char cell[CELL])
{
    write_fact(cell, trial->sees_end, "no", "- (it ended before)");
}

static void whole(const struct trial *trial, char cell[CELL])
{
    write_fact(cell, trial->whole, "no, it is lost", "-");
}

static void ends(const struct trial *trial, char cell[CELL])
{
    char code[TRIAL_EXIT_CODE_SIZE];
    const char *how = trial->exit == TRIAL_EXIT_UNASKED ? "at once, exit" : "yes, exit";
    trial_exit_code(trial->exit_code, code);
    if (trial->exit == TRIAL_EXIT_NEVER)
        snprintf(cell, CELL, "no");
    else
        snprintf(cell, CELL, "%s %s", trial_crashes(trial) ? "it crashes," : how, code);
}

static void keeps_bytes(const struct trial *trial, char cell[CELL])
{
    if (!trial->echoes)
        snprintf(cell, CELL, "cannot tell (no echo)");
    else if (trial_bytes_count(&trial->bytes, TRIAL_BYTE_CHANGED) > 0)
        snprintf(cell, CELL, "no, see below");
    else
        snprintf(cell, CELL, "%s",
                 trial_bytes_count(&trial->bytes, TRIAL_BYTE_KEPT) == TRIAL_BYTE_CHECKS
                     ? "yes"
                     : "cannot tell");
}

static void takes_many(const struct trial *trial, char cell[CELL])
{
    char no[CELL];
    snprintf(no, sizeof no, "no, only %zu", trial->lines_found);
    write_fact(cell, trial->many, no, "-");
}

static void leaves(const struct trial *trial, char cell[CELL])
{
    write_fact(cell, trial->leaves, "no, it goes on", "-");
}

static void complains(const struct trial *trial, char cell[CELL])
{
    snprintf(cell, CELL, "%s", trial->errors.count > 0 ? "yes, see below" : "no");
}

/* --- */

static bool has_whole(const struct trial *trial)
{
    return trial->whole != TRIAL_UNKNOWN;
}

static bool has_many(const struct trial *trial)
{
    return trial->many != TRIAL_UNKNOWN;
}

static bool has_leaves(const struct trial *trial)
{
    return trial->leaves != TRIAL_UNKNOWN;
}

static const struct row {
    const char *label;
    void (*write)(const struct trial *trial, char cell[CELL]);
    bool (*is_told)(const struct trial *trial); /* NULL: always */
} rows[] = {
    {"starts", starts, NULL},
    {"first byte to its client", first_byte, NULL},
    {"writes before it is asked", greets, NULL},
    {"answers a line", answers, NULL},
    {"sees the end of its input", sees_end, NULL},
    {"what it writes then arrives", whole, has_whole},
    {"ends by itself", ends, NULL},
    {"sends every byte back as is", keeps_bytes, NULL},
    {"sends 1024 lines back", takes_many, has_many},
    {"ends if its client vanishes", leaves, has_leaves},
    {"writes to stderr", complains, NULL},
};

static void add_cells(struct text_buffer *out, const char *label, const char *socket,
                      const char *pipe)
{
    char line[LABEL_COLUMN + WAY_COLUMN + CELL + 2];
    snprintf(line, sizeof line, "%-*s%-*s%s\n", LABEL_COLUMN, label, WAY_COLUMN, socket, pipe);
    text_buffer_add_text(out, line);
}

static void add_row(struct text_buffer *out, const struct row *row,
                    const struct trial trials[TRIAL_WAYS])
{
    char cells[TRIAL_WAYS][CELL];
    bool is_told = row->is_told == NULL;
    for (size_t way = 0; way < TRIAL_WAYS; way++) {
        snprintf(cells[way], CELL, "-");
        if (trials[way].began || row->write == starts)
            row->write(&trials[way], cells[way]);
        is_told = is_told || row->is_told(&trials[way]);
    }
    if (is_told)
        add_cells(out, row->label, cells[TRIAL_SOCKET], cells[TRIAL_PIPE]);
}

/* Of one that has not started there is no more to tell. */
void trial_add_table(struct text_buffer *out, const struct trial trials[TRIAL_WAYS])
{
    bool began = trials[TRIAL_SOCKET].began || trials[TRIAL_PIPE].began;
    add_cells(out, "", "stdio = socket", "stdio = pipe");
    for (size_t i = 0; i < (began ? sizeof rows / sizeof *rows : 1); i++)
        add_row(out, &rows[i], trials);
    text_buffer_add_text(out, "\n");
}
