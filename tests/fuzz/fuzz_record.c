/* Any bytes as the texts of a record, in a line of any size, are one valid object. */
#include "fuzz.h"

#include "core/memory.h"
#include "json_record.h"

#include <string.h>

enum { LEAST = 64, NUMBERS = 8 };

/* The next text of the bytes, which end in a NUL. */
static const char *next_text(const char **place, const char *end)
{
    const char *text = *place;
    size_t length = strlen(text);
    *place = text + length < end ? text + length + 1 : end;
    return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct json_record read;
    const char *why;
    uint64_t number = 0;
    if (size < NUMBERS)
        return 0;
    memcpy(&number, data, NUMBERS);
    char *texts = memory_zeroed(size - NUMBERS + 1, 1);
    memcpy(texts, data + NUMBERS, size - NUMBERS);
    const char *place = texts;
    const char *end = texts + size - NUMBERS;
    struct record record = {.level = (enum level)(number % 4),
                            .verb = next_text(&place, end),
                            .service = next_text(&place, end),
                            .connection = number,
                            .peer = next_text(&place, end),
                            .pid = (uint32_t)number,
                            .reason = next_text(&place, end),
                            .has_exit_code = number % 8 > 3,
                            .exit_code = (uint32_t)(number >> 8),
                            .has_duration = number % 16 > 7,
                            .duration_ms = number >> 4,
                            .detail = next_text(&place, end)};
    size_t room = LEAST + (size_t)(number >> 16) % (6 * size + 300);
    char *line = memory_grow(NULL, room, 1);
    size_t length = record_json(&record, number, line, room);
    HOLDS(length < room && line[length] == '\0');
    HOLDS(json_record_read(&read, line, length, &why));
    json_record_free(&read);
    length = record_stamped_text(&record, number, line, room);
    HOLDS(length < room && strchr(line, '\n') == line + length - 1);
    free(line);
    free(texts);
    return 0;
}
