#include "server/error_stream.h"

#include <stddef.h>
#include <string.h>

enum {
    SLOW_MS = 50,        /* between two reads while the log has enough to do */
    FINISH_MS = 100,     /* how long a silent pipe is kept after the handler's end … */
    FINISH_ALL_MS = 1000 /* … and one into which somebody still writes */
};

static void read_more(struct error_stream *stream);

/* The last packet, or the timer where there is none, calls ended. */
static void close_pipe(struct error_stream *stream)
{
    stream->over = true;
    if (stream->reading)
        CancelIoEx(stream->pipe, &stream->read.overlapped);
    CloseHandle(stream->pipe);
    if (!stream->reading)
        timer_set(stream->loop, &stream->timer, 0);
}

/* Hands up every complete line, and a rest that fills the buffer or is the last. */
static bool hand_up_lines(struct error_stream *stream, bool last)
{
    char *text = stream->buffer;
    char *end = stream->buffer + stream->used;
    bool go_on = true;

    while (text < end) {
        char *newline = memchr(text, '\n', (size_t)(end - text));
        bool whole = text == stream->buffer && end - text == ERROR_STREAM_LINE;

        if (newline == NULL && !last && !whole)
            break;
        char *line_end = newline != NULL ? newline : end;
        char *next = newline != NULL ? newline + 1 : end;
        if (line_end > text && line_end[-1] == '\r')
            line_end--;
        *line_end = '\0';
        for (char *nul = text; (nul = memchr(nul, '\0', (size_t)(line_end - nul))) != NULL;)
            *nul = '?';
        go_on = stream->line(stream, text) && go_on;
        text = next;
    }
    stream->used = (size_t)(end - text);
    memmove(stream->buffer, text, stream->used);
    return go_on;
}

static void on_read(struct operation *operation, DWORD bytes)
{
    struct error_stream *stream = CONTAINER(operation, struct error_stream, read);

    stream->reading = false;
    if (stream->over) {
        stream->ended(stream);
        return;
    }
    stream->used += bytes;
    bool end = (bytes == 0 && operation->overlapped.Internal != 0) || /* every writer has closed */
               (stream->finishing && stream->loop->now_ms >= stream->finish_by_ms);
    bool go_on = hand_up_lines(stream, end);
    if (end)
        close_pipe(stream);
    else if (go_on)
        read_more(stream);
    else
        timer_set(stream->loop, &stream->timer, SLOW_MS);
}

static void read_more(struct error_stream *stream)
{
    stream->read.overlapped = (OVERLAPPED){0};
    stream->reading =
        ReadFile(stream->pipe, stream->buffer + stream->used,
                 (DWORD)(ERROR_STREAM_LINE - stream->used), NULL, &stream->read.overlapped) ||
        GetLastError() == ERROR_IO_PENDING;
    if (!stream->reading) {
        hand_up_lines(stream, true);
        close_pipe(stream);
    } else if (stream->finishing) {
        timer_set(stream->loop, &stream->timer, FINISH_MS);
    }
}

static void on_timer(struct timer *timer)
{
    struct error_stream *stream = CONTAINER(timer, struct error_stream, timer);

    if (stream->over) {
        stream->ended(stream);
    } else if (!stream->reading) {
        read_more(stream);
    } else if (stream->finishing) {
        hand_up_lines(stream, true);
        close_pipe(stream);
    }
}

void error_stream_begin(struct error_stream *stream, HANDLE pipe)
{
    struct error ignored;

    stream->pipe = pipe;
    stream->read.complete = on_read;
    stream->timer.fire = on_timer;
    if (loop_associate(stream->loop, pipe, &ignored))
        read_more(stream);
    else
        close_pipe(stream);
}

void error_stream_finish(struct error_stream *stream)
{
    stream->finishing = true;
    stream->finish_by_ms = stream->loop->now_ms + FINISH_ALL_MS;
    if (!stream->over && stream->reading)
        timer_set(stream->loop, &stream->timer, FINISH_MS);
}
