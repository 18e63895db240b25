#include "core/trial_bytes.h"

#include "core/memory.h"
#include "core/text_buffer.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- every byte. Each check has a line that begins with its name, so that a line that is lost, cut
   off or put somewhere else says nothing of the others. */

static const struct {
    const char *name;
    const char *text;
} checks[TRIAL_BYTE_CHECKS] = {
    [TRIAL_CRLF] = {"crlf-", "the line end CR LF"},
    [TRIAL_LF] = {"lf-", "LF without CR"},
    [TRIAL_CR] = {"cr-", "CR within a line"},
    [TRIAL_CONTROL] = {"control-", "control characters (bytes 1 to 31)"},
    [TRIAL_HIGH] = {"high-", "bytes above 127"},
    [TRIAL_NUL] = {"nul-", "NUL (byte 0), or what stands behind it in its line"},
    [TRIAL_CTRL_Z] = {"ctrlz-", "Ctrl-Z (byte 26): it is taken for the end of the input"},
};

enum { CTRL_Z = 26 };

static void add_range(struct text_buffer *out, int from, int to)
{
    for (int value = from; value <= to; value++) {
        char byte = (char)value;
        if (value != '\n' && value != '\r' && value != CTRL_Z)
            text_buffer_add(out, &byte, 1);
    }
}

/* What stands behind the name of a check. */
static void add_content(struct text_buffer *out, enum trial_byte_check check)
{
    static const char ctrl_z = CTRL_Z;
    switch (check) {
    case TRIAL_CRLF:
        text_buffer_add_text(out, "\r\n");
        return;
    case TRIAL_LF:
        text_buffer_add_text(out, "\n");
        return;
    case TRIAL_CR:
        text_buffer_add_text(out, "\r");
        break;
    case TRIAL_CONTROL:
        add_range(out, 1, 31);
        break;
    case TRIAL_HIGH:
        add_range(out, 128, 255);
        break;
    case TRIAL_NUL:
        text_buffer_add(out, "", 1);
        break;
    case TRIAL_CTRL_Z:
        text_buffer_add(out, &ctrl_z, 1);
        break;
    case TRIAL_BYTE_CHECKS:
        break;
    }
    text_buffer_add_text(out, "-");
}

char *trial_bytes_sent(size_t *length)
{
    struct text_buffer out = {0};
    for (int i = 0; i < TRIAL_BYTE_CHECKS; i++) {
        text_buffer_add_text(&out, checks[i].name);
        add_content(&out, (enum trial_byte_check)i);
        if (i != TRIAL_CRLF && i != TRIAL_LF)
            text_buffer_add_text(&out, "\r\n");
        if (i == TRIAL_LF) {
            text_buffer_add_text(&out, "text-");
            add_range(&out, 32, 127);
            text_buffer_add_text(&out, "\r\n");
        }
    }
    text_buffer_add_text(&out, "last-\r\n");
    *length = out.length;
    return out.text;
}

const char *trial_find(const char *bytes, size_t length, const char *text, size_t text_length)
{
    for (size_t i = 0; i + text_length <= length; i++)
        if (memcmp(bytes + i, text, text_length) == 0)
            return bytes + i;
    return NULL;
}

static enum trial_byte_result judge(enum trial_byte_check check, const char *received,
                                    size_t length)
{
    struct text_buffer sent = {0};
    const char *name = checks[check].name;
    text_buffer_add_text(&sent, name);
    add_content(&sent, check);
    bool kept = trial_find(received, length, sent.text, sent.length) != NULL;
    bool cut = check == TRIAL_CTRL_Z && trial_find(received, length, "last-", 5) == NULL;
    free(sent.text);
    if (kept && !cut)
        return TRIAL_BYTE_KEPT;
    return trial_find(received, length, name, strlen(name)) != NULL ? TRIAL_BYTE_CHANGED
                                                                    : TRIAL_BYTE_UNKNOWN;
}

void trial_bytes_judge(struct trial_bytes *bytes, const char *received, size_t length)
{
    for (int i = 0; i < TRIAL_BYTE_CHECKS; i++)
        bytes->results[i] = judge((enum trial_byte_check)i, received, length);
}

size_t trial_bytes_count(const struct trial_bytes *bytes, enum trial_byte_result result)
{
    size_t count = 0;
    for (size_t i = 0; i < TRIAL_BYTE_CHECKS; i++)
        count += bytes->results[i] == result;
    return count;
}

const char *trial_byte_text(enum trial_byte_check check)
{
    return checks[check].text;
}

/* --- many lines */

enum { NAME_LENGTH = sizeof "line-0000-" - 1 };

static void name_line(char name[NAME_LENGTH + 1], unsigned number)
{
    snprintf(name, NAME_LENGTH + 1, "line-%04u-", number % 10000);
}

char *trial_lines_sent(size_t *length)
{
    struct text_buffer out = {0};
    for (unsigned i = 0; i < TRIAL_MANY_LINES; i++) {
        char name[NAME_LENGTH + 1];
        name_line(name, i);
        text_buffer_add_text(&out, name);
        text_buffer_repeat(&out, '.', TRIAL_LINE_LENGTH - NAME_LENGTH - 2);
        text_buffer_add_text(&out, "\r\n");
    }
    *length = out.length;
    return out.text;
}

size_t trial_lines_found(const char *received, size_t length)
{
    size_t found = 0;
    const char *from = received;
    const char *end = received + length;
    for (unsigned i = 0; i < TRIAL_MANY_LINES; i++) {
        char name[NAME_LENGTH + 1];
        name_line(name, i);
        const char *line = trial_find(from, (size_t)(end - from), name, NAME_LENGTH);
        if (line == NULL) /* perhaps it stands further in front: the program sorts */
            line = trial_find(received, length, name, NAME_LENGTH);
        if (line != NULL) {
            found++;
            from = line + NAME_LENGTH;
        }
    }
    return found;
}
