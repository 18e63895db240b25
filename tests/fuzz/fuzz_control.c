/* Whatever comes through the control pipe is one of the known requests, or is told what is wrong.
 */
#include "fuzz.h"

#include "core/control_request.h"
#include "core/memory.h"

#include <string.h>

static void read_request(const char *text, size_t size)
{
    enum control_command command = CONTROL_COMMANDS;
    struct error error;
    char again[CONTROL_REQUEST_SIZE];

    if (!control_request_read(text, size, &command, &error)) {
        HOLDS(strlen(error.text) > 0);
        return;
    }
    HOLDS(command < CONTROL_COMMANDS);
    HOLDS(control_request_write(again, command) == size && memcmp(again, text, size) == 0);
}

static void read_answer(const char *text, size_t size)
{
    struct control_answer answer;
    size_t length = control_answer_read(text, size, &answer);

    HOLDS(length <= size);
    HOLDS(length == 0 || answer.length <= CONTROL_LONGEST_ANSWER);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = memory_grow(NULL, size > 0 ? size : 1,
                             1); /* a block of its own: reading past its end is seen */

    memcpy(text, data, size);
    read_request(text, size);
    read_answer(text, size);
    free(text);
    return 0;
}
