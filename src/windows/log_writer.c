#include "windows/log_writer.h"

#include "windows/clock.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { TRY_AGAIN_MS = 1000, NOTE_SIZE = 2500, DETAIL_SIZE = sizeof(struct error) + 200 };

void log_writer_init(struct log_writer *writer, bool json, const char *path, uint64_t size,
                     uint64_t keep)
{
    *writer =
        (struct log_writer){.json = json, .output = standard_error_get(), .has_file = path != NULL};
    if (path != NULL)
        log_file_init(&writer->file, path, size, keep);
}

void log_writer_limit(struct log_writer *writer, uint64_t size, uint64_t keep)
{
    writer->file.size = size;
    writer->file.keep = keep;
}

void log_writer_free(struct log_writer *writer)
{
    if (writer->has_file)
        log_file_free(&writer->file);
}

size_t log_writer_format(const struct log_writer *writer, const struct record *record, char *line,
                         size_t size)
{
    if (writer->json)
        return record_json(record, clock_utc_ms(), line, size);
    return writer->has_file ? record_stamped_text(record, clock_utc_ms(), line, size)
                            : record_text(record, line, size);
}

/* --- what the log says of itself */

struct note {
    size_t length;
    char line[NOTE_SIZE];
};

static struct note make_note(const struct log_writer *writer, enum level level, const char *format,
                             ...) PRINTF_LIKE(3, 4);

static struct note make_note(const struct log_writer *writer, enum level level, const char *format,
                             ...)
{
    char detail[DETAIL_SIZE];
    struct record record = {.level = level, .verb = "fail", .detail = detail};
    struct note note;
    va_list values;

    va_start(values, format);
    vsnprintf(detail, sizeof detail, format, values);
    va_end(values);
    note.length = log_writer_format(writer, &record, note.line, sizeof note.line);
    return note;
}

static void say(const struct log_writer *writer, const struct note *note)
{
    standard_error_write(&writer->output, note->line, note->length);
}

/* --- the file */

static bool is_time(const struct log_writer *writer)
{
    return GetTickCount64() >= writer->try_ms;
}

static void try_later(struct log_writer *writer)
{
    writer->try_ms = GetTickCount64() + TRY_AGAIN_MS;
}

/* The file cannot be renamed, because a program holds it that does not share it for that, or an
   old one. It goes on as it is, which nobody who reads it should have to guess. */
static void note_held(struct log_writer *writer, const struct error *error)
{
    struct error ignored;

    try_later(writer);
    if (writer->is_held)
        return;
    writer->is_held = true;
    struct note note = make_note(writer, LEVEL_WARNING,
                                 "log: %s (the file grows beyond log_size; renaming is tried again"
                                 " about every second)",
                                 error->text);
    say(writer, &note);
    log_file_append(&writer->file, note.line, note.length, &ignored);
}

/* The room in the file for the next lines, once it has been renamed where there was none; 0 with
 *error where it is not open afterwards. */
static size_t make_room(struct log_writer *writer, const char *lines, size_t length,
                        struct error *error)
{
    struct error held;
    size_t room = log_file_room(&writer->file, lines, length);

    if (room > 0)
        return room;
    if (writer->is_held && !is_time(writer))
        return length;
    if (!log_file_retire(&writer->file, &held)) {
        note_held(writer, &held);
        return length;
    }
    writer->is_held = false;
    return log_file_open(&writer->file, error) ? log_file_room(&writer->file, lines, length) : 0;
}

/* Opens the file, or opens it anew where somebody has deleted it. */
static bool open_file(struct log_writer *writer, struct error *error)
{
    if (writer->file.handle != NULL && log_file_is_deleted(&writer->file))
        log_file_close(&writer->file);
    return log_file_open(&writer->file, error);
}

/* Returns how many bytes of whole lines are in the file; fewer than length with *error. */
static size_t put(struct log_writer *writer, const char *lines, size_t length, struct error *error)
{
    size_t done = 0;
    size_t taken = 1;

    if (!open_file(writer, error))
        return 0;
    while (done < length && taken > 0) {
        size_t room = make_room(writer, lines + done, length - done, error);

        taken = room == 0 ? 0 : log_file_append(&writer->file, lines + done, room, error);
        done += taken;
    }
    return done;
}

/* --- trouble */

static void begin_trouble(struct log_writer *writer, const struct error *error)
{
    struct note note =
        make_note(writer, LEVEL_ERROR,
                  "log: %s (records go to stderr until the file takes them again)", error->text);

    writer->troubled = true;
    writer->trouble = *error;
    writer->elsewhere = 0;
    say(writer, &note);
}

/* The file is closed meanwhile: whoever wants to mend it can. */
static void leave_alone(struct log_writer *writer)
{
    log_file_close(&writer->file);
    try_later(writer);
}

void log_writer_try_again(struct log_writer *writer)
{
    struct error ignored;

    if (!writer->troubled)
        return;
    struct note note = make_note(writer, LEVEL_WARNING,
                                 "log: %llu record%s went to stderr meanwhile, because of %s",
                                 (unsigned long long)writer->elsewhere,
                                 writer->elsewhere == 1 ? "" : "s", writer->trouble.text);
    if (put(writer, note.line, note.length, &ignored) == note.length)
        writer->troubled = false;
    else
        leave_alone(writer);
}

DWORD log_writer_patience_ms(const struct log_writer *writer)
{
    uint64_t now_ms = GetTickCount64();

    if (!writer->troubled)
        return INFINITE;
    return writer->try_ms > now_ms ? (DWORD)(writer->try_ms - now_ms) : 0;
}

static uint64_t count_lines(const char *lines, size_t length)
{
    uint64_t count = 0;

    for (size_t i = 0; i < length; i++)
        count += lines[i] == '\n';
    return count;
}

void log_writer_begin(struct log_writer *writer)
{
    struct error error;
    char detail[DETAIL_SIZE];
    char line[NOTE_SIZE];
    struct record record = {.level = LEVEL_INFO, .verb = "log", .detail = detail};

    if (!writer->has_file)
        return;
    snprintf(detail, sizeof detail, "to %s", writer->file.path);
    size_t length = writer->json ? record_json(&record, clock_utc_ms(), line, sizeof line)
                                 : record_text(&record, line, sizeof line);
    standard_error_write(&writer->output, line, length);
    if (!log_file_open(&writer->file, &error)) {
        begin_trouble(writer, &error);
        leave_alone(writer);
    }
}

void log_writer_write(struct log_writer *writer, const char *lines, size_t length)
{
    struct error error;
    size_t done = 0;

    if (writer->troubled && is_time(writer))
        log_writer_try_again(writer);
    if (writer->has_file && !writer->troubled) {
        done = put(writer, lines, length, &error);
        if (done < length) {
            begin_trouble(writer, &error);
            leave_alone(writer);
        }
    }
    if (done < length && writer->has_file)
        writer->elsewhere += count_lines(lines + done, length - done);
    standard_error_write(&writer->output, lines + done, length - done);
}
