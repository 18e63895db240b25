#ifndef STDINETD_TESTS_JSON_RECORD_H
#define STDINETD_TESTS_JSON_RECORD_H

#include "core/record.h"

/* A line of the JSON log, read back as strictly as can be: one object of RFC 8259 and "\n", the
   documented members alone, in their order, each at most once, no blanks; strings of valid UTF-8
   without any character that a program may take for the end of a line. */
struct json_record {
    struct record record;
    char time[RECORD_TIME_SIZE];
    bool has_level;
    char *texts; /* what the record's texts point into */
};

/* Whether the line is one; *why says what is wrong where it is not. Either way it must be freed. */
bool json_record_read(struct json_record *read, const char *line, size_t length, const char **why);
void json_record_free(struct json_record *read);

#endif
