#include "tally.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPENED = 1, REFUSED = 2, FAILED = 4, CLOSED = 8 };

enum { SHOWN = 20 }; /* lines, at most: a server that has lost its mind says the same again */

static void show(const struct tally *tally, const char *what, const char *line)
{
    if (tally->mended + tally->twice + tally->blemished + tally->unexplained <= SHOWN)
        printf("%s: %s\n", what, line);
}

static bool make_room(struct tally *tally, uint64_t number)
{
    if (number < tally->size)
        return true;
    size_t size = (size_t)number * 2 + 1024;
    unsigned char *seen = realloc(tally->seen, size);
    if (seen == NULL)
        return false;
    memset(seen + tally->size, 0, size - tally->size);
    tally->seen = seen;
    tally->size = size;
    return true;
}

/* Every connection has one of OPENED, REFUSED and FAILED, and CLOSED unless it was refused. */
static void note(struct tally *tally, uint64_t number, int record, const char *line)
{
    int before = tally->seen[number];
    bool first = record == CLOSED ? (before & (CLOSED | REFUSED)) == 0 : before == 0;

    tally->seen[number] |= (unsigned char)record;
    if (number > tally->accepted)
        tally->accepted = number;
    if (record & (CLOSED | REFUSED))
        tally->ended++;
    if (!first) {
        tally->twice++;
        show(tally, "once too often", line);
    }
}

static void note_close(struct tally *tally, const char *line)
{
    const char *end = strstr(line, " exit 0 after ");
    char *rest = NULL;
    double seconds = end != NULL ? strtod(end + strlen(" exit 0 after "), &rest) : 0;

    if (seconds > tally->longest)
        tally->longest = seconds;
    if (rest == NULL || strcmp(rest, " s") != 0) {
        tally->blemished++;
        show(tally, "no plain end", line);
    }
}

static void note_other(struct tally *tally, const char *line)
{
    if (strncmp(line, "listen ", 7) == 0 || strncmp(line, "stop ", 5) == 0)
        return;
    if (strstr(line, " had lost a wake-up") != NULL ||
        strstr(line, " had stopped accepting") != NULL) {
        tally->mended++;
        show(tally, "the sweep had to mend something", line);
    } else {
        tally->unexplained++;
        show(tally, "unexplained", line);
    }
}

static void read_line(struct tally *tally, const char *line)
{
    char verb[16];
    char service[100];
    unsigned long long number;

    const char *summary = strstr(line, ": ");
    if (strncmp(line, "refuse ", 7) == 0 && summary != NULL &&
        strstr(summary, " more refused") != NULL) {
        uint64_t count = strtoull(summary + 2, NULL, 10);

        tally->refused += count;
        tally->ended += count;
        return;
    }
    if (sscanf(line, "%15s %99[^# ]#%llu", verb, service, &number) != 3 ||
        !make_room(tally, number)) {
        note_other(tally, line);
        return;
    }
    bool ordinary = strncmp(service, "rude", 4) != 0;
    if (strcmp(verb, "open") == 0) {
        note(tally, number, OPENED, line);
        tally->opened++;
        tally->opened_to += ordinary;
    } else if (strcmp(verb, "refuse") == 0) {
        note(tally, number, REFUSED, line);
        tally->refused++;
    } else if (strcmp(verb, "fail") == 0) {
        note(tally, number, FAILED, line);
        tally->failed++;
        note_other(tally, line);
    } else if (strcmp(verb, "close") == 0) {
        note(tally, number, CLOSED, line);
        if (ordinary)
            note_close(tally, line);
    } else {
        note_other(tally, line);
    }
}

/* A copy of the complete lines that have not been read yet; the caller frees it. */
static char *take_lines(struct tally *tally)
{
    struct output *log = tally->log;

    EnterCriticalSection(&log->lock);
    size_t length = log->length - tally->read;
    while (length > 0 && log->text[tally->read + length - 1] != '\n')
        length--;
    char *lines = malloc(length + 1);
    if (lines != NULL) {
        memcpy(lines, log->text + tally->read, length);
        lines[length] = '\0';
        tally->read += length;
    }
    LeaveCriticalSection(&log->lock);
    return lines;
}

void tally_read(struct tally *tally)
{
    char *lines = take_lines(tally);

    if (lines == NULL)
        return;
    for (char *line = strtok(lines, "\r\n"); line != NULL; line = strtok(NULL, "\r\n"))
        read_line(tally, line);
    free(lines);
}

bool tally_is_complete(const struct tally *tally, uint64_t refused)
{
    return tally->ended + refused - tally->refused == tally->accepted;
}

void tally_show_open(const struct tally *tally)
{
    size_t shown = 0;

    for (uint64_t number = 1; number <= tally->accepted && shown < SHOWN; number++) {
        if (tally->seen[number] & (CLOSED | REFUSED))
            continue;
        printf("connection %llu has %s\n", (unsigned long long)number,
               tally->seen[number] == 0 ? "no record" : "no end");
        shown++;
    }
}

void tally_free(struct tally *tally)
{
    free(tally->seen);
}
