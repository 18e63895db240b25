#ifndef STDINETD_CORE_TRIAL_BYTES_H
#define STDINETD_CORE_TRIAL_BYTES_H

#include <stddef.h>

/* What a program that sends back what it gets makes of bytes that are not plain text. */

enum trial_byte_check {
    TRIAL_CRLF,    /* CR LF */
    TRIAL_LF,      /* LF alone */
    TRIAL_CR,      /* CR within a line */
    TRIAL_CONTROL, /* 1 to 31 but for those that have a check of their own */
    TRIAL_HIGH,    /* 128 to 255 */
    TRIAL_NUL,
    TRIAL_CTRL_Z,
    TRIAL_BYTE_CHECKS
};

enum trial_byte_result {
    TRIAL_BYTE_UNKNOWN, /* nothing came back by which it could be told */
    TRIAL_BYTE_CHANGED, /* or lost */
    TRIAL_BYTE_KEPT
};

struct trial_bytes {
    enum trial_byte_result results[TRIAL_BYTE_CHECKS];
};

/* Each of the 256 values at least once, in lines, with byte 26 near the end. The caller frees it.
 */
char *trial_bytes_sent(size_t *length);

/* What is left of them. A program may put text of its own before each line. */
void trial_bytes_judge(struct trial_bytes *bytes, const char *received, size_t length);

/* How many checks came to this. */
size_t trial_bytes_count(const struct trial_bytes *bytes, enum trial_byte_result result);

/* What a check is about, for people. */
const char *trial_byte_text(enum trial_byte_check check);

/* The text among the bytes, or NULL. */
const char *trial_find(const char *bytes, size_t length, const char *text, size_t text_length);

/* Many lines, to see whether all of them come back: a text of TRIAL_MANY_LINES lines, which the
   caller frees, and how many of them are there. */
enum { TRIAL_MANY_LINES = 1024, TRIAL_LINE_LENGTH = 64 };
char *trial_lines_sent(size_t *length);
size_t trial_lines_found(const char *received, size_t length);

#endif
